import type { Arrival } from "./quotas-simulator.ts";

const windowMs = 60_000;

/** Milliseconds of the simulator's clock. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

export interface Figures {
  /** How full the provider's sliding minute is on average, over all minutes within the period: 1 is all that is allowed. */
  readonly use: number;
  /** Requests that were refused because they were too many, and requests in all, from beginning to end. */
  readonly refused: number;
  readonly sent: number;
  /** By how much the key that had most answers in the period had more than the one that had least; 0.05 is 5 %. */
  readonly spread: number;
}

/** @param period longer than a minute */
export function figuresOf(
  arrivals: readonly Arrival[],
  keys: readonly string[],
  perMinute: number,
  period: Period,
): Figures {
  const chosen = new Set(keys);
  const mine = arrivals.filter(({ key }) => chosen.has(key));
  const counts = keys.map((key) => answersOf(mine, key, period));
  return {
    use: meanInWindow(mine, period) / (keys.length * perMinute),
    refused: mine.filter(({ outcome }) => outcome === "refused").length,
    sent: mine.length,
    spread: Math.max(...counts) / Math.min(...counts) - 1,
  };
}

export const answersOf = (arrivals: readonly Arrival[], key: string, { from, to }: Period): number =>
  arrivals.filter(
    (each) => each.key === key && each.outcome === "answered" && each.at >= from && each.at < to,
  ).length;

/**
 * Answered requests within 60 s, the mean over all positions of the window in the period. Unlike the count in one
 * stretch of time it is exact for an even pace, and fair to a loop that sends a minute's worth at once.
 */
function meanInWindow(arrivals: readonly Arrival[], { from, to }: Period): number {
  const last = to - windowMs;
  let covered = 0;
  for (const { at, outcome } of arrivals)
    if (outcome === "answered") covered += Math.max(0, Math.min(at, last) - Math.max(at - windowMs, from));
  return covered / (last - from);
}

const percent = (share: number) => `${(share * 100).toFixed(2)} %`;

export const words = ({ use, refused, sent, spread }: Figures, keys: number): string =>
  `${percent(use)} of the allowed rate, ${refused} of ${sent} refused${keys > 1 ? `, keys within ${percent(spread)}` : ""}`;
