/** What a status other than "here it is" means for whoever wanted the bytes; beside `outboundFailures`. */
export const downloadFailures = [
  { code: "http_401", transient: false, message: "The server wants credentials for this URL." },
  { code: "http_403", transient: false, message: "The server refuses access to this URL." },
  { code: "http_404", transient: false, message: "The server knows nothing at this URL." },
  { code: "http_408", transient: true, message: "The server gave up waiting for the request." },
  { code: "http_410", transient: false, message: "What was at this URL is gone for good." },
  { code: "http_425", transient: true, message: "The server was not ready for the request." },
  { code: "http_4xx", transient: false, message: "The server rejects the request for this URL." },
  { code: "http_5xx", transient: true, message: "The server failed to answer." },
  { code: "rate_limited", transient: true, message: "The server takes no more requests for now." },
  { code: "empty_response", transient: false, message: "The answer has no body." },
] as const;

export type DownloadFailureCode = (typeof downloadFailures)[number]["code"];

const named: ReadonlyMap<number, DownloadFailureCode> = new Map([
  [401, "http_401"],
  [403, "http_403"],
  [404, "http_404"],
  [408, "http_408"],
  [410, "http_410"],
  [425, "http_425"],
  [429, "rate_limited"],
]);

/** The code of an error status; undefined below 400. */
export function codeOfStatus(status: number): DownloadFailureCode | undefined {
  if (status >= 500) return "http_5xx";
  if (status >= 400) return named.get(status) ?? "http_4xx";
  return undefined;
}
