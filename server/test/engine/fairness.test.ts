import { randomUUID } from "node:crypto";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { claimChunk } from "../../src/engine/claim.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { done } from "../../src/engine/kind.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, echo, numbers, until } from "./world.ts";

describeEngine("turns of batches", (database) => {
  test("fifty items started while a large batch runs are done long before it", async () => {
    const gate = createGate();
    const { engine, write, begin, reached, calls } = createWorld(
      database(),
      async (input) => {
        await gate.pass();
        await turn();
        return done(input);
      },
      { timing: { flushRows: 100 } },
    );
    const large = await write(numbers(20_000), { chunkSize: 500 });
    const small = await write(numbers(50), { chunkSize: 500 });
    await engine.start(large, { maxActive: 9 });
    await engine.run();
    // Every item that either slot may work on at once.
    await atGate(gate, 8);
    await engine.start(small, { maxActive: 9 });
    const before = calls.length;
    gate.open();
    await reached(small, "completed");
    const during = calls.slice(
      before,
      calls.findLastIndex(({ batchId }) => batchId === small),
    );
    // Two slots: the chunks that were under way, and those that took the other slot's turns meanwhile.
    expect(during.filter(({ batchId }) => batchId === large).length).toBeLessThanOrEqual(6 * 500);
    await engine.cancel(large);
    await begin([]);
    await engine.stop(10_000);
    for (const id of [large, small]) await assertConsistent(database(), id);
  });

  test("items that take their time: a slice ends, and the next batch has its turn", async () => {
    const { engine, begin, calls } = createWorld(
      database(),
      async (input) => {
        // A slice is measured in real time: one has five of these, and a batch a hundred slices.
        await delay(1);
        return done(input);
      },
      { slots: 1, concurrency: 1, timing: { sliceMs: 5 } },
    );
    // Both are there from the beginning: a start would end a slice before its time.
    const ids = [
      await begin(numbers(500), { chunkSize: 500 }),
      await begin(numbers(500), { chunkSize: 500 }),
    ];
    await engine.run();
    const turns = () => calls.filter(({ batchId }, index) => batchId !== calls[index - 1]?.batchId).length;
    // Of one chunk each they would have two turns; three, because workers look again once they hear of starts.
    await until(() => expect(turns()).toBeGreaterThan(5));
    for (const id of ids) await engine.cancel(id);
    await engine.stop(10_000);
    for (const id of ids) await assertConsistent(database(), id);
  });

  test("who is started while every slot is taken does not wait for the end of a turn", async () => {
    const gate = createGate();
    const { engine, write, reached, calls } = createWorld(
      database(),
      async (input) => {
        await gate.pass();
        return done(input);
      },
      { slots: 1, concurrency: 1, timing: { sliceMs: 60_000 } },
    );
    const large = await write(numbers(500), { chunkSize: 500 });
    const small = await write(numbers(3), { chunkSize: 10 });
    await engine.start(large, { maxActive: 9 });
    await engine.run();
    await atGate(gate);
    await engine.start(small, { maxActive: 9 });
    gate.open();
    await reached(small, "completed");
    // After the one item that was under way.
    expect(calls.findIndex(({ batchId }) => batchId === small)).toBe(1);
    await reached(large, "completed");
    await engine.stop(10_000);
    await assertConsistent(database(), large);
  });

  test("batches of one priority take turns chunk by chunk", async () => {
    const { engine, begin, reached, calls } = createWorld(database(), echo, { slots: 1, concurrency: 1 });
    const ids: string[] = [];
    for (let batch = 0; batch < 3; batch += 1) ids.push(await begin(numbers(8), { chunkSize: 2 }));
    await engine.run();
    for (const id of ids) await reached(id, "completed");
    const turns = calls
      .filter(({ position }) => position % 2 === 0)
      .map(({ batchId }) => ids.indexOf(batchId));
    expect(turns).toHaveLength(12);
    for (let round = 0; round < 4; round += 1)
      expect(turns.slice(round * 3, round * 3 + 3).sort()).toEqual([0, 1, 2]);
  });

  test("a higher priority goes first, with the next chunk", async () => {
    const gate = createGate();
    const { engine, begin, reached, calls } = createWorld(
      database(),
      async (input, { position }) => {
        if (position === 0) await gate.pass();
        return done(input);
      },
      { slots: 1, concurrency: 1 },
    );
    const low = await begin(numbers(20), { chunkSize: 2 });
    await engine.run();
    await atGate(gate);
    const high = await begin(numbers(8), { chunkSize: 2, priority: 1 });
    gate.open();
    await reached(low, "completed");
    const order = calls.map(({ batchId }) => batchId);
    expect(order.lastIndexOf(high)).toBeLessThan(order.indexOf(low) + 2 + 8);
    await assertConsistent(database(), high);
  });

  test("a process works only on kinds that it knows", async () => {
    const knows = createWorld(database());
    const other = createWorld(database());
    const foreign = await other.begin([1], { priority: 9 });
    const own = await knows.begin([1]);
    await knows.engine.run();
    await knows.reached(own, "completed");
    expect(await knows.engine.read(foreign)).toMatchObject({ state: "queued", succeeded: 0 });
    expect(other.calls).toEqual([]);
  });

  test("a process without slots works on nothing, and its starts are heard by those that have some", async () => {
    const worker = createWorld(database());
    const api = createWorld(database(), echo, { slots: 0, kind: worker.kind });
    await api.engine.run();
    const id = await api.begin(numbers(20));
    await worker.engine.run();
    await worker.reached(id, "completed");
    expect(api.calls).toEqual([]);
  });

  test("a kind with slots of its own takes none of the others', and gets none of them", async () => {
    const gate = createGate();
    const slow = `slow-${randomUUID()}`;
    const kinds = ["quick", "quick too"].map((name) => `${name}-${randomUUID()}`);
    const common = { concurrency: 1, itemTimeoutMs: 60_000 };
    let waiting = 0;
    const engine = createEngine({
      database: database(),
      logger: pino({ level: "silent" }),
      slots: 1,
      kinds: [
        ...kinds.map((name) => ({ ...common, name, handle: async () => done(null) })),
        {
          ...{ ...common, name: slow, slots: 2 },
          async handle() {
            waiting += 1;
            await gate.pass();
            return done(null);
          },
        },
      ],
    });
    onTestFinished(() => engine.stop(0));
    const begin = async (kind: string, priority: number) => {
      const id = randomUUID();
      const about = { kind, owner: "tester", name: "", options: {}, priority, chunkSize: 1 };
      const writer = await engine.write({ id, ...about });
      await writer.add([1]);
      await writer.finish({ start: { maxActive: 99 } });
      return id;
    };
    await engine.run();
    const held = [await begin(slow, 9), await begin(slow, 9), await begin(slow, 9)];
    await until(() => expect(waiting).toBe(2));
    const ended = async (id: string) =>
      until(async () => expect(await engine.read(id)).toMatchObject({ state: "completed" }));
    for (const kind of kinds) await ended(await begin(kind, 0));
    expect(waiting).toBe(2);
    gate.open();
    for (const id of held) await ended(id);
    expect(waiting).toBe(3);
  });

  test("who starts many batches at once keeps a newcomer waiting for three of them at most", async () => {
    const { kind, begin } = createWorld(database(), echo, { slots: 0 });
    const many: string[] = [];
    for (let batch = 0; batch < 8; batch += 1) many.push(await begin([1], { owner: "many", chunkSize: 1 }));
    const newcomer = await begin([1], { owner: "newcomer", chunkSize: 1 });
    const order: string[] = [];
    for (let turn = 0; turn < 9; turn += 1) {
      const claim = await claimChunk(database().sql, [kind], 60_000);
      if (claim) order.push(claim.batchId);
    }
    expect(order.indexOf(newcomer)).toBeLessThanOrEqual(3);
    // The others come in the order in which they were started.
    expect(order.filter((id) => id !== newcomer).slice(3)).toEqual(many.slice(3));
  });
});
