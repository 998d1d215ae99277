import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import type { Flushed } from "../../src/engine/flush.ts";
import { readInputs } from "../../src/engine/inputs.ts";
import { done, failed, type Json } from "../../src/engine/kind.ts";
import type { ResultFilter } from "../../src/engine/result-filter.ts";
import { resultPages } from "../../src/engine/results.ts";
import { describeEngine } from "./databases.ts";
import { createWorld, echo, numbers } from "./world.ts";

describeEngine("reading", (database) => {
  test("results come in the order of their positions, page after page, each once", async () => {
    const { engine, begin, reached } = createWorld(database(), (input, { position }) =>
      position % 4 === 0 ? failed(`code_${position % 3}`, "No.") : done(input),
    );
    const id = await begin(numbers(95));
    await engine.run();
    await reached(id, "completed");
    const positions: number[] = [];
    for (let after = -1; ; ) {
      const page = await engine.results(id, {}, { limit: 10, after });
      if (page.length === 0) break;
      positions.push(...page.map(({ position }) => position));
      after = positions.at(-1) as number;
    }
    expect(positions).toEqual(numbers(95));
    const streamed: number[] = [];
    for await (const page of resultPages(database().sql, id, {}, { rows: 19, first: 4 }))
      streamed.push(...page.map(({ position }) => position));
    expect(streamed).toEqual(numbers(95));
    const filtered = async (filter: Parameters<typeof engine.results>[1]) =>
      (await engine.results(id, filter, { limit: 100 })).map(({ position }) => position);
    expect(await filtered({ succeeded: true })).toEqual(numbers(95).filter((n) => n % 4 !== 0));
    expect(await filtered({ succeeded: false })).toEqual(numbers(95).filter((n) => n % 4 === 0));
    expect(await filtered({ codes: ["code_0", "code_2"] })).toEqual(
      numbers(95).filter((n) => n % 4 === 0 && n % 3 !== 1),
    );
    expect(await engine.failures(id)).toEqual([
      { code: "code_0", count: 8 },
      { code: "code_1", count: 8 },
      { code: "code_2", count: 8 },
    ]);
  });

  test("one predicate: pages, counts and lists agree for every filter, however the chunks lie", async () => {
    const { engine, begin, reached } = createWorld(database(), (_input, { position }) =>
      position % 7 === 0
        ? failed(`code_${position % 3}`, "No.")
        : done({
            a: { name: position % 5 === 0 ? `Bäckerei ${position}` : position % 5 === 1 ? "  " : null },
          }),
    );
    const id = await begin(numbers(95));
    await engine.run();
    await reached(id, "completed");
    const all = await engine.results(id, {}, { limit: 95 });
    const [early, late] = [all[20]?.createdAt as Date, all[60]?.createdAt as Date];
    const path = ["a", "name"];
    const name = (n: number) => (n % 7 !== 0 && n % 5 === 0 ? `bäckerei ${n}` : "");
    const cases: [ResultFilter, (n: number) => boolean][] = [
      [{}, () => true],
      [{ succeeded: true }, (n) => n % 7 !== 0],
      [{ succeeded: false }, (n) => n % 7 === 0],
      [{ succeeded: false, positions: [14, 50] }, (n) => n % 7 === 0 && n >= 14 && n < 50],
      [{ positions: [3, 4] }, (n) => n === 3],
      [{ positions: [90, 1_000_000] }, (n) => n >= 90],
      [{ positions: [95, 200] }, () => false],
      [{ codes: ["code_1"] }, (n) => n % 7 === 0 && n % 3 === 1],
      [{ codes: [] }, () => false],
      [{ succeeded: true, codes: ["code_1"] }, () => false],
      [{ output: [{ path, is: "filled" }] }, (n) => name(n) !== ""],
      [{ succeeded: false, output: [{ path, is: "filled" }] }, () => false],
      [{ output: [{ path, contains: "ÄCKEREI 1" }] }, (n) => name(n).includes("äckerei 1")],
      [{ output: [{ path, contains: "%" }] }, () => false],
      [{ output: [{ path, contains: ".*" }] }, () => false],
      [{ output: [{ path, contains: " " }] }, (n) => name(n) !== "" || (n % 7 !== 0 && n % 5 === 1)],
      [{ output: [{ path: ["a", "gone"], is: "filled" }] }, () => false],
      [{ since: early }, (n) => (all[n]?.createdAt as Date) >= early],
      [{ before: late }, (n) => (all[n]?.createdAt as Date) < late],
      [
        { since: early, before: late, succeeded: true },
        (n) => n % 7 !== 0 && (all[n]?.createdAt as Date) >= early && (all[n]?.createdAt as Date) < late,
      ],
    ];
    for (const [filter, expected] of cases) {
      const what = JSON.stringify(filter);
      const positions = numbers(95).filter(expected);
      const paged: number[] = [];
      for await (const page of resultPages(database().sql, id, filter, { rows: 13, first: 5 }))
        paged.push(...page.map(({ position }) => position));
      expect(paged, what).toEqual(positions);
      expect(await engine.countResults(id, filter), what).toBe(positions.length);
      const listed = await engine.results(id, filter, { limit: 4, after: 20 });
      expect(
        listed.map(({ position }) => position),
        what,
      ).toEqual(positions.filter((n) => n > 20).slice(0, 4));
    }
    expect(await engine.countResults(randomUUID(), {})).toBe(0);
  });

  test("lists are newest first and by key: no batch is twice or never, also those of the same moment", async () => {
    const { engine, kind, write } = createWorld(database());
    const ids: string[] = [];
    for (let index = 0; index < 25; index += 1) ids.push(await write([1]));
    const listed: string[] = [];
    let after: { createdAt: Date; id: string } | undefined;
    do {
      const page = await engine.list({ kind }, { limit: 4, ...(after ? { after } : {}) });
      listed.push(...page.map(({ id }) => id));
      after = page.at(-1);
    } while (after);
    expect(listed.toSorted()).toEqual(ids.toSorted());
    const times = await sql<{ ms: boolean }>`
      select date_trunc('milliseconds', created_at) = created_at as ms from batches where kind = ${kind}
    `.execute(database().sql);
    expect(times.rows, "a time is read in milliseconds, so it is kept in milliseconds").toEqual(
      Array(25).fill({ ms: true }),
    );
  });

  test("lists are filtered by owner and state", async () => {
    const { engine, kind, write, begin } = createWorld(database());
    const mine = await write([1], { owner: "me" });
    const theirs = await begin([1], { owner: "they" });
    const ids = async (filter: object) =>
      (await engine.list({ kind, ...filter }, { limit: 9 })).map(({ id }) => id);
    expect(await ids({})).toEqual([theirs, mine]);
    expect(await ids({ owner: "me" })).toEqual([mine]);
    expect(await ids({ states: ["queued", "paused"] })).toEqual([theirs]);
    expect(await ids({ states: [] })).toEqual([]);
  });

  test("progress is told after each flush: never backwards, and whole at the end", async () => {
    const told: { state: string; processed: number; items: number }[] = [];
    const { engine, begin, reached } = createWorld(database(), echo, {
      slots: 1,
      onProgress: (_id, { state, processed, items }) => void told.push({ state, processed, items }),
    });
    const id = await begin(numbers(95));
    await engine.run();
    await reached(id, "completed");
    await engine.stop(10_000);
    expect(told.map(({ processed }) => processed)).toEqual(
      told.map(({ processed }) => processed).toSorted((a, b) => a - b),
    );
    expect(told.at(-1)).toEqual({ state: "completed", processed: 95, items: 95 });
  });

  test("the end of a batch whose last chunk broke down is told too", async () => {
    const told: Flushed[] = [];
    const { engine, begin, reached } = createWorld(database(), echo, {
      onProgress: (_id, flushed) => void told.push(flushed),
    });
    const id = await begin([1]);
    const broken = sql.id(`broken_${id.replaceAll("-", "_")}`);
    await sql`
      alter table results add constraint ${broken} check (batch_id <> ${sql.lit(id)})
    `.execute(database().sql);
    await engine.run();
    await reached(id, "failed");
    await engine.stop(10_000);
    await sql`alter table results drop constraint ${broken}`.execute(database().sql);
    expect(told).toEqual([{ state: "failed", chunkCompleted: false, items: 1, processed: 0 }]);
  });

  test("pages can be counted instead, and the count says how many there are", async () => {
    const { engine, kind, write, begin } = createWorld(database());
    for (let index = 0; index < 11; index += 1) await write([1], { owner: index % 3 ? "me" : "they" });
    const started = await begin([1], { owner: "me" });
    const deleted = await write([1], { owner: "me" });
    await engine.softDelete(deleted, 1);
    const all = (await engine.list({ kind }, { limit: 100 })).map(({ id }) => id);
    const counted: string[] = [];
    for (let offset = 0; offset < 15; offset += 5)
      counted.push(...(await engine.list({ kind }, { limit: 5, offset })).map(({ id }) => id));
    expect(counted).toEqual(all);
    expect(await engine.list({ kind }, { limit: 5, offset: 12 })).toEqual([]);
    const after = (await engine.list({ kind }, { limit: 4 })).at(-1);
    expect(
      (await engine.list({ kind }, { limit: 2, offset: 3, ...(after && { after }) })).map(({ id }) => id),
    ).toEqual(all.slice(7, 9));
    expect(await engine.count({ kind })).toBe(12);
    expect(await engine.count({ kind, includeDeleted: true })).toBe(13);
    expect(await engine.count({ kind, owner: "me" })).toBe(8);
    expect(await engine.count({ kind, states: ["queued", "paused"] })).toBe(1);
    expect(await engine.count({ kind, states: [] })).toBe(0);
    expect(await engine.count({ kind, owner: "nobody" })).toBe(0);
    expect((await engine.list({ kind, states: ["queued"] }, { limit: 5, offset: 0 }))[0]?.id).toBe(started);
  });

  describe("a result comes with its input", () => {
    /** Every seventh fails; inputs are of every shape, and none is at a place that tells it. */
    const input = (n: number): Json => (n % 5 === 3 ? null : n % 2 ? { of: [n * 31] } : `${n * 31}`);
    const inputs = numbers(93).map(input);

    const complete = async (chunkSize: number) => {
      const { engine, begin, reached } = createWorld(database(), (_input, { position }) =>
        position % 7 === 0 ? failed("seventh", "No.") : done(position),
      );
      const id = await begin(inputs, { chunkSize });
      await engine.run();
      await reached(id, "completed");
      return { engine, id };
    };

    test.each([
      ["many chunks and a short last one", 10],
      ["chunks that fit", 31],
      ["one chunk that is not full", 100],
      ["chunks of one", 1],
    ])("of %s", async (_what, chunkSize) => {
      const { engine, id } = await complete(chunkSize);
      const all = await engine.results(id, {}, { limit: 100 });
      expect(all.map((result) => result.input)).toEqual(inputs);
      const sparse = await engine.results(id, { succeeded: false }, { limit: 100, after: 20 });
      expect(sparse.map(({ position, input: its }) => [position, its])).toEqual(
        numbers(93)
          .filter((n) => n % 7 === 0 && n > 20)
          .map((n) => [n, inputs[n]]),
      );
      const last = await engine.results(id, {}, { limit: 5, after: 91 });
      expect(last.map(({ position, input: its }) => [position, its])).toEqual([[92, inputs[92]]]);
      const streamed: unknown[] = [];
      for await (const page of resultPages(database().sql, id, {}, { rows: 7, first: 3 }))
        streamed.push(...page.map(({ input }) => input));
      expect(streamed).toEqual(inputs);
    });

    test("whatever order and however often positions are asked for; one that is not there has none", async () => {
      const { id } = await complete(10);
      const found = await readInputs(database().sql, id, [92, 0, 47, 47, 93, 1_000_000]);
      expect([...found].sort(([a], [b]) => a - b)).toEqual(
        [0, 47, 92].map((n) => [n, { value: inputs[n], size: Buffer.byteLength(JSON.stringify(inputs[n])) }]),
      );
      expect(await readInputs(database().sql, id, [])).toEqual(new Map());
      expect(await readInputs(database().sql, randomUUID(), [0])).toEqual(new Map());
    });
  });
});
