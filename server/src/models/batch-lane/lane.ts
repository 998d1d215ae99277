import { randomUUID } from "node:crypto";
import { createBatcher } from "../../platform/batcher.ts";
import { throughOutages } from "../../platform/database/through-outages.ts";
import { ModelError } from "../contract.ts";
import { ProviderError } from "../hosted/provider.ts";
import type { BatchLane, DeferredQuestion } from "./contract.ts";
import { createFill } from "./fill.ts";
import { dropJob, type Lease, readJobs } from "./jobs.ts";
import { type Looked, lookAtRequests, lookAtRows } from "./looks.ts";
import { withoutLimits } from "./outcomes.ts";
import { readReserved } from "./requests.ts";
import type { BatchLaneOptions } from "./settings.ts";
import { createTender } from "./tend.ts";

/** A process that is silent for so long is gone. Milliseconds. */
const leaseMs = 60_000;
/** Files that wait to be handed over: whoever is fetched meanwhile would only fill the disk. */
const mostClosed = 3;
/** Rows look so long after their job was looked at. */
const mostRestMs = 2_000;
const reservedFreshMs = 1_000;
const reservedKeptMs = 3_000;
/** Full files' worth of questions that a process keeps on its disk. */
const mostSpooled = 5;
/** A disk that is full stays so for a while. */
const brokenMs = 5_000;
const gathering = { maxItems: 100, maxDelayMs: 3 };

interface Reserved {
  /** What counts. */
  micros: number;
  /** As it was read last, and what was asked since. */
  latest: number;
  readonly readAt: number;
}

/**
 * Asks by way of a provider's batch API: questions are gathered in a file, the file is handed over as a job, the job is
 * looked at until it is over, and what it brought is stored. Rows come and look.
 */
export function createBatchLane(options: BatchLaneOptions): BatchLane {
  const { database, now, fillMs } = options;
  const lease: Lease = { token: randomUUID(), ms: leaseMs };
  const closed = new AbortController();
  const reserved = new Map<string, Reserved>();
  const fill = createFill(options, {
    ...{ process: randomUUID(), lease, closed: closed.signal },
    onAdded(batchId, micros) {
      const known = reserved.get(batchId);
      if (!known) return;
      known.micros += micros;
      known.latest += micros;
    },
  });
  const tender = createTender(options, { fill, lease, closed: closed.signal });
  let brokenUntil = Number.NEGATIVE_INFINITY;
  const rests = {
    fillingMs: Math.max(fillMs, options.tickMs),
    runningMs: Math.min(Math.max(fillMs, options.tickMs), mostRestMs),
    now,
  };
  const look = createBatcher({
    ...gathering,
    run: (looked: readonly Looked[]) =>
      throughOutages(() => lookAtRequests(database.sql, looked, rests), closed.signal),
  });

  const lookAtRow = createBatcher({
    ...gathering,
    run: (rows: readonly DeferredQuestion["purpose"][]) =>
      throughOutages(() => lookAtRows(database.sql, rows, rests), closed.signal),
  });
  const readReservedNow = async (batchId: string): Promise<number> => {
    const readAt = now();
    const micros = await readReserved(database.sql, batchId);
    const before = reserved.get(batchId);
    // What was answered meanwhile is among what was spent only a moment later: until then it counts here.
    const recent = before && readAt - before.readAt < reservedKeptMs ? before.latest : 0;
    reserved.set(batchId, { micros: Math.max(micros, recent), latest: micros, readAt });
    return Math.max(micros, recent);
  };
  const reading = new Map<string, Promise<number>>();

  return {
    ownOf: (purpose) => lookAtRow(purpose),
    look: (key, purpose, since) => look({ key, purpose, since }),
    full() {
      if (brokenUntil > now()) return new Date(brokenUntil);
      const spooled = fill.open().reduce((sum, { spool }) => sum + spool.bytes, 0);
      const isFull = tender.closed() >= mostClosed || spooled >= mostSpooled * options.maxBytes;
      return isFull ? new Date(now() + rests.fillingMs) : null;
    },
    async ask(question, since) {
      await fill.add(question, since).catch((error: unknown) => {
        if (error instanceof ProviderError)
          throw new ModelError(withoutLimits(error.failure), { cause: error });
        if (!isOfFiles(error)) throw error;
        // Nothing of the row's: it waits until there is room on the disk.
        if (brokenUntil <= now())
          options.logger.error({ err: error }, "a file of questions cannot be written");
        brokenUntil = now() + Math.max(rests.fillingMs, brokenMs);
      });
      tender.wake();
      return new Date(Math.max(now() + rests.fillingMs, brokenUntil));
    },
    reservedMicros(batchId) {
      const known = reserved.get(batchId);
      if (known && now() - known.readAt < reservedFreshMs) return Promise.resolve(known.micros);
      for (const [id, { readAt }] of reserved) if (now() - readAt >= reservedKeptMs) reserved.delete(id);
      const present = reading.get(batchId) ?? readReservedNow(batchId).finally(() => reading.delete(batchId));
      reading.set(batchId, present);
      return present;
    },
    jobs: (batchId, limit) => readJobs(database.sql, batchId, limit),
    start: tender.start,
    async close() {
      closed.abort(new Error("the batch lane is closed"));
      await tender.stop();
      for (const job of await fill.takeAll()) {
        await job.spool.discard();
        // A database that is away keeps it, until its lease has run out.
        await dropJob(database.sql, { id: job.id, leaseToken: lease.token }).catch(() => {});
      }
    },
  };
}

const isOfFiles = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "syscall" in error && "code" in error;
