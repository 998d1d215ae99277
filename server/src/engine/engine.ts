import { sql } from "kysely";
import type { Logger } from "pino";
import type { Database } from "../platform/database/database.ts";
import { noTrace, type Trace } from "../platform/tracing/trace.ts";
import { type BatchFilter, type BatchPage, countBatches, listBatches, readBatch } from "./batch-store.ts";
import { type BatchChange, changesOf } from "./changes.ts";
import { type Chunk, listChunks } from "./chunks.ts";
import { type CleanedUp, type CleanUp, cleanUp } from "./clean-up.ts";
import { type Clone, cloneBatch } from "./clone.ts";
import {
  type Also,
  type CancelOptions,
  cancelBatch,
  type ForceOptions,
  forceStartBatch,
  pauseBatch,
  type ResumeOptions,
  resumeBatch,
  type StartOptions,
  softDeleteBatch,
  startBatch,
} from "./control.ts";
import { type BatchWriter, type NewBatch, writeBatch } from "./create.ts";
import type { OnPurged } from "./expire.ts";
import type { Flushed } from "./flush.ts";
import { forgetSharedWork } from "./forget.ts";
import { type ItemPagesOptions, itemPages } from "./items.ts";
import type { Kind, Outcome } from "./kind.ts";
import { takeBackChunks } from "./lease.ts";
import { type QueueStatus, readQueueStatus } from "./queue-status.ts";
import type { Batch, Item, ReviewedResult } from "./records.ts";
import { type ResetOptions, type Retried, type RetryOptions, resetBatch, retryFailed } from "./redo.ts";
import { type Removal, startRemoval } from "./removal.ts";
import { markForRemoval } from "./remove.ts";
import type { ResultFilter } from "./result-filter.ts";
import {
  type Attempt,
  type CountOptions,
  countFailures,
  countResults,
  type ResultPage,
  readAttempts,
  readResults,
  resultPages,
} from "./results.ts";
import { countVerdicts, hasReviews, type Reviewing, reviewResults, type VerdictCounts } from "./reviews.ts";
import { createSharedWork, freeSharedWork } from "./shared-work.ts";
import { type QueueTrouble, readQueueTrouble } from "./stale.ts";
import { hasEnded, type OnStopped } from "./stops.ts";
import { startWorkers, type Workers } from "./workers.ts";

export interface EngineOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly kinds: readonly Kind[];
  /** Chunks of kinds without slots of their own that this process works on at once; 0 for one that only answers requests. */
  readonly slots: number;
  readonly timing?: Partial<Timing>;
  /** Told after every flush, and when a worker pauses or ends a batch: its newest progress, at no further cost. */
  readonly onProgress?: (batchId: string, flushed: Flushed) => void;
  /** Told of what was done to a batch by this process, workers included, as soon as it holds: once for each change. */
  readonly onChanged?: (batchId: string, change: BatchChange) => void;
  /** Told of every batch that is removed because its time is over, in the transaction that hides it. */
  readonly onPurged?: OnPurged;
  /** Told of every batch that is paused, completes or fails, in the transaction of that. */
  readonly onStopped?: OnStopped;
  /** Told how the work on an item ended here, also where the item will be tried again. */
  readonly onItem?: (kind: string, outcome: Outcome, tookMs: number) => void;
  /** Around the work on each item. */
  readonly trace?: Trace;
}

/** Times in milliseconds; only tests need others. */
export interface Timing {
  /** A worker that was silent for so long has lost its chunk. */
  readonly leaseMs: number;
  /** Longest turn of a chunk. */
  readonly sliceMs: number;
  /** Longest wait of an outcome for its flush. */
  readonly flushMs: number;
  /** Most outcomes in one flush. */
  readonly flushRows: number;
  /** Longest time until a chunk that became due is noticed. */
  readonly pollMs: number;
  /** Between renewals of leases. */
  readonly renewMs: number;
  /** Between looks for workers that died. */
  readonly sweepMs: number;
}

const usualTiming: Timing = {
  leaseMs: 15_000,
  sliceMs: 10_000,
  flushMs: 500,
  flushRows: 100,
  pollMs: 500,
  renewMs: 1_000,
  sweepMs: 5_000,
};

const channel = "fovea_engine";

