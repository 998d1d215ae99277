import { errors } from "undici";
import { OutboundError } from "./errors.ts";

/** This machine or its network has no way to the address, or no socket left. */
const noWay = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "EACCES",
  "EPERM",
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
]);

/** Says in our words why no connection was made. */
export function dialFailure(error: Error, secure: boolean): OutboundError {
  const code = codeOf(error);
  if (code === "ECONNREFUSED") return new OutboundError("connection_refused");
  if (code === "ETIMEDOUT" || code === "UND_ERR_CONNECT_TIMEOUT")
    return new OutboundError("connection_timeout");
  if (code === "ECONNRESET" || code === "EPIPE") return new OutboundError("connection_reset");
  if (secure && !noWay.has(code)) return tlsFailure(code);
  return new OutboundError("connection_failed");
}

/**
 * Says in our words why an exchange on a connection broke. Errors of undici's parser carry what the server sent, so
 * nothing of them is kept. What is no fault of the network, such as a header that cannot be sent, comes back as it is.
 *
 * @param answered whether the headers of the answer had arrived
 */
export function exchangeFailure(error: Error, answered: boolean): Error {
  if (error instanceof OutboundError) return error;
  if (error instanceof errors.HTTPParserError) {
    return new OutboundError(/EOF/.test(error.message) ? "connection_reset" : "invalid_response");
  }
  const code = codeOf(error);
  switch (code) {
    case "UND_ERR_SOCKET":
      // undici has no code of its own for answers it did not ask for: 100 Continue, 101 Switching Protocols.
      return new OutboundError(
        /^bad (response|upgrade)/.test(error.message) ? "invalid_response" : "connection_reset",
      );
    case "UND_ERR_RES_CONTENT_LENGTH_MISMATCH":
      // Whatever goes wrong after a Content-Length is called so; before the body it was the headers.
      return new OutboundError(answered ? "connection_reset" : "invalid_response");
    case "ECONNRESET":
    case "EPIPE":
    case "ETIMEDOUT":
      return new OutboundError("connection_reset");
    case "UND_ERR_HEADERS_OVERFLOW":
      return new OutboundError(
        "invalid_response",
        "The headers of the answer are larger than this server accepts.",
      );
    case "UND_ERR_DESTROYED":
    case "UND_ERR_CLOSED":
      return new OutboundError("cancelled");
  }
  if (code.startsWith("ERR_SSL_") || code === "EPROTO") return tlsFailure(code);
  // What the system says of a socket has many names, and none of them is a fault of ours.
  if (!("syscall" in error)) return error;
  return new OutboundError(noWay.has(code) ? "connection_failed" : "connection_reset");
}

/** The code is OpenSSL's or Node's, such as CERT_HAS_EXPIRED, and the one thing that tells what to repair. */
const tlsFailure = (code: string) =>
  new OutboundError(
    "tls_failure",
    `No secure connection to the server could be made (${code || "unknown"}).`,
  );

const codeOf = (error: Error) => ("code" in error && typeof error.code === "string" ? error.code : "");
