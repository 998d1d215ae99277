import { sql } from "kysely";
import { expect, test } from "vitest";
import { claimChunk } from "../../src/engine/claim.ts";
import { done, failed } from "../../src/engine/kind.ts";
import { readQueueTrouble } from "../../src/engine/stale.ts";
import { describeEngine } from "./databases.ts";
import { age, endLeases } from "./past.ts";
import { createWorld, numbers } from "./world.ts";

describeEngine("the queue in numbers", (database) => {
  test("a kind without batches has an entry of zeros", async () => {
    const { engine, kind } = createWorld(database());
    expect(await engine.queues()).toEqual([
      {
        kind,
        batches: { pending: 0, queued: 0, processing: 0, paused: 0, completed: 0, failed: 0, cancelled: 0 },
        succeeded: 0,
        failed: 0,
        openItems: 0,
        chunks: { pending: 0, retrying: 0, processing: 0, completed: 0, failed: 0, brokenDown: 0 },
        waitMs: 0,
      },
    ]);
  });

  test("batches, items and chunks are counted by their states, deleted batches not", async () => {
    const { engine, kind, write, begin, reached } = createWorld(database(), (input, { position }) =>
      position === 3 ? failed("odd", "Odd.") : done(input),
    );
    const completed = await begin(numbers(15));
    await engine.run();
    await reached(completed, "completed");
    await engine.stop(0);

    await write(numbers(20));
    const active = await begin(numbers(45));
    await claimChunk(database().sql, [kind], 60_000);
    endLeases(database);
    await sql`update chunks set state = 'retrying' where batch_id = ${active} and number = 4`.execute(
      database().sql,
    );
    const paused = await begin(numbers(10));
    await engine.pause(paused);
    const cancelled = await begin(numbers(30));
    await engine.cancel(cancelled);
    const deleted = await begin(numbers(30));
    await engine.softDelete(deleted, 30);
    const brokenDown = await begin(numbers(10));
    await sql`
      with chunk as (update chunks set state = 'failed', completed_at = now() where batch_id = ${brokenDown})
      update batches set state = 'failed', completed_at = now(), chunks_failed = 1 where id = ${brokenDown}
    `.execute(database().sql);

    expect(await engine.queues()).toEqual([
      {
        kind,
        batches: { pending: 1, queued: 0, processing: 1, paused: 1, completed: 1, failed: 1, cancelled: 1 },
        succeeded: 14,
        failed: 1,
        openItems: 45,
        chunks: { pending: 3, retrying: 1, processing: 1, completed: 2, failed: 4, brokenDown: 1 },
        waitMs: expect.any(Number),
      },
    ]);
  });

  test("what a worker holds of a batch that was paused meanwhile is being worked on", async () => {
    const { engine, kind, begin } = createWorld(database());
    const id = await begin(numbers(20));
    await claimChunk(database().sql, [kind], 60_000);
    endLeases(database);
    await engine.pause(id);
    expect(await engine.queues()).toMatchObject([{ openItems: 0, chunks: { pending: 0, processing: 1 } }]);
  });
});

describeEngine("stuck chunks", (database) => {
  test("one whose worker died is stuck when it was begun long ago", async () => {
    const { engine, kind, begin } = createWorld(database());
    const id = await begin(numbers(10));
    await claimChunk(database().sql, [kind], 60_000);
    endLeases(database);
    await sql`
      update chunks set started_at = now() - interval '31 minutes', deaths = 2, breakdowns = 1 where batch_id = ${id}
    `.execute(database().sql);
    expect(await engine.trouble(kind)).toMatchObject({ stuck: { total: 0 }, working: true });
    await sql`update chunks set leased_until = now() - interval '1 second' where batch_id = ${id}`.execute(
      database().sql,
    );
    const batch = await engine.read(id);
    expect(await engine.trouble(kind)).toEqual({
      stuck: {
        total: 1,
        chunks: [{ batchId: id, number: 0, state: "processing", retries: 3, createdAt: batch?.createdAt }],
      },
      held: { total: 0, batches: [] },
      working: false,
    });
    await sql`update chunks set started_at = now() - interval '29 minutes' where batch_id = ${id}`.execute(
      database().sql,
    );
    expect(await engine.trouble(kind)).toMatchObject({ stuck: { total: 0, chunks: [] } });
  });

  test("what waits is stuck when nothing of its batch was begun for long and nobody works", async () => {
    const { engine, kind, begin, write } = createWorld(database());
    const id = await begin(numbers(30));
    const other = await write(numbers(10));
    const working = await begin(numbers(10), { priority: 1 });
    await claimChunk(database().sql, [kind], 60_000);
    endLeases(database);
    await age(database(), id, 0.6);
    await age(database(), other, 0.6);
    await sql`
      update chunks set state = 'retrying', not_before = now() + interval '1 minute' where batch_id = ${id} and number = 2
    `.execute(database().sql);
    expect(await engine.trouble(kind)).toMatchObject({ stuck: { total: 0 }, working: true });
    await sql`update chunks set leased_until = now() - interval '1 second' where batch_id = ${working}`.execute(
      database().sql,
    );
    expect((await engine.trouble(kind)).stuck).toMatchObject({
      total: 2,
      chunks: [
        { batchId: id, number: 0, state: "pending", retries: 0 },
        { batchId: id, number: 1, state: "pending", retries: 0 },
      ],
    });
    // It asked for a time, and that was long ago too.
    await sql`
      update chunks set not_before = now() - interval '31 minutes' where batch_id = ${id} and number = 2
    `.execute(database().sql);
    expect(await engine.trouble(kind)).toMatchObject({ stuck: { total: 3 } });
    // Somebody comes by and begins one.
    await sql`update batches set served_at = now() where id = ${id}`.execute(database().sql);
    expect(await engine.trouble(kind)).toMatchObject({ stuck: { total: 0 } });
  });

  test("of many the first hundred are named, and all are counted", async () => {
    const { kind, begin } = createWorld(database());
    const id = await begin(numbers(120), { chunkSize: 1 });
    await age(database(), id, 1);
    const { stuck } = await readQueueTrouble(database().sql, kind);
    expect(stuck.total).toBe(120);
    expect(stuck.chunks.map(({ number }) => number)).toEqual(numbers(100));
  });

  test("batches that the service paused are named with the reason, those that a person paused are not", async () => {
    const { engine, kind, begin } = createWorld(database());
    const held: string[] = [];
    for (const name of numbers(7).map(String)) {
      const id = await begin(numbers(1), { name });
      await engine.pause(id);
      if (name === "6") continue;
      held.push(id);
      await sql`
        update batches set reason = 'No key.', paused_at = now() - interval '1 day' + ${Number(name)} * interval '1 hour'
        where id = ${id}
      `.execute(database().sql);
    }
    expect((await engine.trouble(kind)).held).toEqual({
      total: 6,
      batches: held.slice(0, 5).map((id, index) => ({ id, name: String(index), reason: "No key." })),
    });
  });
});
