import { sql } from "kysely";
import { expect, test } from "vitest";
import { claimChunk } from "../../src/engine/claim.ts";
import type { CleanUp } from "../../src/engine/clean-up.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { age, endLeases } from "./past.ts";
import { createWorld, numbers, type World } from "./world.ts";

const day: CleanUp = { idleMs: 24 * 3_600_000, cancel: true, dryRun: false, reason: "Idle for a day." };
const freeing: CleanUp = { ...day, cancel: false };

describeEngine("a clean-up of the queue", (database) => {
  /** A batch of three chunks, of which nothing has happened for so many hours. */
  const idle = async ({ begin }: World, hours: number) => {
    const id = await begin(numbers(30));
    await age(database(), id, hours);
    return id;
  };

  /** One whose first chunk was taken; whoever took it is alive, or not. */
  const claimed = async (world: World, hours: number, leaseMs: number) => {
    const id = await world.begin(numbers(30), { priority: 1 });
    const claim = await claimChunk(database().sql, [world.kind], leaseMs);
    expect(claim?.batchId).toBe(id);
    endLeases(database);
    await sql`update batches set priority = 0 where id = ${id}`.execute(database().sql);
    await age(database(), id, hours);
    return id;
  };

  const snapshot = async (...ids: readonly string[]) => {
    const { rows } = await sql`
      select to_jsonb(batches) as batch, to_jsonb(chunks) as chunk
      from batches join chunks on batch_id = id where id = any(${ids}::uuid[]) order by id, number
    `.execute(database().sql);
    return rows;
  };

  test("ends what was idle for longer: pending, queued, and begun by a worker that died", async () => {
    const world = createWorld(database());
    const { engine, kind, write } = world;
    const dead = await claimed(world, 27, 0);
    const queued = await idle(world, 26);
    const pending = await write(numbers(5));
    await age(database(), pending, 25);
    const young = await idle(world, 23);

    const expected = {
      batches: [
        { id: dead, name: "a batch", state: "processing", chunks: 3, lastActivity: expect.any(Date) },
        { id: queued, name: "a batch", state: "queued", chunks: 3, lastActivity: expect.any(Date) },
        { id: pending, name: "a batch", state: "pending", chunks: 1, lastActivity: expect.any(Date) },
      ],
      chunks: 7,
      kept: 3,
    };
    const before = await snapshot(dead, queued, pending, young);
    expect(await engine.cleanUp(kind, { ...day, dryRun: true })).toEqual(expected);
    expect(await snapshot(dead, queued, pending, young)).toEqual(before);

    expect(await engine.cleanUp(kind, day)).toEqual(expected);
    for (const id of [dead, queued, pending]) {
      expect(await engine.read(id)).toMatchObject({ state: "cancelled", reason: "Idle for a day." });
      const chunks = await engine.chunks(id, { limit: 10 });
      expect(new Set(chunks.map(({ state }) => state))).toEqual(new Set(["failed"]));
      await assertConsistent(database(), id);
    }
    expect(await engine.read(young)).toMatchObject({ state: "queued", chunksFailed: 0 });
    expect(await engine.cleanUp(kind, day)).toEqual({ batches: [], chunks: 0, kept: 3 });
  });

  test("keeps what a worker holds, what is paused, and what is of another kind, however old", async () => {
    const world = createWorld(database());
    const { engine, kind } = world;
    const held = await claimed(world, 100, 60_000);
    const paused = await idle(world, 100);
    await engine.pause(paused);
    await age(database(), paused, 100);
    const other = await idle(createWorld(database()), 100);
    const before = await snapshot(held, paused, other);
    expect(await engine.cleanUp(kind, { ...day, idleMs: 0 })).toEqual({ batches: [], chunks: 0, kept: 3 });
    expect(await snapshot(held, paused, other)).toEqual(before);
  });

  test.each([
    ["was served", sql`served_at = clock_timestamp()`],
    ["was resumed", sql`window_at = clock_timestamp()`],
    ["was paused", sql`state = 'paused', paused_at = now()`],
    ["was soft-deleted", sql`state = 'cancelled', completed_at = now(), deleted_at = now()`],
  ])("a batch that %s in the meantime is kept as it is", async (_what, change) => {
    const world = createWorld(database());
    const { engine, kind } = world;
    const first = await idle(world, 30);
    const second = await idle(world, 29);
    const cleaned = await engine.cleanUp(kind, {
      ...day,
      alsoCancelled: async (tx) => {
        await sql`update batches set ${change} where id = ${second}`.execute(tx);
      },
    });
    expect(cleaned).toMatchObject({ batches: [{ id: first }], chunks: 3, kept: 3 });
    expect(await engine.read(second)).toMatchObject({ reason: null, chunksFailed: 0 });
    const chunks = await engine.chunks(second, { limit: 10 });
    expect(chunks.map(({ state }) => state)).toEqual(["pending", "pending", "pending"]);
  });

  test("without cancelling, only chunks of workers that died are given back", async () => {
    const world = createWorld(database());
    const { engine, kind } = world;
    const dead = await claimed(world, 25, 0);
    const young = await claimed(world, 1, 0);
    const waiting = await idle(world, 30);
    const before = await snapshot(young, waiting);
    const expected = { batches: [{ id: dead, state: "processing", chunks: 1 }], chunks: 1, kept: 8 };
    expect(await engine.cleanUp(kind, { ...freeing, dryRun: true })).toMatchObject(expected);
    expect((await engine.chunks(dead, { limit: 1 }))[0]?.state).toBe("processing");
    expect(await engine.cleanUp(kind, freeing)).toMatchObject(expected);
    expect(await snapshot(young, waiting)).toEqual(before);
    const { rows } = await sql`
      select state, deaths, lease_token from chunks where batch_id = ${dead} and number = 0
    `.execute(database().sql);
    expect(rows).toEqual([{ state: "pending", deaths: 1, lease_token: null }]);
    expect(await engine.read(dead)).toMatchObject({ state: "processing", chunksFailed: 0 });
    await assertConsistent(database(), dead);
  });

  test("what is recorded of a batch takes effect with its end, or neither does", async () => {
    const world = createWorld(database());
    const { engine, kind } = world;
    const first = await idle(world, 30);
    const second = await idle(world, 29);
    const told: unknown[] = [];
    const cleaning = engine.cleanUp(kind, {
      ...day,
      alsoCancelled: async (_tx, batch) => {
        told.push([batch.id, batch.chunks]);
        if (batch.id === second) throw new Error("nothing can be recorded");
      },
      alsoDone: async () => void told.push("done"),
    });
    await expect(cleaning).rejects.toThrow("nothing can be recorded");
    expect(told).toEqual([
      [first, 3],
      [second, 3],
    ]);
    expect(await engine.read(first)).toMatchObject({ state: "cancelled", chunksFailed: 3 });
    expect(await engine.read(second)).toMatchObject({ state: "queued", chunksFailed: 0, reason: null });
    await assertConsistent(database(), second);
  });

  test("the end of all is recorded, a dry run is not", async () => {
    const world = createWorld(database());
    await idle(world, 30);
    const told: unknown[] = [];
    const how: CleanUp = {
      ...day,
      alsoCancelled: async () => void told.push("batch"),
      alsoDone: async (_tx, { chunks, kept }) => void told.push({ chunks, kept }),
    };
    await world.engine.cleanUp(world.kind, { ...how, dryRun: true });
    expect(told).toEqual([]);
    await world.engine.cleanUp(world.kind, how);
    expect(told).toEqual(["batch", { chunks: 3, kept: 0 }]);
  });

  test.each(["forceStart", "reset", "softDelete"] as const)(
    "of a batch that was cleaned up, %s works as after any cancel",
    async (operation) => {
      const world = createWorld(database());
      const { engine, kind, reached } = world;
      const id = await idle(world, 30);
      await engine.cleanUp(kind, day);
      if (operation === "forceStart") {
        await engine.forceStart(id, { maxActive: 1000, skipValidation: false });
        expect(await engine.read(id)).toMatchObject({ state: "queued", reason: null });
        await engine.run();
        expect(await reached(id, "completed")).toMatchObject({ succeeded: 30, reason: null });
      } else if (operation === "reset") {
        expect(await engine.reset(id, { force: true })).toMatchObject({ state: "pending", reason: null });
        // Whoever resets a batch means to use it.
        expect(await engine.cleanUp(kind, { ...day, dryRun: true })).toMatchObject({ batches: [] });
      } else {
        expect(await engine.softDelete(id, 30)).toMatchObject({ state: "cancelled", chunksFailed: 3 });
      }
      await assertConsistent(database(), id);
    },
  );

  test("a cancel by a person has no reason, and a reason that is given is kept", async () => {
    const world = createWorld(database());
    expect(await world.engine.cancel(await idle(world, 0))).toMatchObject({ reason: null });
    const reason = "It is not needed any more.";
    expect(await world.engine.cancel(await idle(world, 0), { reason })).toMatchObject({ reason });
  });
});
