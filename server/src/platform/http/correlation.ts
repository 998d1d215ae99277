import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Header-safe and log-safe: what a caller sends ends in both. */
const acceptable = /^[\w.:@/+=-]{1,128}$/;

/** The caller's `X-Correlation-ID` (or `X-Request-ID`) where it is fit to be repeated, else `req-<uuid>`. */
export function correlationId(request: Pick<IncomingMessage, "headers">): string {
  for (const name of ["x-correlation-id", "x-request-id"]) {
    const given = request.headers[name];
    if (typeof given === "string" && acceptable.test(given)) return given;
  }
  return `req-${randomUUID()}`;
}
