import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { correlationId } from "./correlation.ts";
import { securityHeaders } from "./security-headers.ts";

const answers: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "request_timeout", "The request did not arrive in time."],
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "headers_too_large",
    "The request headers are too large.",
  ],
};
const security = Object.entries(securityHeaders)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join("");
const fallback = ["400 Bad Request", "malformed_request", "This is not a valid HTTP request."] as const;

/**
 * Answers what never became a request: a broken first line, headers too large, an upload that took too long. No
 * route is known yet, so the answer has no API's dialect.
 *
 * @returns the status that was sent; undefined where the client is gone
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): number | undefined {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) return undefined;
  const [status, code, message] = answers[error.code ?? ""] ?? fallback;
  const body = JSON.stringify({ detail: message });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
      `X-Error-Code: ${code}\r\nX-Request-ID: ${correlationId({ headers: {} })}\r\n${security}` +
      `Connection: close\r\n\r\n${body}`,
  );
  // It closed its side within its own request: nearly always it is gone, and nobody reads this.
  return error.code === "HPE_INVALID_EOF_STATE" ? undefined : Number.parseInt(status, 10);
}

/** Answers an `Expect` header other than 100-continue, as RFC 9110, 10.1.1 allows; Node's own answer has no body. */
export function answerExpectation(request: IncomingMessage, response: ServerResponse): void {
  const body = JSON.stringify({ detail: "The only expectation that is met here is 100-continue." });
  response.writeHead(417, {
    ...securityHeaders,
    "content-type": "application/json",
    "content-length": body.length,
    "x-error-code": "expectation_failed",
    "x-request-id": correlationId(request),
    connection: "close",
  });
  response.end(body);
}
