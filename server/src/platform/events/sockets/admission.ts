import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Authentication } from "../../auth/authenticate.ts";
import { originNotAllowed } from "../../auth/errors.ts";
import { type Presented, presentedBy } from "../../auth/presented.ts";
import { isSameOrigin } from "../../auth/same-origin.ts";
import { credentialExpired } from "../errors.ts";
import type { Caller } from "./session.ts";

/** What is known of a connection from its first request. */
export interface Handshake {
  readonly presented: Presented;
  /** Where it comes from. */
  readonly address: string;
}

const withToken = z.object({ token: z.string().max(8_000) });

/**
 * The credentials of a request that opens a connection. This is the one place besides the tickets of streams where one
 * may stand in the address, because clients of Socket.IO are used to it; a line in the log has no query.
 *
 * @throws {AppError} `origin_not_allowed`: a page may open a WebSocket to anywhere, without the leave that CORS asks for
 */
export function handshakeOf(request: FastifyRequest, reply: FastifyReply): Handshake {
  const { origin } = request.headers;
  // CORS has run before, for origins that are configured.
  const allowed = reply.getHeader("access-control-allow-origin") !== undefined;
  if (origin !== undefined && !allowed && !isSameOrigin(request)) throw originNotAllowed();
  const presented = presentedBy(request);
  return {
    presented: { ...presented, bearer: presented.bearer ?? tokenIn(request.query) },
    address: request.ip,
  };
}

/** A token as clients send it, with or without its scheme; null where there is none. */
function tokenIn(place: unknown): string | null {
  const parsed = withToken.safeParse(place);
  const token = parsed.data?.token.replace(/^bearer +/i, "").trim();
  return token || null;
}

/**
 * @param auth what a client of Socket.IO says of itself once it is connected: it goes before the rest
 * @throws {AppError} why nobody is let in
 */
export async function admit(
  authentication: Pick<Authentication, "decide">,
  { presented }: Handshake,
  { auth, now }: { readonly auth?: unknown; readonly now: Date },
): Promise<Caller> {
  const bearer = tokenIn(auth) ?? presented.bearer;
  const decision = await authentication.decide("jwt", { ...presented, bearer });
  if (!decision.allowed) throw decision.error;
  const { identity, expiresAt } = decision;
  // A token is taken for a little longer than it says; a connection with it would end as soon as it begins.
  if (expiresAt !== null && expiresAt <= now.getTime()) throw credentialExpired();
  return { identity, expiresAt };
}
