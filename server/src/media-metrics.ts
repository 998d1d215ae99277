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
    help: "Media jobs that have completed or failed.",
    labelNames: ["provider", "status"],
    registers,
  });
  const duration = new Histogram({
    name: "fovea_media_job_duration_seconds",
    help: "From the creation of a media job to its end.",
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
 * away the series is absent.
 *
 * @param now milliseconds of a clock that never goes back
 */
export function measureSteps(
  { registry }: Metrics,
  { jobs, now }: { readonly jobs: Pick<Jobs, "counts">; readonly now: () => number },
): void {
  const counts = shareReading({ read: () => jobs.counts(), now, freshMs: 5_000, patienceMs: 2_000 });
  new Gauge({
    name: "fovea_media_steps",
    help: "Steps of media jobs: those that could begin, those whose time has not come, those at work, and those that failed for good.",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      const all = await counts();
      this.reset();
      const of = all?.[mediaSteps.name];
      if (!of) return;
      const { waiting, deferred, active, failed } = of;
      for (const [state, count] of Object.entries({ waiting, deferred, active, failed }))
        this.set({ state }, count);
    },
  });
}
