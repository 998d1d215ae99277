import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { NewBatch } from "../../src/engine/create.ts";
import { done } from "../../src/engine/kind.ts";
import { markExpired, removeHidden } from "../../src/engine/remove.ts";
import { assertConsistent, rowsLeft } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { createWorld, numbers } from "./world.ts";

const newBatch = (kind: string): NewBatch => ({
  id: randomUUID(),
  kind,
  owner: "tester",
  name: "a batch",
  options: { of: ["the", "caller"] },
  priority: 3,
  chunkSize: 4,
});

describeEngine("writing a batch", (database) => {
  test("inputs are kept in their order, in chunks of the asked size", async () => {
    const { engine, kind } = createWorld(database());
    const batch = newBatch(kind);
    const writer = await engine.write(batch);
    // Pieces of every size, also larger than what goes into one statement.
    const inputs = numbers(107).map((number) => ({ number, text: `"${number}", {\\u0000} é 🎨` }));
    for (const [from, to] of [
      [0, 1],
      [1, 4],
      [4, 4],
      [4, 103],
      [103, 107],
    ]) {
      await writer.add(inputs.slice(from, to));
    }
    expect(await writer.finish()).toBe(107);
    const { rows } = await sql<{ size: number; inputs: unknown[] }>`
      select size, inputs from chunks where batch_id = ${batch.id} order by number
    `.execute(database().sql);
    expect(rows.map(({ size }) => size)).toEqual([...Array(26).fill(4), 3]);
    expect(rows.flatMap((row) => row.inputs)).toEqual(inputs);
    await assertConsistent(database(), batch.id);
    expect(await engine.read(batch.id)).toMatchObject({
      state: "pending",
      owner: "tester",
      name: "a batch",
      options: { of: ["the", "caller"] },
      priority: 3,
      items: 107,
      chunks: 27,
      succeeded: 0,
      startedAt: null,
      completedAt: null,
    });
  });

  test("what makes full chunks is stored before the end: memory does not grow with the batch", async () => {
    const { engine, kind } = createWorld(database());
    const batch = newBatch(kind);
    const writer = await engine.write(batch);
    await writer.add(numbers(41));
    expect((await rowsLeft(database(), batch.id))["chunks"]).toBe(10);
  });

  test("nobody sees it or can start it before it is finished", async () => {
    const { engine, kind } = createWorld(database());
    const batch = newBatch(kind);
    const writer = await engine.write(batch);
    await writer.add(numbers(50));
    expect(await engine.read(batch.id)).toBeNull();
    expect(await engine.list({ kind }, { limit: 10 })).toEqual([]);
    await expect(engine.start(batch.id, { maxActive: 9 })).rejects.toThrow("not_found");
    await expect(engine.remove(batch.id, { force: true })).rejects.toThrow("not_found");
    await writer.finish();
    expect((await engine.list({ kind }, { limit: 10 })).map(({ id }) => id)).toEqual([batch.id]);
  });

  test("an abandoned one is removed by the next sweep, and never comes back", async () => {
    const { engine, kind } = createWorld(database());
    const batch = newBatch(kind);
    const writer = await engine.write(batch);
    await writer.add(numbers(50));
    await writer.abandon();
    await writer.add(numbers(50));
    await expect(writer.finish()).rejects.toThrow("removed while it was written");
    await removeHidden(database());
    expect(await rowsLeft(database(), batch.id)).toEqual({ batches: 0, chunks: 0, results: 0, attempts: 0 });
  });

  test("one whose writer died is removed once it was left alone for an hour, one still written is not", async () => {
    const { engine, kind } = createWorld(database());
    const dead = newBatch(kind);
    const alive = newBatch(kind);
    for (const batch of [dead, alive]) await (await engine.write(batch)).add(numbers(50));
    const setBack = (id: string, minutes: number) =>
      sql`update batches set touched_at = now() - ${minutes} * interval '1 minute' where id = ${id}`.execute(
        database().sql,
      );
    await setBack(dead.id, 61);
    await setBack(alive.id, 59);
    await markExpired(database());
    await removeHidden(database());
    expect(await rowsLeft(database(), dead.id)).toEqual({ batches: 0, chunks: 0, results: 0, attempts: 0 });
    expect(await rowsLeft(database(), alive.id)).toMatchObject({ batches: 1, chunks: 10 });
  });

  test("each chunk that is stored tells that the writer lives", async () => {
    const { engine, kind } = createWorld(database());
    const batch = newBatch(kind);
    const writer = await engine.write(batch);
    await sql`update batches set touched_at = now() - interval '2 hours' where id = ${batch.id}`.execute(
      database().sql,
    );
    await writer.add(numbers(50));
    await markExpired(database());
    await writer.finish();
    expect(await engine.read(batch.id)).toMatchObject({ items: 50 });
  });

  test("one without items is complete as soon as it is started", async () => {
    const { engine, begin } = createWorld(database());
    const id = await begin([]);
    expect(await engine.read(id)).toMatchObject({ state: "completed", items: 0, chunks: 0 });
    await assertConsistent(database(), id);
  });

  test("options and inputs of every JSON shape reach the handler as they were given", async () => {
    const seen: unknown[] = [];
    const inputs = [null, true, 0.1, -0, "", "null", [], {}, [[null]], { a: { "": 1e300 } }, "\uFEFFx"];
    const { engine, begin, reached } = createWorld(database(), (input, { options }) => {
      seen.push(options);
      return done(input);
    });
    const id = await begin(inputs, { options: "only text", chunkSize: 3 });
    await engine.run();
    await reached(id, "completed");
    const results = await engine.results(id, {}, { limit: 100 });
    expect(results.map((result) => result.succeeded && result.output)).toEqual(
      inputs.map((input) => (Object.is(input, -0) ? 0 : input)),
    );
    expect(seen).toEqual(inputs.map(() => "only text"));
  });

  test("what was finished twice, or failed on the way, is told", async () => {
    const { engine, kind } = createWorld(database());
    const batch = newBatch(kind);
    const writer = await engine.write(batch);
    await writer.add([1]);
    await writer.finish();
    await expect(writer.finish()).rejects.toThrow();
    await expect(engine.write(batch)).rejects.toThrow("duplicate key");
    await assertConsistent(database(), batch.id);
  });
});
