import { ProviderError } from "./provider.ts";

/** @param error what `fetch` rejects with, where no answer came */
export function connectionFailure(error: unknown): ProviderError {
  const code = codeOf(error);
  if (wasUnconnected(error)) {
    const reason = `No connection to the provider could be made (${code}).`;
    return new ProviderError({ kind: "unavailable", reason, sent: false, unconnected: true });
  }
  if (/^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code))
    return unavailable(`No secure connection to the provider could be made (${code}).`, false);
  return unavailable(`The connection to the provider broke${code === "" ? "" : ` (${code})`}.`, true);
}

/**
 * Whether there was no connection that anything could have been sent on. The codes alone do not say it: a connection that
 * was made may also end as EHOSTUNREACH. The system's errors name the call that failed, undici's have no such name.
 */
function wasUnconnected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // One for each address that was tried.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(wasUnconnected);
  if ("syscall" in error) return error.syscall === "connect" || error.syscall === "getaddrinfo";
  return ("code" in error && error.code === "UND_ERR_CONNECT_TIMEOUT") || wasUnconnected(error.cause);
}

/** The code of the error that fetch or a stream wraps; a wrapped one is what the system or undici says. */
function codeOf(error: unknown): string {
  let code = "";
  for (let each = error; each instanceof Error; each = each.cause) {
    if ("code" in each && typeof each.code === "string" && each.code !== "") code = each.code;
    if (each instanceof AggregateError && code === "") code = codeOf(each.errors[0]);
  }
  return code;
}

const unavailable = (reason: string, sent: boolean) =>
  new ProviderError({ kind: "unavailable", reason, sent });
