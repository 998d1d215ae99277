import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { type Clone, cloneBatch } from "../../src/engine/clone.ts";
import { done, failed, type Json, type Outcome } from "../../src/engine/kind.ts";
import { removeHidden } from "../../src/engine/remove.ts";
import { assertConsistent, rowsLeft } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, beforeTransactions, createGate, createWorld, numbers, roomy, until } from "./world.ts";

const newClone = (copyResults: boolean): Clone => ({
  id: randomUUID(),
  name: "a copy",
  owner: "another",
  options: { of: "its own" },
  copyResults,
});

const thirds = (input: Json, { position }: { position: number }): Outcome =>
  position % 3 === 0 ? failed("third", `Position ${position}.`) : done({ was: input });

/** More than one page of chunks, and a short last one. */
const inputs = numbers(125).map((n): Json => (n % 10 === 4 ? null : { n, text: `"${n}", é 🎨` }));

describeEngine("a clone", (database) => {
  test("has the inputs of the other, in their order, and nothing else of it", async () => {
    const { engine, kind, begin, reached } = createWorld(database(), thirds);
    const source = await begin(inputs, { priority: 7 });
    await engine.run();
    await reached(source, "completed");
    const clone = newClone(false);
    const cloned = await engine.clone(source, clone);
    expect(cloned).toMatchObject({
      ...{ id: clone.id, kind, name: "a copy", owner: "another", options: { of: "its own" }, priority: 7 },
      ...{ state: "pending", items: 125, chunks: 13, succeeded: 0, failed: 0, chunksCompleted: 0 },
      ...{ startedAt: null, completedAt: null, pausedMs: 0 },
    });
    expect(await engine.read(clone.id)).toEqual(cloned);
    expect(await engine.results(clone.id, {}, { limit: 9 })).toEqual([]);
    await assertConsistent(database(), clone.id);
    await engine.start(clone.id, { maxActive: 1_000 });
    await reached(clone.id, "completed");
    expect(await outcomes(clone.id)).toEqual(await outcomes(source));
    const results = await engine.results(clone.id, {}, { limit: 200 });
    expect(results.map(({ input }) => input)).toEqual(inputs);
    await assertConsistent(database(), clone.id);
  });

  test("with the results of one that is complete is complete too, at the times of the other", async () => {
    const { engine, begin, reached, calls } = createWorld(database(), thirds);
    const source = await begin(inputs);
    await engine.run();
    await engine.pause(source).catch(() => {});
    await engine.resume(source).catch(() => {});
    const whole = await reached(source, "completed");
    const clone = newClone(true);
    const cloned = await engine.clone(source, clone);
    expect(cloned).toMatchObject({
      ...{ state: "completed", succeeded: 83, failed: 42, chunksCompleted: 13, chunksFailed: 0 },
      ...{ startedAt: whole.startedAt, completedAt: whole.completedAt, pausedMs: whole.pausedMs },
    });
    expect(await engine.results(clone.id, {}, { limit: 200 })).toEqual(
      await engine.results(source, {}, { limit: 200 }),
    );
    expect(await engine.failures(clone.id)).toEqual([{ code: "third", count: 42 }]);
    await assertConsistent(database(), clone.id);
    expect(calls).toHaveLength(125);

    // It is a batch like any other: what is done to it is not done to the one it came from.
    await engine.retry(clone.id, roomy);
    await reached(clone.id, "completed");
    expect(calls.slice(125).every(({ batchId }) => batchId === clone.id)).toBe(true);
    expect(calls).toHaveLength(125 + 42);
    await engine.reset(clone.id, { force: true });
    expect(await engine.read(source)).toEqual(whole);
    await assertConsistent(database(), source);
    await assertConsistent(database(), clone.id);
  });

  test("with the results of one that is not complete is worked on where the other stopped", async () => {
    const gate = createGate();
    const { engine, begin, reached, calls } = createWorld(
      database(),
      async (input, context) => {
        if (context.position === 75 && context.batchId === source) await gate.pass();
        return thirds(input, context);
      },
      { slots: 1, concurrency: 1 },
    );
    const source = await begin(inputs);
    await engine.run();
    await atGate(gate);
    await engine.cancel(source);
    gate.open();
    await until(async () => {
      const chunks = await engine.chunks(source, { limit: 20 });
      expect(chunks.filter(({ state }) => state === "processing")).toEqual([]);
    });
    const stopped = await outcomes(source);
    expect(stopped).toHaveLength(76);
    const clone = newClone(true);
    expect(await engine.clone(source, clone)).toMatchObject({
      ...{ state: "pending", chunksCompleted: 7, chunksFailed: 0, startedAt: null, completedAt: null },
    });
    expect(await outcomes(clone.id)).toEqual(stopped);
    await assertConsistent(database(), clone.id);
    const before = calls.length;
    await engine.start(clone.id, { maxActive: 1_000 });
    expect(await reached(clone.id, "completed")).toMatchObject({ succeeded: 83, failed: 42 });
    expect(calls).toHaveLength(before + 125 - 76);
    await assertConsistent(database(), clone.id);
  });

  test("of one that is worked on has what was there, whole, and the other goes on", async () => {
    const { engine, begin, reached } = createWorld(
      database(),
      async (input, context) => {
        await new Promise(setImmediate);
        return thirds(input, context);
      },
      { slots: 3, timing: { flushRows: 3, flushMs: 1 } },
    );
    const source = await begin(inputs);
    await engine.run();
    const clones: string[] = [];
    do {
      const clone = newClone(true);
      await engine.clone(source, clone);
      await assertConsistent(database(), clone.id);
      clones.push(clone.id);
    } while ((await engine.read(source))?.state !== "completed");
    expect(await reached(source, "completed")).toMatchObject({ succeeded: 83, failed: 42 });
    for (const id of clones) {
      await engine.forceStart(id, { maxActive: 1_000, skipValidation: true });
      await reached(id, "completed");
      expect(await outcomes(id)).toEqual(await outcomes(source));
      await assertConsistent(database(), id);
    }
  });

  test("of one without items is as empty", async () => {
    const { engine, write } = createWorld(database());
    const clone = newClone(true);
    expect(await engine.clone(await write([]), clone)).toMatchObject({
      state: "pending",
      items: 0,
      chunks: 0,
    });
    expect(await engine.start(clone.id, { maxActive: 1_000 })).toMatchObject({ state: "completed" });
    await assertConsistent(database(), clone.id);
  });

  test("of nothing is refused", async () => {
    const { engine, write } = createWorld(database());
    const refusal = { reason: "not_found" };
    await expect(engine.clone(randomUUID(), newClone(true))).rejects.toMatchObject({ refusal });
    const removed = await write([1]);
    await engine.remove(removed, { force: true });
    await expect(engine.clone(removed, newClone(true))).rejects.toMatchObject({ refusal });
  });

  test("is seen by nobody before it is whole", async () => {
    const { engine, kind, write } = createWorld(database());
    const source = await write(inputs);
    const clone = newClone(false);
    const seen: unknown[] = [];
    const watched = beforeTransactions(database(), async () => {
      seen.push(await engine.read(clone.id), await engine.count({ kind }));
      await expect(engine.start(clone.id, { maxActive: 1_000 })).rejects.toThrow("not_found");
    });
    await cloneBatch(watched, source, clone);
    expect(seen).toEqual([null, 1, null, 1, null, 1, null, 1]);
    expect(await engine.count({ kind })).toBe(2);
  });

  test.each([1, 2, 3])(
    "of one that is removed before page %i is refused, and nothing of it stays",
    async (page) => {
      const { engine, kind, write } = createWorld(database());
      const source = await write(inputs);
      const clone = newClone(true);
      let pages = 0;
      const removing = beforeTransactions(database(), async () => {
        pages += 1;
        if (pages !== page) return;
        await engine.remove(source, { force: true });
        await removeHidden(database());
      });
      await expect(cloneBatch(removing, source, clone)).rejects.toMatchObject({
        refusal: { reason: "not_found" },
      });
      expect(await engine.count({ kind, includeDeleted: true })).toBe(0);
      // As the sweep does with what was left alone for an hour.
      await sql`update batches set visibility = 'removing' where id = ${clone.id}`.execute(database().sql);
      await removeHidden(database());
      expect(await rowsLeft(database(), clone.id)).toEqual({
        batches: 0,
        chunks: 0,
        results: 0,
        attempts: 0,
        reviews: 0,
      });
    },
  );

  test("of one that is only marked for removal when the last page is written is refused too", async () => {
    const { engine, begin, reached } = createWorld(database(), thirds);
    const source = await begin(inputs);
    await engine.run();
    await reached(source, "completed");
    await engine.stop(0);
    const clone = newClone(true);
    let pages = 0;
    const marking = beforeTransactions(database(), async () => {
      pages += 1;
      if (pages === 3) await engine.remove(source, { force: false });
    });
    await expect(cloneBatch(marking, source, clone)).rejects.toThrow("not_found");
    expect(await engine.read(clone.id)).toBeNull();
  });

  test("that was taken for abandoned and swept away leaves no row behind", async () => {
    const { write } = createWorld(database());
    const source = await write(inputs);
    const clone = newClone(true);
    let pages = 0;
    const sweeping = beforeTransactions(database(), async () => {
      pages += 1;
      if (pages !== 2) return;
      await sql`update batches set visibility = 'removing' where id = ${clone.id}`.execute(database().sql);
      await removeHidden(database());
    });
    await expect(cloneBatch(sweeping, source, clone)).rejects.toThrow("not_found");
    expect(pages).toBe(2);
    expect(await rowsLeft(database(), clone.id)).toEqual({
      batches: 0,
      chunks: 0,
      results: 0,
      attempts: 0,
      reviews: 0,
    });
  });

  test("with each page tells that its writer lives", async () => {
    const { write } = createWorld(database());
    const source = await write(inputs);
    const clone = newClone(false);
    const touched: number[] = [];
    const watched = beforeTransactions(database(), async () => {
      const { rows } = await sql<{ age: number }>`
        update batches set touched_at = now() - interval '2 hours' where id = ${clone.id}
        returning 1
      `.execute(database().sql);
      touched.push(rows.length);
    });
    await cloneBatch(watched, source, clone);
    const { rows } = await sql<{ fresh: boolean }>`
      select touched_at > now() - interval '1 hour' as fresh from batches where id = ${clone.id}
    `.execute(database().sql);
    expect(touched).toEqual([1, 1, 1, 1]);
    expect(rows).toEqual([{ fresh: true }]);
  });

  const outcomes = async (id: string) => {
    const { rows } = await sql`
      select position, succeeded, code, message, output from results where batch_id = ${id} order by position
    `.execute(database().sql);
    return rows;
  };
});
