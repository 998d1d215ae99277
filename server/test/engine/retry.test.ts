import { sql } from "kysely";
import { expect, test } from "vitest";
import { done, failed, type Outcome } from "../../src/engine/kind.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, numbers, until } from "./world.ts";

/** Every third item fails as `odd` or `even` at first. */
const thirds = (input: unknown, { position, attempt }: { position: number; attempt: number }): Outcome =>
  position % 3 === 0 && attempt === 1
    ? failed(position % 2 === 0 ? "even" : "odd", `Position ${position}.`)
    : done(input as number);

const stopAt =
  (position: number, gate: ReturnType<typeof createGate>) =>
  async (input: unknown, context: { position: number; attempt: number }) => {
    if (context.position === position) await gate.pass();
    return thirds(input, context);
  };

describeEngine("retry", (database) => {
  test("all failed items run again, no others, and what they failed with is kept", async () => {
    const { engine, begin, reached, calls } = createWorld(database(), thirds);
    const id = await begin(numbers(25));
    await engine.run();
    const first = await reached(id, "completed");
    expect(first).toMatchObject({ succeeded: 16, failed: 9 });
    const [{ createdAt: failedAt } = { createdAt: null }] = await engine.results(id, {}, { limit: 1 });
    expect(await engine.retry(id)).toMatchObject({ items: 9 });
    const second = await reached(id, "completed");
    expect(second).toMatchObject({ succeeded: 25, failed: 0, startedAt: first.startedAt });
    expect(second.completedAt?.getTime()).toBeGreaterThanOrEqual(first.completedAt?.getTime() ?? Infinity);
    expect(
      calls
        .slice(25)
        .map(({ position, attempt }) => [position, attempt])
        .sort(([a = 0], [b = 0]) => a - b),
    ).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24].map((position) => [position, 2]));
    expect(await engine.attempts(id, 0)).toEqual([
      { number: 1, code: "even", message: "Position 0.", at: failedAt },
    ]);
    expect(await engine.attempts(id, 1)).toEqual([]);
    await assertConsistent(database(), id);
  });

  test("a chunk in which every item failed counts the tries on", async () => {
    const { engine, begin, reached, calls } = createWorld(database(), (_input, { attempt }) =>
      failed("always", `Try ${attempt}.`),
    );
    const id = await begin(numbers(5));
    await engine.run();
    for (let round = 1; round <= 3; round += 1) {
      await reached(id, "completed");
      await assertConsistent(database(), id);
      if (round < 3) await engine.retry(id);
    }
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
    expect(await engine.attempts(id, 2)).toMatchObject([
      { number: 1, message: "Try 1." },
      { number: 2, message: "Try 2." },
    ]);
  });

  test("only those with one of the codes run again", async () => {
    const { engine, begin, reached } = createWorld(database(), thirds);
    const id = await begin(numbers(25));
    await engine.run();
    await reached(id, "completed");
    expect((await engine.retry(id, { codes: ["odd", "unheard_of"] })).items).toBe(4);
    expect(await reached(id, "completed")).toMatchObject({ succeeded: 20, failed: 5 });
    expect(await engine.failures(id)).toEqual([{ code: "even", count: 5 }]);
    await expect(engine.retry(id, { codes: ["odd"] })).rejects.toThrow("nothing_to_retry");
    await expect(engine.retry(id, { codes: [] })).rejects.toThrow("nothing_to_retry");
    expect((await engine.read(id))?.state).toBe("completed");
    await assertConsistent(database(), id);
  });

  test("while the batch runs: its chunk stays with its worker, and nothing is lost or done twice", async () => {
    const gate = createGate();
    const { engine, begin, reached, calls } = createWorld(
      database(),
      async (input, context) => {
        if (context.position === 9) await gate.pass();
        return thirds(input, context);
      },
      { slots: 1, concurrency: 1, timing: { flushRows: 1 } },
    );
    const id = await begin(numbers(20));
    await engine.run();
    await atGate(gate);
    await until(async () => expect(await engine.read(id)).toMatchObject({ succeeded: 6, failed: 3 }));
    expect((await engine.retry(id)).items).toBe(3);
    expect(await engine.read(id)).toMatchObject({ state: "processing", failed: 0 });
    await assertConsistent(database(), id);
    gate.open();
    const ended = await reached(id, "completed");
    expect(ended).toMatchObject({ succeeded: 16, failed: 4 });
    expect((await engine.failures(id)).map(({ code }) => code).sort()).toEqual(["even", "odd"]);
    expect(calls).toHaveLength(23);
    await assertConsistent(database(), id);
  });

  test("of a cancelled batch it makes an active one, and only chunks with failures are opened", async () => {
    const gate = createGate();
    const { engine, begin, reached } = createWorld(database(), stopAt(15, gate), {
      slots: 1,
      concurrency: 1,
    });
    const id = await begin(numbers(30));
    await engine.run();
    await atGate(gate);
    await engine.cancel(id);
    gate.open();
    await until(async () => {
      const { rows } = await sql`
        select 1 from chunks where batch_id = ${id} and state not in ('completed', 'failed')
      `.execute(database().sql);
      expect(rows).toEqual([]);
    });
    expect((await engine.retry(id)).items).toBe(6);
    // Item 18 had no turn before the cancel; it fails for its first time. The third chunk had none at all.
    const ended = await reached(id, "completed");
    expect(ended).toMatchObject({ succeeded: 19, failed: 1, chunksCompleted: 2, chunksFailed: 1 });
    await assertConsistent(database(), id);
  });

  test("of a paused batch it leaves it paused", async () => {
    const gate = createGate();
    const { engine, begin } = createWorld(database(), stopAt(15, gate), { slots: 1, concurrency: 1 });
    const id = await begin(numbers(30));
    await engine.run();
    await atGate(gate);
    await engine.pause(id);
    gate.open();
    await engine.stop(10_000);
    expect(await engine.retry(id)).toMatchObject({ items: 6, batch: { state: "paused", failed: 0 } });
    await assertConsistent(database(), id);
  });

  test("of a deleted batch is refused", async () => {
    const { engine, begin, reached } = createWorld(database(), thirds);
    const id = await begin(numbers(3));
    await engine.run();
    await reached(id, "completed");
    await engine.softDelete(id, 1);
    await expect(engine.retry(id)).rejects.toMatchObject({
      refusal: { reason: "deleted", operation: "retry" },
    });
  });
});
