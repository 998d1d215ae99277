import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Chunk } from "../../src/engine/chunks.ts";
import { done, failed } from "../../src/engine/kind.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, numbers, roomy, until } from "./world.ts";

const time = expect.any(Date);

describeEngine("the chunks of a batch", (database) => {
  test("are read in their order, page after page", async () => {
    const { engine, write } = createWorld(database());
    const id = await write(numbers(93));
    const read: Chunk[] = [];
    for (let after = -1; after < 9; after = read.at(-1)?.number ?? 9)
      read.push(...(await engine.chunks(id, { limit: 4, after })));
    expect(read).toEqual(
      numbers(10).map((number) => ({
        ...{ number, state: "pending", size: number === 9 ? 3 : 10, succeeded: 0, failed: 0 },
        ...{ startedAt: null, completedAt: null },
      })),
    );
    expect(await engine.chunks(id, { limit: 2 })).toEqual(read.slice(0, 2));
  });

  test("tell when each was begun and when it ended", async () => {
    const { engine, id, gate, chunks } = await inTheMiddle();
    expect(await chunks()).toMatchObject([
      { state: "completed", succeeded: 1, failed: 1, startedAt: time, completedAt: time },
      { state: "processing", succeeded: 0, failed: 0, startedAt: time, completedAt: null },
      { state: "pending", succeeded: 0, failed: 0, startedAt: null, completedAt: null },
    ]);
    gate.open();
    await until(async () => expect((await engine.read(id))?.state).toBe("completed"));
    const ended = await chunks();
    expect(ended).toMatchObject(Array(3).fill({ state: "completed", startedAt: time, completedAt: time }));
    for (const [index, { startedAt }] of ended.entries())
      if (index > 0)
        expect(startedAt?.getTime()).toBeGreaterThanOrEqual(
          ended[index - 1]?.completedAt?.getTime() ?? Infinity,
        );
    await assertConsistent(database(), id);
  });

  test("after a pause: the begun one keeps its beginning, and is not begun anew by the resume", async () => {
    const { engine, id, gate, chunks } = await inTheMiddle();
    const [, begun] = await chunks();
    await engine.pause(id);
    gate.open();
    await until(async () => expect((await chunks())[1]?.state).toBe("pending"));
    expect((await chunks())[1]).toEqual({ ...begun, state: "pending", succeeded: 1 });
    await engine.resume(id);
    await until(async () => expect((await engine.read(id))?.state).toBe("completed"));
    expect((await chunks())[1]).toMatchObject({ state: "completed", startedAt: begun?.startedAt });
  });

  test("after a cancel and a force-start: what was given up ended then, and is open again", async () => {
    const { engine, id, gate, chunks } = await inTheMiddle();
    const [whole, begun] = await chunks();
    await engine.cancel(id);
    gate.open();
    await engine.stop(10_000);
    const startedAt = begun?.startedAt ?? null;
    expect(await chunks()).toMatchObject([
      { ...whole },
      { state: "failed", startedAt, completedAt: time },
      { state: "failed", startedAt: null, completedAt: time },
    ]);
    await assertConsistent(database(), id);
    await engine.forceStart(id, { maxActive: 1_000, skipValidation: false });
    expect(await chunks()).toMatchObject([
      { ...whole },
      { state: "pending", startedAt, completedAt: null },
      { state: "pending", startedAt: null, completedAt: null },
    ]);
    await assertConsistent(database(), id);
  });

  test("after a retry: what is opened again has not ended, and was begun when it was", async () => {
    const { engine, id, gate, chunks } = await inTheMiddle();
    gate.open();
    await until(async () => expect((await engine.read(id))?.state).toBe("completed"));
    await engine.stop(10_000);
    const [first, ...others] = await chunks();
    await engine.retry(id, roomy);
    expect(await chunks()).toEqual([
      { ...first, state: "retrying", failed: 0, completedAt: null },
      ...others,
    ]);
    await assertConsistent(database(), id);
  });

  test("after a reset nothing was ever begun", async () => {
    const { engine, id, gate, chunks } = await inTheMiddle();
    await engine.reset(id, { force: false });
    gate.open();
    const untouched = { state: "pending", succeeded: 0, failed: 0, startedAt: null, completedAt: null };
    expect(await chunks()).toMatchObject(Array(3).fill(untouched));
    await assertConsistent(database(), id);
  });

  test("one that broke down too often ended then", async () => {
    const world = createWorld(database());
    const id = await world.begin(numbers(3));
    const broken = sql.id(`broken_${id.replaceAll("-", "_")}`);
    await sql`
      alter table results add constraint ${broken} check (batch_id <> ${sql.lit(id)})
    `.execute(database().sql);
    await world.engine.run();
    await world.reached(id, "failed");
    await sql`alter table results drop constraint ${broken}`.execute(database().sql);
    expect(await world.engine.chunks(id, { limit: 9 })).toMatchObject([
      { state: "failed", startedAt: time, completedAt: time },
    ]);
    await assertConsistent(database(), id);
  });

  /** Three chunks of two items: the first is complete, and of its items one failed; an item of the second is under way. */
  async function inTheMiddle() {
    const gate = createGate();
    const { engine, begin } = createWorld(
      database(),
      async (input, { position, attempt }) => {
        if (position === 2) await gate.pass();
        return position === 0 && attempt === 1 ? failed("first", "It is the first.") : done(input);
      },
      { slots: 1, concurrency: 1, timing: { flushRows: 1 } },
    );
    const id = await begin(numbers(6), { chunkSize: 2 });
    await engine.run();
    await atGate(gate);
    return { engine, id, gate, chunks: () => engine.chunks(id, { limit: 9 }) };
  }
});
