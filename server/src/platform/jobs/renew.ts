import type { Claims } from "./claims.ts";
import type { JobsLog } from "./log.ts";
import type { Outage } from "./outage.ts";
import type { Workers } from "./workers.ts";

export interface RenewOptions {
  readonly workers: readonly Workers[];
  readonly claims: Claims;
  readonly everyMs: number;
  readonly outage: Outage;
  readonly log: JobsLog;
}

/** Says again and again that this process lives, and ends the jobs that were taken from it. @returns what stops it */
export function startRenewing({ workers, claims, everyMs, outage, log }: RenewOptions): () => Promise<void> {
  let under: Promise<void> = Promise.resolve();
  const renew = async ({ name, running }: Workers) => {
    const jobs = [...running].filter((job) => !job.completed());
    if (jobs.length === 0) return;
    const ours = await claims.renew(
      name,
      jobs.map(({ claim }) => claim),
    );
    for (const job of jobs) {
      // It may have ended while the statement ran.
      if (ours.has(job.claim.id) || job.completed() || !running.has(job)) continue;
      log.warn({ queue: name, job: job.claim.id }, "job was taken by another process");
      job.end("lost");
    }
  };
  const timer = setInterval(() => {
    under = Promise.all(workers.map(renew)).then(
      () => {},
      (error: unknown) => outage.error(error, "renewing the claims of jobs failed"),
    );
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await under;
  };
}
