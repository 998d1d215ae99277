import { sql } from "kysely";
import { expect, test } from "vitest";
import { claimChunk } from "../../src/engine/claim.ts";
import type { Flushed } from "../../src/engine/flush.ts";
import { holdBatch } from "../../src/engine/hold.ts";
import { done, hold, waitUntil } from "../../src/engine/kind.ts";
import { releaseChunk } from "../../src/engine/lease.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, echo, givenBack, numbers, until, type World } from "./world.ts";

const reason = "No model can see images.";

describeEngine("a handler that holds its batch", (database) => {
  test("pauses it at once; what is under way is kept, and resume tries the held item again", async () => {
    const gate = createGate();
    const told: Flushed[] = [];
    let ready = false;
    const { engine, begin, reached, calls, log } = createWorld(
      database(),
      async (input, { position }) => {
        if (ready) return done(input);
        if (position > 0) await gate.pass();
        // The others of its chunk, and those of the other slot.
        else await atGate(gate, 7);
        return position === 0 ? hold(reason) : done(input);
      },
      { onProgress: (_id, flushed) => void told.push(flushed) },
    );
    const id = await begin(numbers(60));
    await engine.run();
    expect(await reached(id, "paused")).toMatchObject({ reason, pausedAt: expect.any(Date), succeeded: 0 });
    await until(() =>
      expect(told).toEqual([{ state: "paused", chunkCompleted: false, items: 60, processed: 0 }]),
    );
    expect(log.filter(({ msg }) => msg === "a batch is held")).toMatchObject([{ batchId: id, reason }]);
    await assertConsistent(database(), id);

    gate.open();
    await givenBack(database(), id);
    expect(calls).toHaveLength(8);
    expect(await reached(id, "paused")).toMatchObject({ reason, succeeded: 7, failed: 0 });
    const results = await engine.results(id, {}, { limit: 60 });
    expect(results.map(({ position }) => position)).toEqual([1, 2, 3, 10, 11, 12, 13]);
    expect(await engine.attempts(id, 0)).toEqual([]);
    await assertConsistent(database(), id);

    ready = true;
    expect(await engine.resume(id)).toMatchObject({ state: "queued", reason: null });
    expect(await reached(id, "completed")).toMatchObject({ succeeded: 60, reason: null });
    expect(calls.filter(({ position }) => position === 0)).toMatchObject([{ attempt: 1 }, { attempt: 1 }]);
    expect(calls).toHaveLength(61);
    await assertConsistent(database(), id);
  });

  test("when every item holds, no slot goes on, and the batch is as it was", async () => {
    const { engine, begin, reached, calls } = createWorld(database(), () => hold(reason), { slots: 4 });
    const id = await begin(numbers(100));
    await engine.run();
    await reached(id, "paused");
    await engine.stop(10_000);
    expect(await engine.read(id)).toMatchObject({ reason, succeeded: 0, failed: 0, chunksFailed: 0 });
    // At most one turn of each slot.
    expect(calls.length).toBeLessThanOrEqual(4 * 4);
    await assertConsistent(database(), id);
  });

  test.each<[string, (world: World, id: string) => Promise<unknown>, object]>([
    ["paused", ({ engine }, id) => engine.pause(id), { state: "paused" }],
    ["cancelled", ({ engine }, id) => engine.cancel(id), { state: "cancelled", chunksFailed: 2 }],
    ["deleted", ({ engine }, id) => engine.softDelete(id, 1), { state: "cancelled", chunksFailed: 2 }],
  ])("leaves a batch alone that was %s meanwhile", async (_what, operate, expected) => {
    const gate = createGate();
    const told: Flushed[] = [];
    const world = createWorld(database(), () => gate.pass().then(() => hold(reason)), {
      onProgress: (_id, flushed) => void told.push(flushed),
    });
    const id = await world.begin(numbers(20));
    await world.engine.run();
    await atGate(gate, 8);
    await operate(world, id);
    const { pausedAt, completedAt } = (await world.engine.read(id)) ?? {};
    gate.open();
    await world.engine.stop(10_000);
    expect(await world.engine.read(id)).toMatchObject({ ...expected, reason: null, pausedAt, completedAt });
    expect(told.filter(({ state }) => state === "paused")).toEqual([]);
    await assertConsistent(database(), id);
  });

  test("of before a reset or a resume does not hold what came after it", async () => {
    const { engine, kind, begin } = createWorld(database());
    const id = await begin(numbers(10));
    const old = await claimNext(kind);
    await engine.pause(id);
    await engine.resume(id);
    expect(await holdBatch(database().sql, old, reason)).toBeNull();
    expect(await engine.read(id)).toMatchObject({ state: "queued", reason: null });

    await engine.reset(id, { force: false });
    await engine.start(id, { maxActive: 1_000 });
    const present = await claimNext(kind);
    expect(await holdBatch(database().sql, old, reason)).toBeNull();
    expect(await engine.read(id)).toMatchObject({ state: "processing", reason: null });

    expect(await holdBatch(database().sql, present, reason)).toMatchObject({ state: "paused" });
    expect(await engine.read(id)).toMatchObject({ state: "paused", reason });
    await assertConsistent(database(), id);
  });

  test.each<[string, (world: World, id: string) => Promise<unknown>]>([
    ["resume", ({ engine }, id) => engine.resume(id)],
    ["cancel", ({ engine }, id) => engine.cancel(id)],
    ["force-start", ({ engine }, id) => engine.forceStart(id, { maxActive: 1_000, skipValidation: false })],
    ["reset", ({ engine }, id) => engine.reset(id, { force: true })],
    ["soft-delete", ({ engine }, id) => engine.softDelete(id, 1)],
  ])("%s takes the reason away with the pause", async (_what, operate) => {
    const world = createWorld(database(), () => hold(reason));
    const id = await world.begin(numbers(10));
    await world.engine.run();
    await world.reached(id, "paused");
    await world.engine.stop(10_000);
    await operate(world, id);
    expect(await world.engine.read(id)).toMatchObject({ pausedAt: null, reason: null });
    await assertConsistent(database(), id);
  });

  test("the end of the batch takes the reason away too", async () => {
    const { engine, kind, begin } = createWorld(database());
    const id = await begin([1]);
    await sql`update chunks set breakdowns = 2 where batch_id = ${id}`.execute(database().sql);
    const claim = await claimNext(kind);
    await holdBatch(database().sql, claim, reason);
    const gaveUp = await releaseChunk(database().sql, claim, { later: {}, notBefore: null, brokeDown: true });
    expect(gaveUp).toEqual({ state: "failed", chunkCompleted: false, items: 1, processed: 0 });
    expect(await engine.read(id)).toMatchObject({ state: "failed", pausedAt: null, reason: null });
    await assertConsistent(database(), id);
  });

  test("its words are cut and mended as those of a failure", async () => {
    const { engine, begin, reached } = createWorld(database(), () =>
      hold(`half \uD83C, NUL \u0000, ${"x".repeat(5_000_000)}`),
    );
    const id = await begin([1]);
    await engine.run();
    const batch = await reached(id, "paused");
    expect(batch.reason).toMatch(/^half \uFFFD, NUL \uFFFD, x/);
    expect(batch.reason?.length).toBeLessThanOrEqual(20_000);
  });

  test("out of shared work: who shares it is held too, and nothing is kept", async () => {
    let works = 0;
    let ready = false;
    const { engine, begin, reached } = createWorld(database(), (_input, { once, batchId }) =>
      once(batchId, async () => {
        works += 1;
        return ready ? done("seen") : hold(reason);
      }),
    );
    const id = await begin(numbers(4));
    await engine.run();
    await reached(id, "paused");
    await givenBack(database(), id);
    expect(works).toBe(1);
    const { rows } = await sql`select 1 from shared_work where key = ${id}`.execute(database().sql);
    expect(rows).toEqual([]);
    ready = true;
    await engine.resume(id);
    expect(await reached(id, "completed")).toMatchObject({ succeeded: 4 });
    expect(works).toBe(2);
  });

  test("in a chunk that runs item by item: it is suspected no more", async () => {
    let ready = false;
    const { engine, begin, reached, calls } = createWorld(database(), (input, { position }) =>
      position === 2 && !ready ? hold(reason) : done(input),
    );
    const id = await begin(numbers(10));
    await sql`update chunks set deaths = 3 where batch_id = ${id}`.execute(database().sql);
    await engine.run();
    await reached(id, "paused");
    await givenBack(database(), id);
    expect(calls.map(({ position }) => position)).toEqual([0, 1, 2]);
    const { rows } = await sql`
      select state, succeeded, deaths, suspect, suspect_deaths from chunks where batch_id = ${id}
    `.execute(database().sql);
    expect(rows).toEqual([{ state: "pending", succeeded: 2, deaths: 0, suspect: null, suspect_deaths: 0 }]);
    ready = true;
    await engine.resume(id);
    expect(await reached(id, "completed")).toMatchObject({ succeeded: 10 });
    await assertConsistent(database(), id);
  });

  test("its neighbours that asked for later keep their times", async () => {
    const due = new Date(Date.now() + 3_600_000);
    const { engine, begin, reached } = createWorld(
      database(),
      (_input, { position }) => (position < 2 ? waitUntil(due) : hold(reason)),
      { concurrency: 1 },
    );
    const id = await begin(numbers(3));
    await engine.run();
    await reached(id, "paused");
    await givenBack(database(), id);
    const { rows } = await sql`
      select state, later, not_before from chunks where batch_id = ${id}
    `.execute(database().sql);
    const later = { 0: due.getTime(), 1: due.getTime() };
    expect(rows).toEqual([{ state: "retrying", later, not_before: null }]);
    await assertConsistent(database(), id);
  });

  test("what was claimed before a resume holds nothing that was begun after it", async () => {
    const { engine, begin, kind } = createWorld(database(), echo, { slots: 0 });
    const id = await begin(numbers(3), { chunkSize: 1 });
    const early = await claimNext(kind);
    const late = await claimNext(kind);
    expect(await holdBatch(database().sql, early, reason)).toMatchObject({ state: "paused" });
    await engine.resume(id);
    const fresh = await claimNext(kind);
    expect(await holdBatch(database().sql, late, reason)).toBeNull();
    expect(await engine.read(id)).toMatchObject({ state: "processing", reason: null });
    expect(await holdBatch(database().sql, fresh, reason)).toMatchObject({ state: "paused" });
  });

  const claimNext = async (kind: string) => {
    const claim = await claimChunk(database().sql, [kind], 60_000);
    if (!claim) throw new Error("nothing can be claimed");
    return claim;
  };
});
