import { sql } from "kysely";
import { expect, test } from "vitest";
import { done, failed } from "../../src/engine/kind.ts";
import { streamResults } from "../../src/engine/results.ts";
import { describeEngine } from "./databases.ts";
import { createWorld, numbers } from "./world.ts";

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
    for await (const { position } of streamResults(database().sql, id, {}, 19)) streamed.push(position);
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
    const { engine, begin, reached } = createWorld(database(), done, {
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
});
