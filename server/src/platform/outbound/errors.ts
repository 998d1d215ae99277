/**
 * What a request to somebody else's server can end with. The sentences are public: they name neither the address that
 * a host resolved to nor a byte of what came back, or a caller could read a network that only this server sees.
 * `transient` says whether the same request may succeed later.
 */
export const outboundFailures = [
  { code: "invalid_url", transient: false, message: "This is not an http or https URL that can be fetched." },
  {
    code: "blocked_address",
    transient: false,
    message:
      "The host has a private or reserved address; ALLOW_PRIVATE_NETWORKS lists those that may be reached.",
  },
  { code: "dns_failure", transient: true, message: "The host name is not known." },
  { code: "dns_unavailable", transient: true, message: "The host name could not be looked up." },
  { code: "connection_refused", transient: true, message: "The server refused the connection." },
  { code: "connection_timeout", transient: true, message: "The server did not take the connection in time." },
  { code: "connection_reset", transient: true, message: "The server closed the connection too early." },
  { code: "connection_failed", transient: true, message: "No connection to the server could be made." },
  { code: "tls_failure", transient: false, message: "No secure connection to the server could be made." },
  { code: "response_timeout", transient: true, message: "The server did not answer in time." },
  { code: "too_large", transient: false, message: "The answer is larger than this server accepts." },
  { code: "too_many_redirects", transient: false, message: "The URL redirects more often than is followed." },
  { code: "invalid_redirect", transient: false, message: "The URL redirects to where it may not." },
  { code: "invalid_response", transient: false, message: "The answer is not valid HTTP." },
  // Whoever cancelled knows; where it was a process that stops, another one takes the row up again.
  { code: "cancelled", transient: true, message: "The request was cancelled." },
] as const;

export type OutboundErrorCode = (typeof outboundFailures)[number]["code"];

const sentences = new Map<string, string>(outboundFailures.map(({ code, message }) => [code, message]));

export class OutboundError extends Error {
  override readonly name = "OutboundError";
  readonly code: OutboundErrorCode;

  /** @param message a public sentence that says more than the one of the code */
  constructor(code: OutboundErrorCode, message?: string) {
    super(message ?? sentences.get(code));
    this.code = code;
  }
}
