import { setTimeout as delay } from "node:timers/promises";
import { DatabaseUnavailable } from "./errors.ts";

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * Repeats idempotent work while the database is away, with growing pauses, until it succeeds or nobody wants it any
 * more. Other failures pass through.
 */
export async function throughOutages<Value>(
  work: () => Promise<Value>,
  unwanted: AbortSignal,
  pause: (ms: number, unwanted: AbortSignal) => Promise<void> = pauseUnless,
): Promise<Value> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable) || unwanted.aborted) throw error;
      await pause(pauseMs, unwanted);
    }
  }
}

const pauseUnless = (ms: number, unwanted: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal: unwanted }).catch(() => {});
