import { parseRetryAfter } from "../outbound/retry-after.ts";

/** Names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/**
 * Imgur counts credits of the application in a day and of the address in an hour, of which an upload takes 10, and the
 * POST requests of an address in an hour. An application that uses up its day five times in a month is shut out for the
 * rest of that month, so what is told with every answer is worth heeding before the first 429.
 */
const budgets = [
  {
    remaining: "x-ratelimit-clientremaining",
    reset: "x-ratelimit-clientreset",
    cost: 10,
    periodMs: 24 * 3_600_000,
  },
  { remaining: "x-ratelimit-userremaining", reset: "x-ratelimit-userreset", cost: 10, periodMs: 3_600_000 },
  {
    remaining: "x-post-rate-limit-remaining",
    reset: "x-post-rate-limit-reset",
    cost: 1,
    periodMs: 3_600_000,
  },
] as const;

const longestMs = 24 * 3_600_000;
/** What Imgur documents an address to be stopped for; of an answer that says nothing. */
const usualMs = 3_600_000;

/**
 * When the next upload is within all budgets again.
 *
 * @param now milliseconds since 1970
 * @returns null where nothing says that one is used up
 */
export function exhaustedUntil(headers: AnswerHeaders, now: number): Date | null {
  const ends = budgets
    .filter(({ remaining, cost }) => (wholeNumber(headers[remaining]) ?? cost) < cost)
    .map(({ reset, periodMs }) => resetAt(headers[reset], now) ?? now + periodMs);
  return ends.length === 0 ? null : new Date(Math.max(...ends));
}

/** When to come back after a refusal for its rate: what the answer says, in the order of how exactly it does. */
export function limitedUntil(headers: AnswerHeaders, message: string, now: number): Date {
  const minutes = /\bwait (\d{1,4}) more minutes?\b/i.exec(message)?.[1];
  return (
    parseRetryAfter(headers["retry-after"], now) ??
    exhaustedUntil(headers, now) ??
    // It is rounded down.
    (minutes === undefined ? null : new Date(now + Math.min((Number(minutes) + 1) * 60_000, longestMs))) ??
    new Date(now + usualMs)
  );
}

/** Documented as seconds since 1970; the API also sends seconds from now, such as 3600. */
function resetAt(value: string | undefined, now: number): number | null {
  const seconds = wholeNumber(value);
  if (seconds === null) return null;
  const at = seconds > 1_000_000_000 ? seconds * 1_000 : now + seconds * 1_000;
  return Math.min(Math.max(at, now), now + longestMs);
}

const wholeNumber = (value: string | undefined) => (/^\d{1,12}$/.test(value ?? "") ? Number(value) : null);
