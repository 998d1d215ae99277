import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import type { Finished, NewBatch } from "../../src/engine/create.ts";
import { markExpired } from "../../src/engine/expire.ts";
import { done } from "../../src/engine/kind.ts";
import { removeHidden } from "../../src/engine/remove.ts";
import type { Transaction } from "../../src/platform/database/sql.ts";
import { assertConsistent, rowsLeft } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { createWorld, numbers, until } from "./world.ts";

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
    expect((await writer.finish()).batch.items).toBe(107);
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
    // Stored while the next rows are read, so not necessarily before that.
    await until(async () => expect((await rowsLeft(database(), batch.id))["chunks"]).toBe(10));
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
    expect(await rowsLeft(database(), batch.id)).toEqual({
      ...{ batches: 0, chunks: 0, results: 0, attempts: 0, reviews: 0 },
    });
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
    expect(await rowsLeft(database(), dead.id)).toEqual({
      ...{ batches: 0, chunks: 0, results: 0, attempts: 0, reviews: 0 },
    });
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

  describe("what is known only at its end", () => {
    test("its name, its options, its start and what goes with it happen with its appearance", async () => {
      const { engine, kind, reached } = createWorld(database());
      await engine.run();
      const writer = await engine.write(newBatch(kind));
      await writer.add(numbers(9));
      const seen: Finished[] = [];
      const finished = await writer.finish({
        name: "told last",
        options: null,
        start: { maxActive: 1_000 },
        async also(tx, present) {
          seen.push(present);
          await note(present.batch.id, tx);
        },
      });
      const { batch, refusal } = finished;
      expect(refusal).toBeNull();
      expect(batch).toMatchObject({ name: "told last", options: null, state: "queued", items: 9, chunks: 3 });
      expect(seen).toEqual([finished]);
      expect(await noted(batch.id)).toBe(true);
      expect(await reached(batch.id, "completed")).toMatchObject({
        name: "told last",
        options: null,
        succeeded: 9,
      });
      await assertConsistent(database(), batch.id);
    });

    test("a start that is refused leaves it there, pending, and the refusal is told", async () => {
      const { engine, kind, begin } = createWorld(database());
      await begin([1]);
      const batch = newBatch(kind);
      const writer = await engine.write(batch);
      await writer.add([1]);
      const seen: Finished[] = [];
      const finished = await writer.finish({
        start: { maxActive: 1 },
        async also(tx, present) {
          seen.push(present);
          await note(batch.id, tx);
        },
      });
      expect(finished).toMatchObject({
        batch: { id: batch.id, state: "pending", items: 1 },
        refusal: { reason: "too_many_active", limit: 1 },
      });
      expect(seen).toEqual([finished]);
      expect(await noted(batch.id)).toBe(true);
      expect(await engine.read(batch.id)).toEqual(finished.batch);
      expect(await engine.start(batch.id, { maxActive: 2 })).toMatchObject({ state: "queued" });
    });

    test("of several that end at once, only as many are started as there is room for", async () => {
      const { engine, kind } = createWorld(database());
      const writers = await Promise.all(numbers(4).map(() => engine.write(newBatch(kind))));
      for (const writer of writers) await writer.add([1]);
      const finished = await Promise.all(writers.map((writer) => writer.finish({ start: { maxActive: 2 } })));
      expect(finished.map(({ batch }) => batch.state).sort()).toEqual([
        "pending",
        "pending",
        "queued",
        "queued",
      ]);
      expect(await engine.count({ kind })).toBe(4);
    });

    test("one without items is complete at once", async () => {
      const { engine, kind } = createWorld(database());
      const writer = await engine.write(newBatch(kind));
      expect(await writer.finish({ start: { maxActive: 1 } })).toMatchObject({
        batch: { state: "completed", items: 0, startedAt: expect.any(Date), completedAt: expect.any(Date) },
        refusal: null,
      });
    });

    test("where what goes with it fails, nobody sees anything of it, and it can be ended again", async () => {
      const { engine, kind, begin } = createWorld(database());
      const batch = newBatch(kind);
      const writer = await engine.write(batch);
      await writer.add(numbers(9));
      const ending = { name: "told last", start: { maxActive: 1 } };
      await expect(
        writer.finish({
          ...ending,
          async also(tx) {
            await note(batch.id, tx);
            throw new Error("no place for the answer");
          },
        }),
      ).rejects.toThrow("no place for the answer");
      expect(await engine.read(batch.id)).toBeNull();
      expect(await noted(batch.id)).toBe(false);
      // The room that it had taken is free again.
      await engine.cancel(await begin([1]));
      expect(await writer.finish({ ...ending, also: (tx) => note(batch.id, tx) })).toMatchObject({
        batch: { state: "queued", name: "told last", items: 9 },
        refusal: null,
      });
      expect(await noted(batch.id)).toBe(true);
      await assertConsistent(database(), batch.id);
    });

    /** Any row will do; this one is seen by nobody else. */
    const note = async (id: string, tx: Transaction): Promise<void> => {
      await sql`insert into shared_work (key, value, done_at) values (${id}, '1', now())`.execute(tx);
    };

    const noted = async (id: string) => {
      const { rows } = await sql`select 1 from shared_work where key = ${id}`.execute(database().sql);
      return rows.length === 1;
    };
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
