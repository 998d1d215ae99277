import { setTimeout as wait } from "node:timers/promises";
import { backoffMs } from "../jobs/backoff.ts";

const mostTries = 3;
const longestPauseMs = 5000;

/**
 * Does something up to three times, with pauses that double.
 *
 * @param isTransient whether it is worth another try
 * @param baseMs the first pause at most
 * @throws the last failure, or the signal's reason when that ends a pause
 */
export async function inThreeTries<Result>(
  attempt: (number: number) => Promise<Result>,
  isTransient: (error: unknown) => boolean,
  baseMs: number,
  signal: AbortSignal | undefined,
): Promise<Result> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(number);
    } catch (error) {
      if (number === mostTries || !isTransient(error)) throw error;
    }
    const pause = backoffMs(number - 1, { baseMs, maxMs: longestPauseMs }, Math.random());
    try {
      await wait(pause, undefined, signal ? { signal } : {});
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  }
}
