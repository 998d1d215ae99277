import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { BatchState } from "../../src/engine/states.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { assertConsistent } from "./consistent.ts";
import { describeServer, openMigrated } from "./databases.ts";
import { hurried, killableBatch } from "./worker.ts";
import { createWorld, echo, numbers, until } from "./world.ts";

/** Items that one process has under way: of two slots. */
const atOnce = 2 * 4;
/** A chunk is nobody else's even where its process does not run for a while; nobody dies here. */
const unhurried = { timing: { ...hurried, leaseMs: 60_000 } };

// Embedded there is one process; the lock of its folder is tested with the database.
describeServer("several processes", (_server, place) => {
  test.each([2, 4])("%i work on one batch: no item twice, none lost, each had its share", async (count) => {
    const { batch, database, engine } = await setup(Array(1_000).fill("gather"), 20);
    // Until all are there: a process starts in the time in which another could do everything.
    await engine.pause(batch.id);
    const processes = numbers(count).map(() => batch.start(unhurried));
    for (const one of processes) await one.shown("ready");
    await engine.resume(batch.id);
    const called = () => batch.calls().filter((calls) => calls > 0).length;
    await until(() => expect(called()).toBe(count * atOnce));
    for (const one of processes) one.child.send("go");
    for (const one of processes) await one.shown("ended");
    const { rows } = await sql<{ pid: number; items: number }>`
      select (output ->> 'pid')::int as pid, count(*) as items from results where batch_id = ${batch.id} group by 1
    `.execute(database.sql);
    expect(rows.map(({ pid }) => pid).sort()).toEqual(processes.map(({ pid }) => pid).sort());
    expect(rows.reduce((sum, { items }) => sum + items, 0)).toBe(1_000);
    expect(batch.calls()).toEqual(Array(1_000).fill(1));
    await assertConsistent(database, batch.id);
  });

  test("a pause and a cancel reach all of them", async () => {
    // Each message lets the items that are under way end: nothing is over before it is paused.
    const { batch, database, engine } = await setup(Array(600).fill("hold"), 20);
    const processes = numbers(3).map(() => batch.start(unhurried));
    for (const one of processes) await one.shown("ready");
    const goOn = () => {
      // One that found the batch ended is gone.
      for (const { child } of processes) if (child.connected) child.send("go", () => {});
    };
    const atRest = () =>
      until(async () => {
        goOn();
        expect(await chunksIn(database, batch.id, "processing")).toBe(0);
      });
    const called = () => batch.calls().filter((calls) => calls > 0).length;
    const processed = async () => (await engine.read(batch.id))?.succeeded;
    await until(() => expect(called()).toBe(3 * atOnce));
    await engine.pause(batch.id);
    await atRest();
    const paused = called();
    // Not even the chunks that were under way were worked to their end.
    expect(paused).toBeLessThan(3 * 2 * 20);
    expect(await processed()).toBe(paused);
    await assertConsistent(database, batch.id);

    await engine.resume(batch.id);
    await until(async () => {
      goOn();
      expect(await processed()).toBeGreaterThan(paused + 20);
    });
    await engine.cancel(batch.id);
    await atRest();
    for (const one of processes) expect(await one.ended).toMatchObject({ code: 0 });
    expect(await chunksIn(database, batch.id, "processing")).toBe(0);
    expect(called()).toBeLessThan(600);
    expect(await processed()).toBe(called());
    await assertConsistent(database, batch.id);
  });

  test("an item that holds the batch stops all of them, and all go on when it is resumed", async () => {
    const { batch, database, engine, reached } = await setup(
      numbers(600).map((n) => (n === 100 ? "missing" : "slowly")),
      20,
    );
    const processes = numbers(3).map(() => batch.start(unhurried));
    for (const one of processes) await one.shown("ready");
    expect((await reached("paused")).reason).toBe("Something is missing.");
    await until(async () => expect(await chunksIn(database, batch.id, "processing")).toBe(0));
    const called = () => batch.calls().reduce((sum, calls) => sum + calls, 0);
    const held = called();
    expect(held).toBeLessThan(600);
    // All that was begun but the one that holds.
    expect(await engine.read(batch.id)).toMatchObject({ succeeded: held - 1, failed: 0 });
    await assertConsistent(database, batch.id);

    // Without what is missing it is held again.
    await engine.resume(batch.id);
    await reached("paused");
    await until(async () => expect(await chunksIn(database, batch.id, "processing")).toBe(0));
    for (const one of processes) one.child.send("go");
    for (const one of processes) await one.shown("supplied");
    await engine.resume(batch.id);
    for (const one of processes) expect(await one.ended).toMatchObject({ code: 0 });
    expect(await engine.read(batch.id)).toMatchObject({ state: "completed", succeeded: 600, reason: null });
    expect(batch.calls()).toEqual(numbers(600).map((n) => (n === 100 ? 3 : 1)));
    await assertConsistent(database, batch.id);
  });

  test("one that is frozen beyond its lease loses its chunk, and cannot write when it goes on", async () => {
    const { batch, database, engine, reached } = await setup(["hold", ...numbers(3)], 4);
    const frozen = batch.start({ concurrency: 1 });
    await until(() => expect(batch.calls()[0]).toBe(1));
    frozen.child.kill("SIGSTOP");
    const other = batch.start();
    await until(() => expect(batch.calls()[0]).toBe(2));
    other.child.send("go");
    await reached("completed");
    expect(await pids(database, batch.id)).toEqual([other.pid]);
    expect(await other.ended).toMatchObject({ code: 0 });

    frozen.child.kill("SIGCONT");
    frozen.child.send("go");
    expect(await frozen.ended).toMatchObject({ code: 0 });
    expect(await pids(database, batch.id)).toEqual([other.pid]);
    expect(await engine.read(batch.id)).toMatchObject({ succeeded: 4, failed: 0 });
    await assertConsistent(database, batch.id);
  });

  test("one that was frozen works on as if nothing had been", async () => {
    const { batch, database, reached } = await setup(["hold", ...numbers(50)], 10);
    const frozen = batch.start({ concurrency: 1, slots: 1 });
    await until(() => expect(batch.calls()[0]).toBe(1));
    frozen.child.kill("SIGSTOP");
    // Somebody takes the chunk away and dies too.
    await until(async () => {
      await sql`
        update chunks set state = 'pending', lease_token = null, leased_until = null
        where batch_id = ${batch.id} and leased_until < now()
      `.execute(database.sql);
      expect(await chunksIn(database, batch.id, "processing")).toBe(0);
    });
    frozen.child.kill("SIGCONT");
    await until(() => expect(batch.calls()[0]).toBe(2));
    frozen.child.send("go");
    await reached("completed");
    expect(await pids(database, batch.id)).toEqual([frozen.pid]);
    await assertConsistent(database, batch.id);
  });

  test("a killed one's chunks are taken over, and its shared work too", async () => {
    const { batch, database } = await setup(
      numbers(40).map((n) => `once-${n % 5}`),
      10,
    );
    const killed = await batch.work({ killAfter: { calls: 15, ms: 0 } });
    expect(killed).toBe(false);
    expect(await batch.work()).toBe(true);
    expect(Math.max(...batch.calls())).toBeLessThanOrEqual(2);
    await assertConsistent(database, batch.id);
  });

  /** A batch, and a connection of this process that works on nothing. */
  async function setup(inputs: Parameters<typeof killableBatch>[1], chunkSize: number) {
    const where = await place();
    const batch = await killableBatch(where, inputs, chunkSize);
    const database = await openMigrated(where);
    onTestFinished(() => database.close());
    const { engine, reached } = createWorld(database, echo, { slots: 0 });
    return { batch, database, engine, reached: (...states: BatchState[]) => reached(batch.id, ...states) };
  }
});

const chunksIn = async (database: Database, id: string, state: string) => {
  const { rows } = await sql`
    select 1 from chunks where batch_id = ${id} and state = ${state}
  `.execute(database.sql);
  return rows.length;
};

const pids = async (database: Database, id: string) => {
  const { rows } = await sql<{ pid: number }>`
    select distinct (output ->> 'pid')::int as pid from results where batch_id = ${id}
  `.execute(database.sql);
  return rows.map(({ pid }) => pid);
};
