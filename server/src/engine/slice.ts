import type { Logger } from "pino";
import { throughOutages } from "../platform/database/through-outages.ts";
import type { Trace } from "../platform/tracing/trace.ts";
import { type AttemptRow, recordAttempts } from "./attempts.ts";
import { type Claim, finishedPositions, type Tried, triedPositions } from "./claim.ts";
import { type Flushed, flushResults, type ResultRow } from "./flush.ts";
import { createFlusher } from "./flusher.ts";
import { holdBatch } from "./hold.ts";
import { type ItemWork, workOnItem } from "./item-work.ts";
import { failed, type Json, type Kind, type Outcome } from "./kind.ts";
import { markSuspect, releaseChunk } from "./lease.ts";
import { restBatch } from "./rest.ts";
import type { SharedWork } from "./shared-work.ts";
import { hasEnded, type StopsOptions, telling } from "./stops.ts";
import { storable, storableCode, storableMessage } from "./storable.ts";
import { tracedItem } from "./traced-item.ts";

/**
 * From this many deaths on, a chunk runs item by item, each item is written down before it is begun, and nothing else
 * may be under way in the process.
 */
export const isSuspicious = ({ deaths }: Claim): boolean => deaths >= 3;
/** An item that was under way alone when its process died fails after so many times. */
const fatalDeaths = 2;

export interface SliceDependencies extends StopsOptions {
  readonly logger: Logger;
  readonly once: SharedWork["once"];
  readonly leaseMs: number;
  /** A slice that has run so long begins no more items, so that batches take turns. */
  readonly sliceMs: number;
  readonly flushRows: number;
  readonly flushMs: number;
  /** Called after every flush, and where a slice held the batch or gave its chunk up. */
  readonly onFlushed: (batchId: string, flushed: Flushed) => void;
  /** Called where a slice held the batch, after `onFlushed`. */
  readonly onHeld: (batchId: string) => void;
  /** Called with every outcome, before it is stored. */
  readonly onItem: (kind: string, outcome: Outcome, tookMs: number) => void;
  /** Around the work on each item. */
  readonly trace: Trace;
}

export interface Slice {
  readonly claim: Claim;
  /** Begin no more items; those under way finish. */
  stop(): void;
  /** Begins no more items, and items that have not begun anything that costs give up: the batch was paused or ended. */
  halt(): void;
  /** The time of grace is over: items under way are aborted, what has an outcome is stored. */
  cut(): void;
  /** The chunk is not ours any more: nothing of it can be stored. */
  lose(): void;
  /** Resolves when the chunk was completed, given back or lost. Never rejects. */
  readonly ended: Promise<void>;
}

interface Item {
  readonly input: Json;
  readonly position: number;
}

type Row = ({ readonly type: "result" } & ResultRow) | ({ readonly type: "attempt" } & AttemptRow);

/**
 * Works on a claimed chunk for one turn.
 *
 * @param stopped from the start: the chunk is given back as it is
 * @param after what has to end before the first item is begun; the chunk is held meanwhile
 */
