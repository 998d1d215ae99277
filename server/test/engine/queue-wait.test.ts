import { sql } from "kysely";
import { expect, test } from "vitest";
import { claimChunk } from "../../src/engine/claim.ts";
import { done, failed } from "../../src/engine/kind.ts";
import { releaseChunk, takeBackChunks } from "../../src/engine/lease.ts";
import { restBatch } from "../../src/engine/rest.ts";
import { describeEngine } from "./databases.ts";
import { age, endLeases } from "./past.ts";
import { createWorld, numbers } from "./world.ts";

const minute = 60_000;

describeEngine("how long what could be taken has waited", (database) => {
  const world = () => {
    const created = createWorld(database(), (input, { position }) =>
      position % 10 === 3 ? failed("odd", "Odd.") : done(input),
    );
    const waits = async () => {
      const [queue] = await created.engine.queues();
      return (queue?.waitMs ?? Number.NaN) / minute;
    };
    /** As if nothing had happened for so long: with `age`, also of what says since when it may be worked on. */
    const pass = async (id: string, minutes: number) => {
      const shift = sql`${minutes} * interval '1 minute'`;
      await age(database(), id, minutes / 60);
      await sql`update batches set resting_until = resting_until - ${shift} where id = ${id}`.execute(
        database().sql,
      );
      await sql`update chunks set not_before = not_before - ${shift} where batch_id = ${id}`.execute(
        database().sql,
      );
    };
    const claim = async () => {
      const claimed = await claimChunk(database().sql, [created.kind], minute);
      if (!claimed) throw new Error("there is nothing to be taken");
      return claimed;
    };
    endLeases(database);
    return { ...created, waits, pass, claim };
  };
  const rest = { later: {}, notBefore: null, brokeDown: false } as const;

  test("grows from the start of a batch on while no worker is there, and not before that", async () => {
    const { write, engine, waits, pass } = world();
    const id = await write(numbers(20));
    await pass(id, 30);
    expect(await waits()).toBe(0);
    await engine.start(id, { maxActive: 1_000 });
    expect(await waits()).toBeLessThan(1);
    await pass(id, 5);
    expect(await waits()).toBeCloseTo(5, 0);
    await pass(id, 5);
    expect(await waits()).toBeCloseTo(10, 0);
  });

  test("is that of the oldest, and goes on while others of its batch are worked on", async () => {
    const { begin, waits, pass, claim } = world();
    const old = await begin(numbers(30));
    await pass(old, 10);
    await begin(numbers(10));
    await claim();
    await claim();
    expect(await waits()).toBeCloseTo(10, 0);
    // As every flush does: it says nothing of what waits.
    await sql`update batches set window_at = now() where id = ${old}`.execute(database().sql);
    expect(await waits()).toBeCloseTo(10, 0);
    await pass(old, 10);
    await claim();
    expect(await waits()).toBeCloseTo(20, 0);
  });

  test("is 0 once all is taken", async () => {
    const { begin, waits, pass, claim } = world();
    await pass(await begin(numbers(20)), 10);
    await claim();
    await claim();
    expect(await waits()).toBe(0);
  });

  test("is 0 while the batch rests for a quota or an origin, and counts from the end of the rest", async () => {
    const { begin, waits, pass, claim } = world();
    const id = await begin(numbers(20));
    await pass(id, 10);
    const held = await claim();
    await restBatch(database().sql, held, new Date(Date.now() + 60 * minute));
    await releaseChunk(database().sql, held, rest);
    expect(await waits()).toBe(0);
    await pass(id, 62);
    expect(await waits()).toBeCloseTo(2, 0);
  });

  test("is 0 while a chunk waits for its time, and counts from that on", async () => {
    const { begin, waits, pass, claim } = world();
    const id = await begin(numbers(10));
    await pass(id, 10);
    const until = Date.now() + 60 * minute;
    await releaseChunk(database().sql, await claim(), {
      ...rest,
      later: { 0: until },
      notBefore: new Date(until),
    });
    expect(await waits()).toBe(0);
    await pass(id, 63);
    expect(await waits()).toBeCloseTo(3, 0);
  });

  test("is 0 of a paused batch, and a pause is no waiting", async () => {
    const { begin, engine, waits, pass } = world();
    const id = await begin(numbers(20));
    await pass(id, 10);
    await engine.pause(id);
    expect(await waits()).toBe(0);
    await pass(id, 600);
    await engine.resume(id);
    await pass(id, 1);
    expect(await waits()).toBeCloseTo(1, 0);
  });

  test("of a chunk that was given back counts from its batch's last turn, and not from its start", async () => {
    const { begin, waits, pass, claim } = world();
    const id = await begin(numbers(10));
    await pass(id, 100);
    await releaseChunk(database().sql, await claim(), rest);
    expect(await waits()).toBeLessThan(1);
    await pass(id, 4);
    expect(await waits()).toBeCloseTo(4, 0);
  });

  test("is found behind many chunks that had a turn, and behind many whose time has not come", async () => {
    const { begin, waits, pass, claim } = world();
    const id = await begin(numbers(70));
    await pass(id, 20);
    const claims = [await claim(), await claim(), await claim(), await claim(), await claim()];
    for (const held of claims) await releaseChunk(database().sql, held, rest);
    expect(await waits()).toBeCloseTo(20, 0);
    const until = Date.now() + 60 * minute;
    const later = sql`not_before = ${new Date(until)}::timestamptz, started_at = now()`;
    await sql`update chunks set ${later} where batch_id = ${id} and number <> 5`.execute(database().sql);
    expect(await waits()).toBeCloseTo(20, 0);
  });

  test("of what a dead worker held counts from when it was taken back", async () => {
    const { begin, waits, pass, claim } = world();
    const id = await begin(numbers(10));
    await claim();
    await pass(id, 30);
    await sql`update chunks set leased_until = now() - interval '1 second' where batch_id = ${id}`.execute(
      database().sql,
    );
    await takeBackChunks(database().sql, { all: false, held: [] });
    expect(await waits()).toBeLessThan(1);
    await pass(id, 2);
    expect(await waits()).toBeCloseTo(2, 0);
  });

  test("of rows that are tried again, long after their batch ended, counts from the retry", async () => {
    const { begin, engine, reached, waits, pass, claim } = world();
    const id = await begin(numbers(30));
    await engine.run();
    await reached(id, "completed");
    await engine.stop(0);
    await pass(id, 6_000);
    await engine.retry(id, { maxActive: 1_000 });
    await pass(id, 7);
    expect(await waits()).toBeCloseTo(7, 0);
    await claim();
    expect(await waits()).toBeCloseTo(7, 0);
  });

  test("of what was cancelled before it began counts from the force-start", async () => {
    const { begin, engine, waits, pass, claim } = world();
    const id = await begin(numbers(30));
    await releaseChunk(database().sql, await claim(), rest);
    await engine.cancel(id);
    await pass(id, 6_000);
    await engine.forceStart(id, { maxActive: 1_000, skipValidation: false });
    await claim();
    await pass(id, 3);
    expect(await waits()).toBeCloseTo(3, 0);
  });
});
