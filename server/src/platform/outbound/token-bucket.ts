/** What an origin may be asked in a second, as the generic cell rate algorithm keeps it: one number for its state. */
export interface TokenBucket {
  /** Milliseconds until the request after `ahead` others may begin; 0 or less when it may begin now. */
  waitMs(ahead: number, now: number): number;
  take(now: number): void;
  /** Whether it is as full as a new one. */
  full(now: number): boolean;
}

/** Requests that may begin together after a pause: a tenth of a second's worth, so that coarse timers keep the rate. */
export const burstOf = (perSecond: number) => Math.max(1, Math.ceil(perSecond / 10));

/**
 * In any span of `s` seconds at most `burstOf(perSecond) + s · perSecond` tokens are taken, if each is taken when
 * `waitMs(0)` is not above zero.
 *
 * @param perSecond above 0; null for no bound
 */
export function createTokenBucket(perSecond: number | null): TokenBucket {
  if (perSecond === null) return { waitMs: () => 0, take: () => {}, full: () => true };
  const intervalMs = 1000 / perSecond;
  const toleranceMs = (burstOf(perSecond) - 1) * intervalMs;
  /** When the next request would begin if requests came evenly. */
  let due = Number.NEGATIVE_INFINITY;

  return {
    // A due time from before a pause counts as now: what was not asked then is not saved up.
    waitMs: (ahead, now) => Math.max(due, now) + ahead * intervalMs - toleranceMs - now,
    take: (now) => {
      due = Math.max(due, now) + intervalMs;
    },
    full: (now) => due <= now,
  };
}
