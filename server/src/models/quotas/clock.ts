import { performance } from "node:perf_hooks";

/** Time as a process sees it. */
export interface Clock {
  /** Milliseconds that never go back; only differences mean something. */
  now(): number;
  date(): Date;
  /** @returns what cancels it */
  after(ms: number, work: () => void): () => void;
}

/** A longer timer of Node's fires at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after(ms, work) {
    const timer = setTimeout(work, Math.min(Math.max(0, Math.ceil(ms)), longestTimerMs));
    return () => clearTimeout(timer);
  },
};
