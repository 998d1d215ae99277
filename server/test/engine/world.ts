import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { pino } from "pino";
import { onTestFinished, vi } from "vitest";
import { createEngine, type Engine, type EngineOptions, type Timing } from "../../src/engine/engine.ts";
import { done, type ItemContext, type Json, type Kind, type Outcome } from "../../src/engine/kind.ts";
import type { Batch } from "../../src/engine/records.ts";
import type { BatchState } from "../../src/engine/states.ts";
import type { Database } from "../../src/platform/database/database.ts";

/** Short turns of everything, so that a test sees many of them. */
const hurried: Partial<Timing> = { leaseMs: 5_000, flushMs: 5, flushRows: 10, pollMs: 20 };

type Handle = (input: Json, context: ItemContext) => Outcome | Promise<Outcome>;

export interface World {
  readonly kind: string;
  readonly engine: Engine;
  /** What the engine logged, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Positions in the order in which the handler was called for them, of all batches. */
  readonly calls: readonly {
    readonly batchId: string;
    readonly position: number;
    readonly attempt: number;
  }[];
  /** Writes a batch of the kind; it is `pending`. */
  write(inputs: readonly Json[], options?: Partial<Parameters<Engine["write"]>[0]>): Promise<string>;
  /** The same, started. */
  begin(inputs: readonly Json[], options?: Partial<Parameters<Engine["write"]>[0]>): Promise<string>;
  /** Resolves with a batch that has come into a state. */
  reached(batchId: string, ...states: readonly BatchState[]): Promise<Batch>;
}

export interface WorldOptions
  extends Partial<Omit<EngineOptions, "timing">>,
    Pick<Kind, "sourceKeys" | "retentionDays"> {
  readonly timing?: Partial<Timing>;
  readonly concurrency?: number;
  readonly itemTimeoutMs?: number;
  /** Of another world, to be a second process for its batches. */
  readonly kind?: string;
}

/** The handler of those to whom it does not matter. */
export const echo: Handle = (input) => done(input);

/** An engine with one synthetic kind of its own, so that tests share a database and not their batches. */
export function createWorld(
  database: Database,
  handle: Handle = echo,
  {
    timing,
    concurrency = 4,
    itemTimeoutMs = 60_000,
    kind: name,
    sourceKeys,
    retentionDays = null,
    ...options
  }: WorldOptions = {},
): World {
  const log: Record<string, unknown>[] = [];
  const calls: { batchId: string; position: number; attempt: number }[] = [];
  const kind: Kind = {
    name: name ?? `synthetic-${randomUUID()}`,
    concurrency,
    itemTimeoutMs,
    retentionDays,
    ...(sourceKeys === undefined ? {} : { sourceKeys }),
    async handle(input, context) {
      calls.push({ batchId: context.batchId, position: context.position, attempt: context.attempt });
      return handle(input, context);
    },
  };
  const engine = createEngine({
    database,
    logger: pino({ level: "debug" }, { write: (line: string) => void log.push(JSON.parse(line)) }),
    kinds: [kind],
    slots: 2,
    ...options,
    timing: { ...hurried, ...timing },
  });
  onTestFinished(() => engine.stop(0));
  const world: World = {
    kind: kind.name,
    engine,
    log,
    calls,
    async write(inputs, batch = {}) {
      const id = batch.id ?? randomUUID();
      const writer = await engine.write({
        id,
        kind: kind.name,
        owner: "tester",
        name: "a batch",
        options: {},
        priority: 0,
        chunkSize: 10,
        ...batch,
      });
      await writer.add(inputs);
      await writer.finish();
      return id;
    },
    async begin(inputs, batch) {
      const id = await world.write(inputs, batch);
      await engine.start(id, { maxActive: 1000 });
      return id;
    },
    reached: (batchId, ...states) =>
      until(async () => {
        const batch = await engine.read(batchId);
        if (!batch || !states.includes(batch.state)) throw new Error(`the batch is ${batch?.state}`);
        return batch;
      }),
  };
  return world;
}

/** Numbers from 0. */
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Resolves with what `look` returns once it throws no more: waiting for a condition, however long it takes. */
export const until = <Value>(look: () => Promise<Value> | Value): Promise<Value> =>
  vi.waitFor(look, { timeout: 25_000, interval: 10 });

/**
 * Resolves once no slot has a chunk of the batch: where several do that are to hold it, the last may do so after it was
 * resumed and worked on again.
 */
export const givenBack = (database: Database, batchId: string): Promise<void> =>
  until(async () => {
    const { rows } = await sql`
      select 1 from chunks where batch_id = ${batchId} and state = 'processing'
    `.execute(database.sql);
    if (rows.length > 0) throw new Error(`${rows.length} chunks are worked on`);
  });

/** A door for handlers: they wait at it until it is opened. */
export function createGate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return {
    /** How many came. */
    arrived: () => waiting,
    pass: () => {
      waiting += 1;
      return promise;
    },
    open: () => resolve(),
  };
}

/** Resolves once so many handlers wait at a gate. */
export const atGate = (gate: { arrived(): number }, count = 1): Promise<void> =>
  until(() => {
    if (gate.arrived() < count) throw new Error(`${gate.arrived()} of ${count} came to the gate`);
  });

/** However many other batches are active. */
export const roomy = { maxActive: 1_000 } as const;

/** A database in which something happens before each transaction: a clone has one for each page. */
export const beforeTransactions = (database: Database, happens: () => Promise<void>): Database => ({
  ...database,
  transaction: async (work, options) => {
    await happens();
    return database.transaction(work, options);
  },
});
