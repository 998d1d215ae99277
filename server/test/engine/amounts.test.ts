import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { claimChunk } from "../../src/engine/claim.ts";
import { flushResults, type ResultRow } from "../../src/engine/flush.ts";
import { done, failed, type Json } from "../../src/engine/kind.ts";
import { finishResets, resetBatch } from "../../src/engine/redo.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, beforeTransactions, createGate, createWorld, numbers, roomy, until } from "./world.ts";

/** An item says what it adds, and its output does too. Every fifth fails, every seventh adds nothing. */
const adding = (input: Json) => {
  const n = Number(input);
  if (n % 5 === 0) return failed("fifth", "No.", { amount: 1_000_000 });
  return n % 7 === 0 ? done({ amount: 0 }) : done({ amount: n }, n);
};
const sumOf = (inputs: readonly number[]) =>
  inputs.filter((n) => n % 5 !== 0 && n % 7 !== 0).reduce((sum, n) => sum + n, 0);

describeEngine("amounts", (database) => {
  /** The amount of a batch and the sum over its results, of one moment. */
  const both = async (id: string) => {
    const { rows } = await sql<{ amount: number; sum: number; stored: number }>`
      select amount, (select count(*) from results where batch_id = id) as stored,
        (select coalesce(sum((output ->> 'amount')::int), 0) from results where batch_id = id and succeeded) as sum
      from batches where id = ${id}
    `.execute(database().sql);
    if (!rows[0]) throw new Error("there is no such batch");
    return rows[0];
  };

  test("are the sum over the stored results at every moment, and retries of failures change nothing", async () => {
    const { engine, begin, kind } = createWorld(database(), adding, { timing: { flushRows: 3 } });
    const id = await begin(numbers(600), { chunkSize: 40 });
    const beside = createWorld(database(), adding, { kind, timing: { flushRows: 7 } });
    await Promise.all([engine.run(), beside.engine.run()]);
    const moments = new Set<number>();
    const toTheEnd = () =>
      until(async () => {
        const { amount, sum, stored } = await both(id);
        moments.add(stored);
        // Not inside the condition that is waited for: one moment of another sum is one too many.
        if (amount !== sum) return { amount, sum };
        if (stored < 600) throw new Error(`${stored} results are stored`);
        return null;
      });
    expect(await toTheEnd()).toBeNull();
    expect(moments.size).toBeGreaterThan(2);
    expect(await engine.read(id)).toMatchObject({ state: "completed", amount: sumOf(numbers(600)) });
    await engine.retry(id, roomy);
    expect(await toTheEnd()).toBeNull();
    expect(await engine.read(id)).toMatchObject({ amount: sumOf(numbers(600)) });
    await assertConsistent(database(), id);
  });

  test("count a row that is there already once, whoever brings it again and whatever it says then", async () => {
    const { kind, begin } = createWorld(database(), adding, { slots: 0 });
    const id = await begin([1, 2, 3, 4]);
    const claim = await claimChunk(database().sql, [kind], 60_000);
    if (!claim) throw new Error("the chunk is not to be had");
    const row = (position: number, amount: number): ResultRow => ({
      ...{ position, amount, succeeded: true, code: null, message: null, source: null, tookMs: 0 },
      output: JSON.stringify({ amount }),
    });
    const flush = (...rows: readonly ResultRow[]) => flushResults(database().sql, claim, rows, 60_000);
    await flush(row(0, 5), row(1, 0));
    await flush(row(1, 70), row(0, 500), row(2, 11));
    expect(await both(id)).toEqual({ amount: 16, sum: 16, stored: 3 });
    await flush(row(0, 9));
    expect(await both(id)).toEqual({ amount: 16, sum: 16, stored: 3 });
    expect(
      await flushResults(database().sql, { ...claim, leaseToken: randomUUID() }, [row(3, 1)], 1),
    ).toBeNull();
    expect(await both(id)).toEqual({ amount: 16, sum: 16, stored: 3 });
  });

  test("that no number could tell exactly any more leave a batch that can be read", async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const { engine, begin, reached } = createWorld(database(), () => done(null, most));
    const id = await begin(numbers(30));
    await engine.run();
    expect(await reached(id, "completed")).toMatchObject({ succeeded: 30, amount: most });
  });

  test("of a clone begin at 0, with results of the other and without", async () => {
    const { engine, begin, reached } = createWorld(database(), adding);
    const source = await begin(numbers(20));
    await engine.run();
    await reached(source, "completed");
    for (const copyResults of [false, true]) {
      const clone = { id: randomUUID(), name: "a copy", owner: "tester", options: {}, copyResults };
      expect(await engine.clone(source, clone)).toMatchObject({ amount: 0 });
    }
    expect(await engine.read(source)).toMatchObject({ amount: sumOf(numbers(20)) });
  });

  test("are 0 after a reset, also of what was stored while it ran, and count anew then", async () => {
    const gate = createGate();
    const { engine, begin, reached } = createWorld(database(), async (input) => {
      if (input === 17) await gate.pass();
      return adding(input);
    });
    const id = await begin(numbers(20));
    await engine.run();
    await atGate(gate);
    await until(async () => expect((await both(id)).stored).toBe(19));
    // The first transaction marks the batch, each of the others resets a chunk.
    let transactions = 0;
    const watched = beforeTransactions(database(), async () => {
      transactions += 1;
      if (transactions !== 3) return;
      gate.open();
      await until(async () => expect((await both(id)).amount).toBe(17));
    });
    await resetBatch(watched, id, { force: true });
    expect(transactions).toBe(3);
    expect(await both(id)).toEqual({ amount: 0, sum: 0, stored: 0 });
    await engine.start(id, roomy);
    expect(await reached(id, "completed")).toMatchObject({ amount: sumOf(numbers(20)) });
  });

  test("stay where a reset comes to its end after somebody else has ended it and started the batch", async () => {
    const { engine, begin, reached } = createWorld(database(), adding);
    const id = await begin(numbers(20));
    await engine.run();
    await reached(id, "completed");
    let transactions = 0;
    const slow: Database = {
      ...database(),
      transaction: async (work, options) => {
        const value = await database().transaction(work, options);
        transactions += 1;
        if (transactions === 3) {
          await sql`update batches set touched_at = now() - interval '2 minutes' where id = ${id}`.execute(
            database().sql,
          );
          expect(await finishResets(database())).toBe(1);
          await engine.start(id, roomy);
          await reached(id, "completed");
        }
        return value;
      },
    };
    expect(await resetBatch(slow, id, { force: true })).toMatchObject({ state: "completed" });
    expect(transactions).toBe(3);
    expect(await both(id)).toEqual({ amount: sumOf(numbers(20)), sum: sumOf(numbers(20)), stored: 20 });
  });
});
