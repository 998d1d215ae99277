import type { FastifyRequest } from "fastify";

/**
 * Whether the browser says that a page of this service sent the request. What says nothing about its origin does
 * not count as ours: every browser since 2020 sends `Origin` with a POST.
 *
 * `Sec-Fetch-Site` is decisive where it exists; browsers leave it out on plain HTTP (other than localhost).
 */
export function isSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  return request.headers.origin === `${request.protocol}://${request.host}`;
}

/**
 * Whether a session cookie on this request could be somebody else's doing (cross-site request forgery). Reading is
 * harmless: the other site cannot see the answer. A WebSocket handshake is a GET without that protection.
 */
export const mayBeForged = (request: FastifyRequest): boolean =>
  (!["GET", "HEAD", "OPTIONS"].includes(request.method) || request.headers.upgrade !== undefined) &&
  !isSameOrigin(request);
