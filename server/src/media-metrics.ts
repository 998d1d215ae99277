import { Counter, Gauge, Histogram } from "prom-client";
import type { MediaJob } from "./features/media/job.ts";
import { mediaSteps } from "./features/media/steps.ts";
import type { Jobs } from "./platform/jobs/jobs.ts";
import type { Metrics } from "./platform/metrics.ts";
import { shareReading } from "./platform/share-reading.ts";

/** Counts and times the media jobs that end in this process. */
export function measureMedia({ registry }: Metrics): (job: MediaJob) => void {
  const registers = [registry];
  const ended = new Counter({
    name: "fovea_media_jobs_total",
    help: "Media jobs that have completed or failed. Of this process.",
    labelNames: ["provider", "status"],
    registers,
  });
  const duration = new Histogram({
    name: "fovea_media_job_duration_seconds",
    help: "From the creation of a media job to its end. Of this process.",
    labelNames: ["provider"],
    buckets: [0.5, 1, 2, 5, 10, 20, 60, 120, 300, 900],
    registers,
  });
  return ({ provider, state, createdAt, completedAt }) => {
    ended.inc({ provider, status: state });
    if (completedAt) duration.observe({ provider }, (completedAt.getTime() - createdAt.getTime()) / 1_000);
  };
}

/**
 * Steps of media jobs in the queue, read when they are asked for and at most every five seconds. While the database is
 * away the series are absent.
 *
 * @param now milliseconds of a clock that never goes back
 */
export function measureSteps(
  { registry }: Metrics,
  { jobs, now }: { readonly jobs: Pick<Jobs, "counts">; readonly now: () => number },
): void {
  const counts = shareReading({ read: () => jobs.counts(), now, freshMs: 5_000, patienceMs: 2_000 });
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    values: (steps: Counts) => readonly (readonly [labels: Record<string, string>, value: number])[],
  ) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const steps = (await counts())?.[mediaSteps.name];
        this.reset();
        for (const [labels, value] of steps ? values(steps) : []) this.set(labels, value);
      },
    });
  gauge(
    "fovea_media_steps",
    "Steps of media jobs: those that could begin, those whose time has not come, those at work, and those that failed for good. Of the database.",
    ["state"],
    ({ waiting, deferred, active, failed }) =>
      Object.entries({ waiting, deferred, active, failed }).map(([state, count]) => [{ state }, count]),
  );
  gauge(
    "fovea_media_wait_seconds",
    "For how long the step of a media job that could begin now, and has waited longest, could have begun; 0 where none waits. Of the database.",
    [],
    ({ oldestWaitingMs }) => [[{}, oldestWaitingMs / 1_000]],
  );
}

type Counts = Awaited<ReturnType<Jobs["counts"]>>[string];
