import { onTestFinished } from "vitest";
import { createJobs, type Jobs, type JobsOptions } from "../jobs.ts";
import { steps } from "./steps.ts";

/** What was logged, by message. */
export type Logged = readonly { readonly message: string; readonly fields: object }[];

/** Jobs that are stopped when the test ends, and what they logged. */
export function jobsUnderTest(options: Pick<JobsOptions, "database"> & Partial<JobsOptions>): {
  readonly jobs: Jobs;
  readonly logged: Logged;
} {
  const logged: { message: string; fields: object }[] = [];
  const keep = (fields: object, message: string) => {
    logged.push({ message, fields });
  };
  // An hour: what starts, starts because it was woken.
  const usual = { queues: [steps], log: { info: keep, warn: keep, error: keep }, pollMs: 3_600_000 };
  const jobs = createJobs({ ...usual, ...options });
  onTestFinished(() => jobs.stop(0));
  return { jobs, logged };
}

/** Waits for so many. */
export function countdown(count: number): { done(): void; readonly all: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  return {
    done() {
      left -= 1;
      if (left === 0) resolve();
    },
    all: promise,
  };
}
