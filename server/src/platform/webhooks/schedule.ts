const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Before the second attempt, the third and so on: those that Standard Webhooks recommends, 75 hours in all. */
const pauses = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;

export const mostAttempts = pauses.length + 1;

/** The base at which the pauses are these: the default of RETRY_BASE_MS. */
const usualBaseMs = 2_000;

/** How much longer everything takes than at the usual base. */
export const slowness = (baseMs: number): number => baseMs / usualBaseMs;

/**
 * The pause after an attempt that failed, spread by a fifth to both sides, so that what failed together does not come
 * back together.
 *
 * @param failures this one included, from 1
 * @param random in [0, 1)
 * @returns milliseconds; null where it was the last attempt
 */
export function pauseMs(failures: number, baseMs: number, random: number): number | null {
  const pause = pauses[failures - 1];
  return pause === undefined ? null : pause * slowness(baseMs) * (0.8 + 0.4 * random);
}