/** Durable batches of any kind: what a feature starts here ends, whatever crashes in between. */
export interface Engine {
  /** The time by which values of shared work are dated, whatever the clocks of processes say. */
  now(): Promise<Date>;
  write(batch: NewBatch): Promise<BatchWriter>;
  read(id: string): Promise<Batch | null>;
  list(filter: BatchFilter, page: BatchPage): Promise<readonly Batch[]>;
  count(filter: BatchFilter): Promise<number>;
  chunks(id: string, page: { readonly limit: number; readonly after?: number }): Promise<readonly Chunk[]>;
  clone(id: string, clone: Clone): Promise<Batch>;
  start(id: string, options: StartOptions): Promise<Batch>;
  pause(id: string, how?: Also): Promise<Batch>;
  resume(id: string, how?: ResumeOptions): Promise<Batch>;
  cancel(id: string, how?: CancelOptions): Promise<Batch>;
  forceStart(id: string, options: ForceOptions): Promise<Batch>;
  reset(id: string, options: ResetOptions): Promise<Batch>;
  retry(id: string, options: RetryOptions): Promise<Retried>;
  softDelete(id: string, retentionDays: number, how?: Also): Promise<Batch>;
  /** Gone at once for everybody; its rows are removed in the background. */
  remove(id: string, options: Also & { readonly force: boolean }): Promise<void>;
  results(batchId: string, filter: ResultFilter, page: ResultPage): Promise<readonly ReviewedResult[]>;
  /** All that match, in the order of their positions, a page at a time. */
  resultPages(
    batchId: string,
    filter: ResultFilter,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly ReviewedResult[]>;
  /** Items with their results, or without where they have not ended, in the order of their positions, a page at a time. */
  itemPages(batchId: string, options?: ItemPagesOptions): AsyncGenerator<readonly Item[]>;
  countResults(batchId: string, filter: ResultFilter, options?: CountOptions): Promise<number>;
  /** Stores one verdict on some results, or takes back what was said. @returns the positions that have a result */
  review(batchId: string, reviewing: Reviewing): Promise<readonly number[]>;
  hasReviews(batchId: string): Promise<boolean>;
  countVerdicts(batchId: string): Promise<VerdictCounts>;
  attempts(batchId: string, position: number): Promise<readonly Attempt[]>;
  failures(batchId: string): Promise<readonly { readonly code: string; readonly count: number }[]>;
  /** What there is and what waits, an entry for each kind of this engine. */
  queues(): Promise<readonly QueueStatus[]>;
  /** What waits for a person. */
  trouble(kind: string): Promise<QueueTrouble>;
  /** Ends batches that nobody works on, or frees what dead workers hold of them. */
  cleanUp(kind: string, how: CleanUp): Promise<CleanedUp>;
  /** Removes values of {@link ItemContext.once} whose keys begin so and that were stored before. @returns how many */
  forget(prefix: string, before: Date): Promise<number>;
  /** Repairs what the end of the process before left behind, then works until {@link Engine.stop}. */
  run(): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

export function createEngine(options: EngineOptions): Engine {
  const { database, logger, onStopped, onChanged = () => {} } = options;
  const timing = { ...usualTiming, ...options.timing };
  const kinds = new Map(options.kinds.map((kind) => [kind.name, kind]));
  const shared = createSharedWork({ database: database.sql, leaseMs: timing.leaseMs * 4 });
  let workers: Workers | undefined;
  let stopListening: (() => Promise<void>) | undefined;
  let removal: Removal | undefined;

  /** Workers here look at once, those of other processes are told by the database; polling is the backstop of both. */
  const announce = async <Value>(value: Value): Promise<Value> => {
    workers?.wake();
    await sql`select pg_notify(${channel}, '')`.execute(database.sql);
    return value;
  };

  /** Here no item is begun any more once this resolves; elsewhere soon. */
  const halt = async <Value>(id: string, value: Value): Promise<Value> => {
    workers?.halt(id);
    return announce(value);
  };

  const tell = (batch: Batch, as: Parameters<typeof changesOf>[1]): Batch => {
    for (const change of changesOf(batch, as)) onChanged(batch.id, change);
    return batch;
  };

  return {
    async now() {
      const { rows } = await sql<{ now: Date }>`select now()`.execute(database.sql);
      const [row] = rows;
      if (!row) throw new Error("the database did not tell its time");
      return row.now;
    },
    async write(batch) {
      const writer = await writeBatch(database, batch, onStopped);
      const told = <Written extends { readonly batch: Batch }>(written: Written) => {
        tell(written.batch, "created");
        return written;
      };
      return { ...writer, finish: (ending) => writer.finish(ending).then(told).then(announce) };
    },
    read: (id) => readBatch(database.sql, id),
    list: (filter, page) => listBatches(database.sql, filter, page),
    count: (filter) => countBatches(database.sql, filter),
    chunks: (id, page) => listChunks(database.sql, id, page),
    clone: async (id, clone) => tell(await cloneBatch(database, id, clone), "created"),
    start: async (id, start) => announce(tell(await startBatch(database, id, start, onStopped), "started")),
    pause: async (id, how) => halt(id, tell(await pauseBatch(database, id, how, onStopped), "paused")),
    resume: async (id, how) => announce(tell(await resumeBatch(database, id, how, onStopped), "resumed")),
    cancel: async (id, how) => halt(id, tell(await cancelBatch(database, id, how), "cancelled")),
    forceStart: async (id, force) =>
      announce(tell(await forceStartBatch(database, id, force, onStopped), "started")),
    async reset(id, how) {
      const batch = await resetBatch(database, id, how);
      return how.dryRun ? batch : halt(id, tell(batch, "reset"));
    },
    async retry(id, which) {
      const retried = await retryFailed(database, id, which);
      tell(retried.batch, "retried");
      return announce(retried);
    },
    softDelete: async (id, retentionDays, how) =>
      halt(id, tell(await softDeleteBatch(database, id, retentionDays, how), "deleted")),
    async remove(id, how) {
      const { kind, owner } = await markForRemoval(database, id, how);
      onChanged(id, { as: "removed", kind, owner });
      await halt(id, undefined);
      removal?.wake();
    },
    results: (batchId, filter, page) => readResults(database.sql, batchId, filter, page),
    resultPages: (batchId, filter, signal) => resultPages(database.sql, batchId, filter, { signal }),
    itemPages: (batchId, options) => itemPages(database.sql, batchId, options),
    countResults: (batchId, filter, options) => countResults(database.sql, batchId, filter, options),
    review: (batchId, reviewing) => reviewResults(database.sql, batchId, reviewing),
    hasReviews: (batchId) => hasReviews(database.sql, batchId),
    countVerdicts: (batchId) => countVerdicts(database.sql, batchId),
    attempts: (batchId, position) => readAttempts(database.sql, batchId, position),
    failures: (batchId) => countFailures(database.sql, batchId),
    queues: () => readQueueStatus(database.sql, [...kinds.keys()]),
    trouble: (kind) => readQueueTrouble(database.sql, kind),
    async cleanUp(kind, how) {
      const cleaned = await cleanUp(database, kind, how);
      if (how.cancel && !how.dryRun) for (const { id } of cleaned.batches) onChanged(id, { as: "cancelled" });
      return announce(cleaned);
    },
    forget: (prefix, before) => forgetSharedWork(database.sql, prefix, before),

    async run() {
      if (database.engine === "embedded") {
        // No other process works on this database, so whoever holds a lease has died.
        const count = await takeBackChunks(database.sql, { all: true, held: [] });
        await freeSharedWork(database.sql);
        if (count > 0)
          logger.info({ count }, "the process before ended in the middle of its work, which goes on");
      }
      if (options.slots > 0) {
        workers = startWorkers({
          ...timing,
          database,
          logger,
          kinds,
          slots: options.slots,
          once: shared.once,
          onStopped,
          onFlushed(batchId, flushed) {
            options.onProgress?.(batchId, flushed);
            if (hasEnded(flushed)) onChanged(batchId, { as: flushed.state });
          },
          onHeld: (batchId) => onChanged(batchId, { as: "paused" }),
          onItem: options.onItem ?? (() => {}),
          trace: options.trace ?? noTrace,
        });
        const wake = () => workers?.wake();
        stopListening = await database.listen(channel, wake, wake);
      }
      removal = startRemoval({ database, logger, kinds: options.kinds, onPurged: options.onPurged });
    },

    async stop(graceMs) {
      const stopped = workers?.stop(graceMs);
      await stopListening?.();
      await stopped;
      await removal?.stop();
      shared.close();
    },
  };
}
