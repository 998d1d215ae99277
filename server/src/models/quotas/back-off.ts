import type { RateLimited } from "./contract.ts";
import type { DayReset } from "./day-reset.ts";

/** By how much the share of the limits in use changes. */
export const backOff = {
  /** Times this after a refusal, once however many requests it hit. */
  decrease: 0.7,
  least: 0.1,
  /** And this much more for a minute with success: from one refusal it takes three minutes. */
  increasePerMinute: 0.1,
} as const;

const minuteMs = 60_000;
const firstParkMs = 15_000;
const shortestParkMs = 1_000;
/** The provider's clock may be as far behind ours. */
const dayGraceMs = 60_000;
/** What is asked for beyond is a mistake of somebody's, and would park the group in every process for good. */
const longestParkMs = 60 * minuteMs;
const longestDayParkMs = 48 * 60 * minuteMs;
const afterResetMs = 2_000;

/**
 * For how long a group is left alone.
 *
 * @param refusals so many in a row came before this one
 */
export function parkMs(
  { scope, retryAfterMs }: RateLimited,
  { refusals, now, dayReset }: { refusals: number; now: Date; dayReset: DayReset },
): number {
  const said = retryAfterMs !== null && Number.isFinite(retryAfterMs) ? retryAfterMs : null;
  if (scope === "day") return Math.max(untilDayReset(now, dayReset), Math.min(said ?? 0, longestDayParkMs));
  const pause = said ?? Math.min(firstParkMs * 2 ** Math.min(refusals, 10), minuteMs);
  return Math.min(Math.max(pause, shortestParkMs), longestParkMs);
}

/** Refused just after the reset it is the old day that is meant: a minute is waited then, not another day. */
function untilDayReset(now: Date, dayReset: DayReset): number {
  const reset = dayReset(new Date(now.getTime() - dayGraceMs));
  return Math.max(reset.getTime() - now.getTime() + afterResetMs, dayGraceMs);
}
