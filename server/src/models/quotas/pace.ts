import type { QuotaLimits } from "./contract.ts";

/**
 * The allowance of a provider's minute is spread over so much time. A request arrives later than it was sent, and not
 * each by as much: where `limit` + 1 of them take this long on our side, no 60 seconds on the provider's see more than
 * `limit`, as long as delays differ by less than the second that is added. That costs 1.64 % of the rate, whatever the
 * limit is. With half a second added, delays of up to a second led to hundreds of refusals an hour at 55 a minute; with
 * 1.2 seconds 98 % would be out of reach as soon as one slot is lost.
 */
const paceMinuteMs = 61_000;

/**
 * A slot that could not be used for so long, because the process stood still, is not used any more: many of them would
 * go out in a bunch. Well below the second that `paceMinuteMs` allows for, the rest of which is the wire's.
 */
export const lateMs = 250;

/**
 * So long after its time a slot is late. Between the two comes the line in the books, which on an overloaded machine
 * took a second now and then (2 cores, a load of 16: 13 ms in the median, 1 024 at most), and led to a refusal.
 */
export const staleMs = 500;

/** Milliseconds between two requests. */
export const requestSpacing = ({ requestsPerMinute }: QuotaLimits): number =>
  paceMinuteMs / requestsPerMinute;

/**
 * Milliseconds that belong to a request of so many tokens. It goes out at their beginning, so that at the end of a minute
 * there is one more in it than its time says: hence the limit less one request. What is larger than half of the limit has
 * a minute of its own.
 */
export function tokenSpacing(tokens: number, { tokensPerMinute: limit }: QuotaLimits): number {
  if (limit === null) return 0;
  return (paceMinuteMs * tokens) / Math.max(limit - tokens, Math.min(tokens, limit));
}
