import { expect, test } from "vitest";
import { done, failed, type Outcome, retryLater } from "../../src/engine/kind.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, numbers, roomy, until } from "./world.ts";

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
    expect(await engine.retry(id, roomy)).toMatchObject({ items: 9 });
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
      { number: 1, code: "even", message: "Position 0.", at: failedAt, final: true },
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
      if (round < 3) await engine.retry(id, roomy);
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
    expect((await engine.retry(id, { ...roomy, codes: ["odd", "unheard_of"] })).items).toBe(4);
    expect(await reached(id, "completed")).toMatchObject({ succeeded: 20, failed: 5 });
    expect(await engine.failures(id)).toEqual([{ code: "even", count: 5 }]);
    await expect(engine.retry(id, { ...roomy, codes: ["odd"] })).rejects.toThrow("nothing_to_retry");
    await expect(engine.retry(id, { ...roomy, codes: [] })).rejects.toThrow("nothing_to_retry");
    expect((await engine.read(id))?.state).toBe("completed");
    await assertConsistent(database(), id);
  });

  test("only some positions run again, of those that failed", async () => {
    const { engine, begin, reached, calls } = createWorld(database(), thirds);
    const id = await begin(numbers(25));
    await engine.run();
    await reached(id, "completed");
    const positions = [0, 1, 3, 21, 24, 400];
    expect((await engine.retry(id, { ...roomy, positions, codes: ["even"] })).items).toBe(2);
    await reached(id, "completed");
    expect((await engine.retry(id, { ...roomy, positions })).items).toBe(2);
    expect(await reached(id, "completed")).toMatchObject({ succeeded: 20, failed: 5 });
    expect(calls.slice(25).map(({ position }) => position)).toEqual(expect.arrayContaining([0, 24, 3, 21]));
    await expect(engine.retry(id, { ...roomy, positions })).rejects.toThrow("nothing_to_retry");
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
    expect((await engine.retry(id, roomy)).items).toBe(3);
    expect(await engine.read(id)).toMatchObject({ state: "processing", failed: 0 });
    await assertConsistent(database(), id);
    gate.open();
    const ended = await reached(id, "completed");
    expect(ended).toMatchObject({ succeeded: 16, failed: 4 });
    expect((await engine.failures(id)).map(({ code }) => code).sort()).toEqual(["even", "odd"]);
    expect(calls).toHaveLength(23);
    await assertConsistent(database(), id);
  });

  test("of a cancelled batch is refused: it would begin rows that nobody has asked for", async () => {
    const gate = createGate();
    const { engine, begin } = createWorld(database(), stopAt(15, gate), { slots: 1, concurrency: 1 });
    const id = await begin(numbers(30));
    await engine.run();
    await atGate(gate);
    await engine.cancel(id);
    gate.open();
    await engine.stop(10_000);
    const before = await engine.read(id);
    await expect(engine.retry(id, roomy)).rejects.toMatchObject({
      refusal: { reason: "wrong_state", operation: "retry", state: "cancelled" },
    });
    expect(await engine.read(id)).toEqual(before);
    await assertConsistent(database(), id);
  });

  test("one too many is refused and changes nothing; what is active already needs no room", async () => {
    const gate = createGate();
    const { engine, begin, reached } = createWorld(database(), stopAt(15, gate), {
      slots: 1,
      concurrency: 1,
    });
    const ended = await begin(numbers(10));
    await engine.run();
    await reached(ended, "completed");
    const active = await begin(numbers(30));
    await atGate(gate);
    const before = await engine.read(ended);
    await expect(engine.retry(ended, { maxActive: 1 })).rejects.toMatchObject({
      refusal: { reason: "too_many_active", limit: 1 },
    });
    expect(await engine.read(ended)).toEqual(before);
    expect(await engine.attempts(ended, 0)).toEqual([]);
    await assertConsistent(database(), ended);
    expect((await engine.retry(active, { maxActive: 1 })).items).toBeGreaterThan(0);
    gate.open();
    await reached(active, "completed");
  });

  test("patience begins anew, the numbers of tries go on", async () => {
    const seen: [attempt: number, fresh: number][] = [];
    const { engine, begin, reached } = createWorld(database(), (_input, { attempt, freshAttempt }) => {
      seen.push([attempt, freshAttempt]);
      return freshAttempt < 3 ? retryLater(new Date(), "busy", "Busy.") : failed("busy", `Try ${attempt}.`);
    });
    const id = await begin([0]);
    await engine.run();
    await reached(id, "completed");
    await engine.retry(id, roomy);
    await reached(id, "completed");
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 1],
      [5, 2],
      [6, 3],
    ]);
    expect((await engine.attempts(id, 0)).map(({ number, final }) => [number, final])).toEqual([
      [1, false],
      [2, false],
      [3, true],
      [4, false],
      [5, false],
    ]);
  });

  test("what goes with it takes effect with it, or not at all", async () => {
    const { engine, begin, reached } = createWorld(database(), thirds);
    const id = await begin(numbers(25));
    await engine.run();
    await reached(id, "completed");
    const before = await engine.read(id);
    const refuse = engine.retry(id, { ...roomy, also: () => Promise.reject(new Error("no record")) });
    await expect(refuse).rejects.toThrow("no record");
    expect(await engine.read(id)).toEqual(before);
    const told: string[] = [];
    await engine.retry(id, { ...roomy, also: async () => void told.push("retry") });
    expect(told, "once, however many chunks are opened").toEqual(["retry"]);
    await reached(id, "completed");
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
    expect(await engine.retry(id, roomy)).toMatchObject({ items: 6, batch: { state: "paused", failed: 0 } });
    await assertConsistent(database(), id);
  });

  test("of a deleted batch is refused", async () => {
    const { engine, begin, reached } = createWorld(database(), thirds);
    const id = await begin(numbers(3));
    await engine.run();
    await reached(id, "completed");
    await engine.softDelete(id, 1);
    await expect(engine.retry(id, roomy)).rejects.toMatchObject({
      refusal: { reason: "deleted", operation: "retry" },
    });
  });
});
