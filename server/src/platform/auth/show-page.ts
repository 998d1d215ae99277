import cookie from "@fastify/cookie";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { PlainPage, RenderPage } from "../http/app-page.ts";
import type { Authentication } from "./authenticate.ts";
import { sessionOf } from "./presented.ts";
import { SESSION_COOKIE } from "./session.ts";
import { cookieOptions } from "./session-cookie.ts";

export type ShowPage = (
  request: FastifyRequest,
  reply: FastifyReply,
  page: PlainPage,
) => Promise<FastifyReply>;

/** Sends a page of the dashboard; who needs no signing in (`firstSession`) has a session with it. */
export const createShowPage =
  (authentication: Authentication, render: RenderPage): ShowPage =>
  async (request, reply, page) => {
    const session = await authentication.firstSession(request.hostname, sessionOf(request));
    if (session) {
      const { secure: _, ...options } = cookieOptions(authentication.basePath);
      const maxAge = session.maxAgeSeconds;
      const text = cookie.fastifyCookie.serialize(SESSION_COOKIE, session.value, { ...options, maxAge });
      reply.header("set-cookie", text);
    }
    const { headers, html } = render(page);
    return reply.headers(headers).send(html);
  };
