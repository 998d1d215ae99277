import { backoffMs } from "./backoff.ts";
import type { Claims } from "./claims.ts";
import type { Call } from "./job.ts";
import type { JobsLog } from "./log.ts";
import { type Loop, startLoop } from "./loop.ts";
import type { Outage } from "./outage.ts";
import { persist } from "./persist.ts";
import { deadLetterOf, type Queue } from "./queue.ts";
import { type Running, runJob } from "./run-job.ts";

export interface WorkersOptions {
  /** Where the jobs are: the queue, or its dead letter. */
  readonly name: string;
  readonly queue: Queue;
  readonly concurrency: number;
  readonly call: Call;
  readonly claims: Claims;
  readonly outage: Outage;
  readonly log: JobsLog;
  readonly random: () => number;
  /** There will be something to do in another queue, or in this one. */
  readonly wakeIn: (queue: string, ms: number) => void;
}

/** The workers of one queue in one process, and what they work on. */
export interface Workers extends Loop {
  readonly name: string;
  readonly running: ReadonlySet<Running>;
  readonly full: () => boolean;
}

export function startWorkers(options: WorkersOptions): Workers {
  const { name, queue, concurrency, call, claims, outage, log, random, wakeIn } = options;
  const running = new Set<Running>();
  const backoff = { baseMs: queue.retryBaseMs, maxMs: queue.retryMaxMs };

  const loop = startLoop({
    concurrency,
    fetch: (limit) => claims.take(name, limit),
    onError: (error) => outage.error(error, "claiming jobs failed"),
    async run(claim) {
      const fields = { queue: name, job: claim.id, attempt: claim.retryCount + 1 };
      const job = runJob({
        claim,
        claims,
        expireMs: queue.expireSeconds * 1000,
        call,
        againInMs: () => backoffMs(claim.retryCount, backoff, random()),
        persist,
        onFailed(outcome, message, againInMs) {
          if (outcome === "again") {
            log.warn({ ...fields, reason: message, againInMs }, "job failed and will be tried again");
            wakeIn(name, againInMs ?? 0);
          } else if (outcome === "dead") {
            log.error({ ...fields, reason: message }, "job failed for good");
            wakeIn(deadLetterOf(name), 0);
          } else log.warn({ ...fields, reason: message }, "job failed after its claim was lost");
        },
        onError: (error) => outage.error(error, "settling a job failed"),
      });
      running.add(job);
      await job.settled;
      running.delete(job);
    },
  });
  return { ...loop, name, running, full: () => running.size >= concurrency };
}