export function runSlice(
  dependencies: SliceDependencies,
  kind: Kind,
  claim: Claim,
  { stopped, after }: { stopped: boolean; after: Promise<unknown> },
): Slice {
  const { database, leaseMs, once } = dependencies;
  const { batchId } = claim;
  const log = dependencies.logger.child({ batchId, chunk: claim.number });
  const careful = isSuspicious(claim);
  const lost = new AbortController();
  const cut = new AbortController();
  const halting = new AbortController();
  const broken = new AbortController();
  const interrupted = AbortSignal.any([lost.signal, cut.signal, broken.signal]);
  /** A database that is away is waited for until then; after that, the lease gives the chunk back. */
  const over = AbortSignal.any([lost.signal, cut.signal]);
  /** When open items may be begun, as far as they asked for a time. */
  const later = new Map<number, number>();
  let completed = false;
  let held = false;
  /** Items without a final outcome. */
  let left = 0;

  const flusher = createFlusher<Row>({
    maxRows: dependencies.flushRows,
    maxDelayMs: dependencies.flushMs,
    write: (rows) => throughOutages(() => store(rows), over),
  });

  /** Only the last of a chunk can end a batch. The others are one statement, for the sake of fast items. */
  const flush = (results: readonly ResultRow[]) =>
    left > 0
      ? flushResults(database.sql, claim, results, leaseMs)
      : telling(dependencies, claim, (sql) => flushResults(sql, claim, results, leaseMs), hasEnded);

  const store = async (rows: readonly Row[]) => {
    const attempts = rows.filter((row) => row.type === "attempt");
    if (attempts.length > 0) await recordAttempts(database.sql, claim, attempts);
    const results = rows.filter((row) => row.type === "result");
    if (results.length === 0) return;
    const flushed = await flush(results);
    if (flushed === null) return lost.abort();
    completed = flushed.chunkCompleted;
    if (flushed.state !== "processing") {
      stopped = true;
      halting.abort();
    }
    dependencies.onFlushed(claim.batchId, flushed);
  };

  const hold = async (reason: string, code: string | null) => {
    const pausing = () =>
      telling(
        dependencies,
        { batchId, code },
        (sql) => holdBatch(sql, claim, reason),
        () => true,
      );
    const paused = await throughOutages(pausing, over);
    if (!paused) return;
    log.warn({ reason }, "a batch is held");
    dependencies.onFlushed(batchId, paused);
    dependencies.onHeld(batchId);
  };

  const settle = async (position: number, attempt: number, { outcome, tookMs }: ItemWork) => {
    dependencies.onItem(kind.name, outcome, tookMs);
    if (outcome.status === "hold") {
      stopped = true;
      halting.abort();
      if (held) return;
      held = true;
      await hold(storableMessage(outcome.reason), outcome.code ?? null);
    } else if (outcome.status === "later") {
      const { until, code, message, everyone } = outcome;
      if (everyone) {
        // Of the batch and not of the item: whoever ends the rest of the one means the other too.
        stopped = true;
        return throughOutages(() => restBatch(database.sql, claim, until), over);
      }
      later.set(position, until.getTime());
      if (code === null) return;
      const words = { code: storableCode(code), message: message === null ? null : storableMessage(message) };
      await flusher.add({ type: "attempt", position, number: attempt, ...words });
    } else {
      later.delete(position);
      left -= 1;
      await flusher.add({ type: "result", position, tookMs, ...storable(outcome) });
    }
  };

  /** Every item is taken at most once in a turn. */
  const turn = async (items: readonly Item[], tried: ReadonlyMap<number, Tried>) => {
    const endsAt = performance.now() + dependencies.sliceMs;
    let next = 0;
    const take = (): Item | undefined => {
      while (!stopped && !interrupted.aborted && performance.now() < endsAt) {
        const item = items[next++];
        if (item === undefined || (later.get(item.position) ?? 0) <= Date.now()) return item;
      }
      return undefined;
    };
    const worker = async () => {
      for (let item = take(); item; item = take()) {
        const { input, position } = item;
        if (careful && !(await markSuspect(database.sql, claim, position))) return lost.abort();
        const before = tried.get(position) ?? untried;
        const attempt = before.last + 1;
        const context = {
          ...{ batchId: claim.batchId, position, options: claim.options, once },
          ...{ attempt, freshAttempt: before.fresh + 1, halting: halting.signal },
        };
        const worked = await tracedItem(dependencies.trace, kind.name, context, () =>
          workOnItem(kind, input, context, interrupted, (error) =>
            log.error({ err: error, position }, "an item handler threw"),
          ),
        );
        if (worked === null) return;
        await settle(position, attempt, worked);
        if (careful) await flusher.drain();
      }
    };
    const size = careful ? 1 : Math.min(kind.concurrency, items.length);
    const ends = await Promise.allSettled(Array.from({ length: size }, worker));
    await flusher.drain();
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  };

  const work = async () => {
    const finished = claim.begun ? await finishedPositions(database.sql, claim) : new Set<number>();
    const tried = claim.begun ? await triedPositions(database.sql, claim) : new Map<number, Tried>();
    const open = claim.inputs
      .map((input, index) => ({ input, position: claim.firstPosition + index }))
      .filter(({ position }) => !finished.has(position));
    if (open.length === 0) throw new Error("no item of this chunk is open, and it is not complete");
    left = open.length;
    for (const { position } of open) {
      const until = claim.later[position];
      if (until !== undefined) later.set(position, until);
    }
    if (careful) log.warn({ deaths: claim.deaths }, "workers died on this chunk; its items run one by one");
    const killer = claim.suspectDeaths >= fatalDeaths ? claim.suspect : null;
    if (killer !== null && !finished.has(killer)) {
      log.error({ position: killer }, "the process ended twice on this item");
      await settle(killer, 1, { outcome: crashed, tookMs: 0 });
      await flusher.drain();
    }
    await turn(
      open.filter(({ position }) => position !== killer),
      tried,
    );
  };

  const release = (brokeDown: boolean) =>
    throughOutages(async () => {
      if (completed || lost.signal.aborted) return;
      const everyoneWaits = later.size > 0 && later.size === left;
      const rest = {
        later: Object.fromEntries(later),
        notBefore: everyoneWaits ? new Date(Math.min(...later.values())) : null,
        brokeDown,
      };
      const gaveUp = await telling(dependencies, claim, (sql) => releaseChunk(sql, claim, rest), hasEnded);
      if (gaveUp) dependencies.onFlushed(claim.batchId, gaveUp);
    }, over);

  const run = async () => {
    try {
      await after;
      await work();
      await release(false);
    } catch (error) {
      log.error({ err: error }, "a slice broke down");
      broken.abort();
      await release(true).catch((reason: unknown) =>
        log.error({ err: reason }, "a chunk was not given back"),
      );
    }
  };

  return {
    claim,
    halt: () => {
      stopped = true;
      halting.abort();
    },
    stop: () => {
      stopped = true;
    },
    cut: () => cut.abort(),
    lose: () => lost.abort(),
    ended: run(),
  };
}

const untried: Tried = { last: 0, fresh: 0 };

const crashed = failed("crashed", "The process ended twice while it worked on this item alone.");
