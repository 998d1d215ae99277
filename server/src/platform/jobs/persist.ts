import { setTimeout } from "node:timers/promises";
import { DatabaseUnavailable } from "../database/errors.ts";

const firstPauseMs = 50;
const longestPauseMs = 1000;

/**
 * Repeats work that failed because the database is away. The work must bear being done twice: an answer that was lost
 * may have been a success.
 *
 * @throws the abort reason once the signal is aborted; any other error of the work at once
 */
export async function persist<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
    }
    await setTimeout(pauseMs, undefined, { signal });
  }
}
