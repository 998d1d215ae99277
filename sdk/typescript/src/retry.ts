import { readRetryAfter } from "./error-answer.ts";
import { ApiConnectionError, RateLimitError, ServerError } from "./errors.ts";

/** Longer than this nobody is kept waiting in silence: the caller learns of it, and decides. */
const longestAskedWaitMs = 60_000;
const firstWaitMs = 500;
const longestWaitMs = 8_000;

/** Whether it may go away by itself, for somebody with more time than an attempt has. */
export const mayPass = (error: unknown): boolean =>
  error instanceof ApiConnectionError || error instanceof ServerError || error instanceof RateLimitError;

/** What came of one attempt that did not succeed. */
export type Failure =
  /** An answer, and thus a request that has arrived. */
  | { readonly kind: "answered"; readonly response: Response }
  /** Nothing was sent: nobody there, or no such name. */
  | { readonly kind: "unreachable" }
  /** It may have arrived: no answer in time, or the connection broke. */
  | { readonly kind: "unknown" };

/**
 * Milliseconds until the next attempt; null where there must be none.
 *
 * @param attempt the number of the one that failed, from 0
 * @param repeatable whether the request may arrive twice without harm
 * @param random from 0 to 1: many clients that failed together do not come back together
 */
export function waitBeforeRetry(
  failure: Failure,
  attempt: number,
  repeatable: boolean,
  random = Math.random(),
): number | null {
  const backoff = Math.min(longestWaitMs, firstWaitMs * 2 ** attempt) * (1 - random / 2);
  if (failure.kind === "unreachable") return backoff;
  if (failure.kind === "unknown") return repeatable ? backoff : null;
  const { status, headers } = failure.response;
  // An attempt whose connection broke is still at work: the next one with its key has its answer.
  const isAtWork = headers.get("x-error-code") === "request_in_progress";
  if (!isAtWork && !isWorthRepeating(status, repeatable)) return null;
  const asked = readRetryAfter(headers);
  if (asked === null) return backoff;
  const askedMs = asked * 1000;
  // Later than asked, never before.
  return askedMs > longestAskedWaitMs ? null : askedMs + backoff / 4;
}

/** 408, 429 and 503 say that nothing was done; of other failures nobody knows. */
const isWorthRepeating = (status: number, repeatable: boolean) =>
  status === 408 || status === 429 || status === 503 || (status >= 500 && status !== 501 && repeatable);
