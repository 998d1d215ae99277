import { randomUUID } from "node:crypto";
import { createBatcher } from "../../platform/batcher.ts";
import type { Database } from "../../platform/database/database.ts";
import { DatabaseUnavailable } from "../../platform/database/errors.ts";
import type { CallEnd, Ledger, OnCallEnded, Usage } from "./contract.ts";
import { createEnds } from "./ends.ts";
import { forgetCalls } from "./forget.ts";
import { type Amounts, endCalls, forgetProcesses, loseCalls } from "./settle.ts";
import { createSpending } from "./spending.ts";
import {
  type BegunCall,
  beginCalls,
  readBatchUsage,
  readKeyUsage,
  readUnanswered,
  renewProcess,
} from "./store.ts";

interface LedgerOptions {
  readonly database: Pick<Database, "engine" | "sql">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of what could not be written, but for outages: those are waited for. */
  readonly onError?: (error: unknown) => void;
  readonly onEnded?: OnCallEnded;
  /** A process that was silent for so long is gone. Milliseconds. */
  readonly leaseMs?: number;
}

/** What is recorded again because the database was away is recorded again at once. */
const mostRecorded = 1_000;

/** Company is worth waiting for: one commit for many calls. */
const gathering = { maxItems: 100, maxDelayMs: 3 };

export function createLedger({
  database,
  now,
  onError = () => {},
  onEnded = () => {},
  leaseMs = 60_000,
}: LedgerOptions): Ledger {
  const process = randomUUID();
  const only = database.engine === "embedded" ? process : null;
  const underWay = new Set<string>();
  const recorded = new Set<string>();
  const ends = createEnds({
    write: (ended) => endCalls(database.sql, ended),
    onWritten: (costs) => spending.written(costs),
    onError,
  });
  const spending = createSpending({
    now,
    read: (batchId) => ends.whileStill(async () => (await readBatchUsage(database.sql, batchId)) ?? nothing),
  });
  const write = createBatcher({
    ...gathering,
    run: async (calls: readonly BegunCall[]) => {
      await beginCalls(database.sql, calls, { process, leaseMs });
      return calls.map(() => undefined);
    },
  });

  const recover = async () => {
    const batches = new Set<string>();
    for (;;) {
      const lost = await ends.whileStill(() => loseCalls(database.sql, { now: new Date(now()), only }));
      if (lost.length === 0) break;
      for (const { batchId } of lost) batches.add(batchId);
    }
    await forgetProcesses(database.sql, only);
    return batches.size;
  };

  const keepAlive = async () => {
    if (underWay.size > 0) await renewProcess(database.sql, process, leaseMs);
    // Embedded there was no other process since the start.
    if (only === null) await recover();
    spending.forgetOld();
  };
  const renewal = setInterval(() => {
    keepAlive().catch((error: unknown) => {
      // The next one is due long before the lease runs out.
      if (!(error instanceof DatabaseUnavailable)) onError(error);
    });
  }, leaseMs / 4);
  renewal.unref();

  return {
    async begin(entry) {
      const id = randomUUID();
      let sentAt = now();
      const finish = (end: CallEnd) => {
        if (!underWay.delete(id)) return;
        onEnded(entry, end, now() - sentAt);
        ends.add({ id, batchId: entry.batchId, endedAt: new Date(now()), end });
      };
      underWay.add(id);
      try {
        await write({ ...entry, id, begunAt: new Date(now()) });
      } catch (error) {
        // Whether it was written is not known, and nothing is sent.
        finish({ outcome: "unused", modelUsed: null, usage: null, costMicros: null });
        throw error;
      }
      sentAt = now();
      return { id, end: finish };
    },
    async record(tx, calls) {
      if (calls.length === 0) return;
      await beginCalls(tx, calls, { process, leaseMs });
      await endCalls(tx, calls);
      for (const call of calls) {
        if (recorded.has(call.id)) continue;
        recorded.add(call.id);
        onEnded(call, call.end, null);
      }
      for (const id of recorded) {
        if (recorded.size <= mostRecorded) break;
        recorded.delete(id);
      }
    },
    async spent(batchId) {
      await spending.refresh(batchId);
      // Both at one moment: what is written meanwhile moves from the one to the other.
      const { costMicros, unpriced } = ends.pending(batchId);
      const stored = spending.stored(batchId);
      return { costMicros: stored.costMicros + costMicros, unpriced: stored.unpriced + unpriced };
    },
    async batchUsage(batchId) {
      const stored = await ends.whileStill(() => readBatchUsage(database.sql, batchId));
      return usageOf(stored ?? nothing, ends.pending(batchId));
    },
    unanswered: (batchId, limit) => readUnanswered(database.sql, batchId, limit),
    async keyUsage(since) {
      const rows = await readKeyUsage(database.sql, since);
      return rows.map((row) => ({ ...row, ...usageOf(row, nothing) }));
    },
    recover,
    forget: (before) => forgetCalls(database.sql, before),
    flush: ends.flush,
    async close() {
      clearInterval(renewal);
      ends.stop();
      // What cannot be written now is what the next process finds without an end.
      await ends.flush().catch((error: unknown) => {
        if (!(error instanceof DatabaseUnavailable)) throw error;
      });
    },
  };
}

const nothing: Amounts = {
  ...{ calls: 0, inputTokens: 0, outputTokens: 0 },
  ...{ costMicros: 0, unpriced: 0, possiblyPaidTwice: 0 },
};

function usageOf(stored: Amounts, pending: Amounts): Usage {
  const unpriced = stored.unpriced + pending.unpriced;
  const cost = stored.costMicros + pending.costMicros;
  return {
    calls: stored.calls + pending.calls,
    inputTokens: stored.inputTokens + pending.inputTokens,
    outputTokens: stored.outputTokens + pending.outputTokens,
    costMicros: unpriced > 0 && cost === 0 ? null : cost,
    unpriced,
    possiblyPaidTwice: stored.possiblyPaidTwice + pending.possiblyPaidTwice,
  };
}
