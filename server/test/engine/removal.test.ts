import { sql } from "kysely";
import { expect, test } from "vitest";
import { markExpired } from "../../src/engine/expire.ts";
import { done, failed, retryLater } from "../../src/engine/kind.ts";
import { removeHidden } from "../../src/engine/remove.ts";
import { assertConsistent, rowsLeft } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, numbers, until } from "./world.ts";

const nothing = { batches: 0, chunks: 0, results: 0, attempts: 0, reviews: 0 };

describeEngine("removing batches", (database, { engine: name }) => {
  test("with work under way: gone at once for everybody, its work stops, and no row is left", async () => {
    const gate = createGate();
    const { engine, kind, begin } = createWorld(
      database(),
      async (input, { position }) => {
        if (position % 10 > 4) await gate.pass();
        if (position % 5 === 0) return retryLater(new Date(), "busy", "Busy.");
        return position % 5 === 1 ? failed("one", "One.") : done(input);
      },
      { timing: { flushRows: 1 } },
    );
    const id = await begin(numbers(100));
    await engine.run();
    await atGate(gate, 2);
    await until(async () => expect((await engine.read(id))?.succeeded).toBeGreaterThan(3));
    await expect(engine.remove(id, { force: false })).rejects.toMatchObject({
      refusal: { reason: "wrong_state", operation: "remove", state: "processing" },
    });
    await engine.remove(id, { force: true });
    expect(await engine.read(id)).toBeNull();
    expect(await engine.list({ kind, includeDeleted: true }, { limit: 9 })).toEqual([]);
    await expect(engine.resume(id)).rejects.toThrow("not_found");
    await until(async () => expect(await rowsLeft(database(), id)).toEqual(nothing));
    gate.open();
    await engine.stop(10_000);
    expect(await rowsLeft(database(), id)).toEqual(nothing);
  });

  test("pages: more rows than one statement removes", async () => {
    const { engine, write } = createWorld(database());
    const id = await write(numbers(700), { chunkSize: 10 });
    await sql`
      insert into results (batch_id, position, succeeded, took_ms, created_at)
      select ${id}, n, true, 1, now() from generate_series(0, 11000) as n
    `.execute(database().sql);
    await engine.review(id, { positions: numbers(11_001), verdict: "accepted", note: null, by: "somebody" });
    expect((await rowsLeft(database(), id))["reviews"]).toBe(11_001);
    await engine.remove(id, { force: false });
    expect(await removeHidden(database())).toBeGreaterThan(0);
    expect(await rowsLeft(database(), id)).toEqual(nothing);
  });

  test("a sweep that is stopped goes on the next time", async () => {
    const { engine, write } = createWorld(database());
    const id = await write(numbers(700), { chunkSize: 10 });
    await engine.remove(id, { force: false });
    await removeHidden(database(), AbortSignal.abort());
    expect((await rowsLeft(database(), id))["batches"]).toBe(1);
    await removeHidden(database());
    expect(await rowsLeft(database(), id)).toEqual(nothing);
  });

  // Embedded, statements of two processes do not meet.
  test.runIf(name === "postgresql")("a chunk that is just written to is not left behind", async () => {
    const { engine, write } = createWorld(database());
    const id = await write(numbers(5));
    await engine.remove(id, { force: false });
    const written = Promise.withResolvers<void>();
    const waits = Promise.withResolvers<void>();
    const writing = database().transaction(async (tx) => {
      await sql`update chunks set deaths = deaths + 1 where batch_id = ${id}`.execute(tx);
      written.resolve();
      await waits.promise;
    });
    await written.promise;
    const removing = removeHidden(database());
    // Its delete waits for the transaction, and then finds a newer version of the row.
    await until(async () => {
      const { rows } = await sql`
        select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%delete from "chunks"%'
      `.execute(database().sql);
      expect(rows).toHaveLength(1);
    });
    waits.resolve();
    await writing;
    await removing;
    expect(await rowsLeft(database(), id)).toEqual(nothing);
  });

  test.runIf(name === "postgresql")(
    "several processes that remove the same batch leave nothing behind",
    async () => {
      const { engine, write } = createWorld(database());
      const id = await write(numbers(2_000), { chunkSize: 10 });
      await engine.remove(id, { force: false });
      const left: Record<string, number>[] = [];
      await Promise.all(
        numbers(4).map(async () => {
          await removeHidden(database());
          left.push(await rowsLeft(database(), id));
        }),
      );
      expect(left).toEqual(Array(4).fill(nothing));
    },
  );

  test("soft-deleted: not in lists, still readable, no operation but removal, and purged when its time is over", async () => {
    const { engine, kind, begin, reached } = createWorld(database());
    const id = await begin(numbers(5));
    await engine.run();
    await reached(id, "completed");
    const deleted = await engine.softDelete(id, 30);
    expect(deleted).toMatchObject({ state: "cancelled", succeeded: 5, deletedAt: expect.any(Date) });
    const days = (Number(deleted.purgeAfter) - Number(deleted.deletedAt)) / 86_400_000;
    expect(days).toBe(30);
    expect(await engine.list({ kind }, { limit: 9 })).toEqual([]);
    expect(await engine.list({ kind, includeDeleted: true }, { limit: 9 })).toMatchObject([{ id }]);
    expect(await engine.read(id)).toMatchObject({ state: "cancelled" });
    const force = { maxActive: 9, skipValidation: true };
    for (const operation of [
      () => engine.start(id, force),
      () => engine.pause(id),
      () => engine.resume(id),
      () => engine.cancel(id),
      () => engine.forceStart(id, force),
      () => engine.reset(id, { force: true }),
    ])
      await expect(operation()).rejects.toThrow("deleted");
    // A second time changes how long it is kept, not when it was deleted.
    expect(await engine.softDelete(id, 0)).toMatchObject({ deletedAt: deleted.deletedAt });
    await assertConsistent(database(), id);
    await until(async () => expect(await markExpired(database())).toBe(1));
    await removeHidden(database());
    expect(await rowsLeft(database(), id)).toEqual(nothing);
  });

  test("soft-deleted with work under way: what is under way is kept, and nothing more is begun", async () => {
    const gate = createGate();
    const { engine, begin, calls } = createWorld(database(), () => gate.pass().then(() => done(1)));
    const id = await begin(numbers(60));
    await engine.run();
    await atGate(gate, 8);
    await engine.softDelete(id, 30);
    gate.open();
    await engine.stop(10_000);
    expect(calls).toHaveLength(8);
    expect(await engine.read(id)).toMatchObject({ state: "cancelled", succeeded: 8, chunksFailed: 6 });
    await assertConsistent(database(), id);
  });

  test("what is kept longer is not purged", async () => {
    const { engine, write } = createWorld(database());
    const id = await write([1]);
    await engine.softDelete(id, 1);
    await markExpired(database());
    expect(await engine.read(id)).toMatchObject({ state: "cancelled" });
  });
});
