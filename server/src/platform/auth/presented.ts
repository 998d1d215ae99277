import type { FastifyRequest } from "fastify";
import { mayBeForged } from "./same-origin.ts";
import { SESSION_COOKIE } from "./session.ts";

/** The credentials that came with a request or a socket's handshake. */
export interface Presented {
  readonly bearer: string | null;
  readonly apiKey: string | null;
  readonly adminToken: string | null;
  readonly session: string | null;
  /** Another site may have caused the request: the session does not count. */
  readonly forgeable: boolean;
}

export const presentedBy = (request: FastifyRequest): Presented => ({
  bearer: bearerOf(request.headers.authorization),
  apiKey: single(request.headers["x-api-key"]),
  adminToken: single(request.headers["x-admin-token"]),
  session: sessionOf(request),
  forgeable: mayBeForged(request),
});

/** The token of an `Authorization` header; null for an empty one and for another scheme. RFC 9110: any case. */
const bearerOf = (header: string | undefined): string | null =>
  header?.match(/^bearer +(\S+) *$/i)?.[1] ?? null;

// Node joins a repeated header of these names with a comma, which no literal matches; the type allows a list.
const single = (header: string | string[] | undefined): string | null =>
  typeof header === "string" && header !== "" ? header : null;

/** The session cookie of a request, unchecked. */
export function sessionOf(request: FastifyRequest): string | null {
  for (const cookie of request.headers.cookie?.split(";") ?? []) {
    const [name, value] = cookie.split("=", 2);
    if (name?.trim() === SESSION_COOKIE && value !== undefined) return value.trim();
  }
  return null;
}
