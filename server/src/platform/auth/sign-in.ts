import cookie from "@fastify/cookie";
import formbody from "@fastify/formbody";
import type {} from "@fastify/swagger";
import type { FastifyContextConfig, FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { retryAfter } from "../errors.ts";
import type { Authentication } from "./authenticate.ts";
import { crossSite } from "./errors.ts";
import { safeNext } from "./next-path.ts";
import type { Outcome } from "./outcome.ts";
import { sessionOf } from "./presented.ts";
import { isSameOrigin } from "./same-origin.ts";
import { SESSION_COOKIE } from "./session.ts";
import { cookieOptions } from "./session-cookie.ts";
import { type SignInPage, signInHeaders, signInPage } from "./sign-in-page.ts";

const form = z.object({ credential: z.string().catch(""), next: z.string().catch("") });
const address = z.object({ next: z.string().catch("") });
/** An access token of Entra ID with many groups is some 8 KB. */
const MAX_FORM_BYTES = 32 * 1024;

/**
 * Signing in with a browser, without a script: GET and POST `/sign-in`, POST `/sign-out`.
 * Register it in the scope that carries `BASE_PATH`; `limit` is the route configuration of a rate limit for the POST.
 */
export async function signInRoutes(
  scope: FastifyInstance,
  options: { authentication: Authentication; limit?: FastifyContextConfig },
): Promise<void> {
  const { basePath, sessions, checkTyped } = options.authentication;
  const home = `${basePath}/`;
  const headers = signInHeaders();
  // Forms and nothing else, whatever the scope above takes.
  scope.removeAllContentTypeParsers();
  await scope.register(formbody, { bodyLimit: MAX_FORM_BYTES });
  if (!scope.hasReplyDecorator("setCookie")) await scope.register(cookie, { hook: false });

  const show = (reply: FastifyReply, status: number, page: Omit<SignInPage, "basePath">) =>
    reply
      .code(status)
      .headers(headers)
      .send(signInPage({ ...page, basePath }));

  scope.get("/sign-in", { config: { access: "public" }, schema: { hide: true } }, async (request, reply) => {
    const session = sessionOf(request);
    const outcome = session === null ? null : await sessions.verify(session);
    return show(reply, 200, {
      next: safeNext(address.parse(request.query).next, home),
      error: null,
      subject: outcome?.state === "valid" ? outcome.identity.subject : null,
    });
  });

  scope.post(
    "/sign-in",
    { config: { access: "public", ...options.limit }, schema: { hide: true } },
    async (request, reply) => {
      // Signing somebody in as somebody else is an attack too: what the victim then uploads is the attacker's.
      if (!isSameOrigin(request)) throw crossSite();
      const { credential, next } = form.parse(request.body ?? {});
      const literal = credential.trim().replace(/^bearer +/i, "");
      const target = safeNext(next, home);
      const outcome = await checkTyped(literal);
      if (outcome.state !== "valid") {
        const { status, error, ...more } = problemOf(outcome);
        return show(reply.headers(more), status, { next: target, error, subject: null });
      }
      const { value, maxAgeSeconds } = await sessions.start(outcome, literal);
      reply.setCookie(SESSION_COOKIE, value, { ...cookieOptions(basePath), maxAge: maxAgeSeconds });
      return reply.header("cache-control", "no-store").redirect(target, 303);
    },
  );

  scope.post(
    "/sign-out",
    { config: { access: "public" }, schema: { hide: true } },
    async (request, reply) => {
      if (!isSameOrigin(request)) throw crossSite();
      reply.clearCookie(SESSION_COOKIE, cookieOptions(basePath));
      return reply.header("cache-control", "no-store").redirect(`${basePath}/sign-in`, 303);
    },
  );
}

function problemOf(outcome: Exclude<Outcome, { state: "valid" }>) {
  switch (outcome.state) {
    case "unavailable":
      return {
        status: 503,
        error:
          "The token cannot be checked now, because the identity service does not answer. Try again later.",
        "retry-after": retryAfter(outcome.retryAfterMs),
      };
    case "expired":
      return { status: 401, error: "This token has expired. Get a new one.", "www-authenticate": "Bearer" };
    default:
      return {
        status: 401,
        error: "This is no token or API key of this service.",
        "www-authenticate": "Bearer",
      };
  }
}
