import { Counter, Gauge, Histogram } from "prom-client";
import type { EngineOptions } from "./engine/engine.ts";
import type { QueueStatus } from "./engine/queue-status.ts";
import { failures } from "./platform/failures.ts";
import type { Metrics } from "./platform/metrics.ts";
import { shareReading } from "./platform/share-reading.ts";

/** Times the items that this process works on, and counts how they fail. */
export function measureItems({ registry }: Metrics): NonNullable<EngineOptions["onItem"]> {
  const registers = [registry];
  const duration = new Histogram({
    name: "fovea_item_duration_seconds",
    help: "Work on one item of a batch until its result, its last try alone. Of this process.",
    labelNames: ["kind", "outcome"],
    // From what a cache answers to what ends as timed_out.
    buckets: [0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    registers,
  });
  const failed = new Counter({
    name: "fovea_item_failures_total",
    help: "Items of batches that failed, by code. Of this process.",
    labelNames: ["kind", "code"],
    registers,
  });
  const retries = new Counter({
    name: "fovea_item_retries_total",
    help: "Tries of items after which the item is tried again, by what they failed with. Of this process.",
    labelNames: ["kind", "code"],
    registers,
  });
  return (kind, outcome, tookMs) => {
    if (outcome.status === "done" || outcome.status === "failed")
      duration.observe({ kind, outcome: outcome.status === "done" ? "success" : "failed" }, tookMs / 1000);
    if (outcome.status === "failed") failed.inc({ kind, code: known(outcome.code) });
    // Waiting for a quota is not a try.
    if (outcome.status === "later" && outcome.code !== null) retries.inc({ kind, code: known(outcome.code) });
  };
}

/** Each code is a series of its own, so what a handler makes up must not become one. */
const known = (code: string) => (Object.hasOwn(failures, code) ? code : "other");

export interface QueueMetricsOptions {
  readonly read: () => Promise<readonly QueueStatus[]>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** A scrape waits for the database no longer. */
  readonly patienceMs?: number;
}

/**
 * What is in the queue, read when it is asked for and at most every five seconds, however many scrape. While the
 * database is away these series are absent, which an alert can tell from 0.
 */
export function measureQueues(
  { registry }: Metrics,
  { read, now, patienceMs = 2_000 }: QueueMetricsOptions,
): void {
  const status = shareReading({ read, now, freshMs: 5_000, patienceMs });
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    values: (queue: QueueStatus) => readonly (readonly [labels: Record<string, string>, value: number])[],
  ) =>
    new Gauge({
      name,
      help,
      labelNames: ["kind", ...labelNames],
      registers: [registry],
      async collect() {
        const queues = await status();
        this.reset();
        for (const queue of queues ?? []) {
          for (const [labels, value] of values(queue)) this.set({ kind: queue.kind, ...labels }, value);
        }
      },
    });
  gauge(
    "fovea_queue_chunks",
    "Chunks that wait in batches that are queued or processing, and those that workers hold. Of the database.",
    ["state"],
    ({ chunks: { pending, processing, retrying } }) =>
      Object.entries({ pending, processing, retrying }).map(([state, count]) => [{ state }, count]),
  );
  gauge(
    "fovea_queue_items",
    "Items without a result, of batches that are queued or processing. Of the database.",
    [],
    ({ openItems }) => [[{}, openItems]],
  );
  gauge(
    "fovea_queue_wait_seconds",
    "For how long the chunk that a worker could take now, and has waited longest, could have been taken; 0 where there is none. Of the database.",
    [],
    ({ waitMs }) => [[{}, waitMs / 1_000]],
  );
  gauge(
    "fovea_batches",
    "Batches by state; deleted ones do not count. Of the database.",
    ["state"],
    ({ batches }) => Object.entries(batches).map(([state, count]) => [{ state }, count]),
  );
}
