import { parseRetryAfter } from "../../platform/outbound/retry-after.ts";
import type { HttpAnswer } from "./exchange.ts";
import type { ProviderFailure } from "./provider.ts";

/**
 * What a status means at every provider; an adapter looks for what is its own before it asks here.
 *
 * @param reason one plain sentence
 * @param own whether the answer is in the provider's own form: a provider does not charge for what it says it failed at,
 *   while a page of some gateway in between knows nothing of what happened behind it
 */
export function httpFailure({ status, headers }: HttpAnswer, reason: string, own: boolean): ProviderFailure {
  switch (status) {
    case 401:
    case 402:
    case 403:
      // A proxy or a firewall in between that wants something of us knows nothing of the provider's keys, and let nothing by.
      return own ? { kind: "key_unusable", reason } : { kind: "unavailable", reason, sent: false };
    case 404:
      return { kind: "model_unknown", reason };
    case 429:
      return { kind: "rate_limited", scope: "unknown", retryAfterMs: retryAfterMs(headers) };
    case 408:
    case 409:
    case 425:
    case 504:
      return { kind: "unavailable", reason, sent: true };
  }
  if (status >= 400 && status < 500) return { kind: "rejected", reason };
  return { kind: "unavailable", reason, sent: !own };
}

/**
 * Milliseconds from now; null where the header is missing or cannot be read. Some send the same more exactly as
 * `retry-after-ms`.
 */
export function retryAfterMs(headers: Headers): number | null {
  const exactly = headers.get("retry-after-ms") ?? "";
  if (/^\d{1,7}(?:\.\d+)?$/.test(exactly)) return Math.ceil(Number(exactly));
  const now = Date.now();
  const until = parseRetryAfter(headers.get("retry-after") ?? undefined, now);
  return until && until.getTime() - now;
}
