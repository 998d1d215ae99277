import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { done, failed, type Json, type Outcome, retryLater, waitUntil } from "../../src/engine/kind.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, numbers, until } from "./world.ts";

const soon = (ms = 30) => new Date(Date.now() + ms);

describeEngine("what handlers do", (database) => {
  /** Runs ten items of which one does something else, and returns the result of that one. */
  async function strange(handle: () => Outcome | Promise<Outcome>, options = {}) {
    const world = createWorld(
      database(),
      (input, { position }) => (position === 4 ? handle() : done(input)),
      options,
    );
    const id = await world.begin(numbers(10));
    await world.engine.run();
    const batch = await world.reached(id, "completed");
    await assertConsistent(database(), id);
    const results = await world.engine.results(id, {}, { limit: 100 });
    const neighbours = results.filter(({ position }) => position !== 4);
    expect(neighbours.map((result) => result.succeeded && result.output)).toEqual(
      numbers(10).filter((n) => n !== 4),
    );
    expect(world.log.filter(({ msg }) => msg === "a slice broke down")).toEqual([]);
    return { ...world, id, batch, result: results[4] };
  }

  test("a failure is stored with its code and message", async () => {
    const { result, batch, engine, id } = await strange(() => failed("http_404", "There is nothing."));
    expect(result).toMatchObject({ succeeded: false, code: "http_404", message: "There is nothing." });
    expect(batch).toMatchObject({ succeeded: 9, failed: 1, chunksCompleted: 1, chunksFailed: 0 });
    expect(await engine.failures(id)).toEqual([{ code: "http_404", count: 1 }]);
  });

  test("an exception is a fault of ours: the item fails, the log tells it, the caller learns nothing of it", async () => {
    const { result, log } = await strange(() => Promise.reject(new Error("secret detail")));
    expect(result).toMatchObject({ succeeded: false, code: "internal_error" });
    expect(JSON.stringify(result)).not.toContain("secret");
    expect(log.filter(({ msg }) => msg === "an item handler threw")).toMatchObject([
      { position: 4, chunk: 0, err: { message: "secret detail" } },
    ]);
  });

  test("one that throws before it returns a promise is the same", async () => {
    const { result } = await strange(() => {
      throw new TypeError("x is not a function");
    });
    expect(result).toMatchObject({ code: "internal_error" });
  });

  test("one that hangs and never looks at its signal fails as timed_out, and its neighbours do not wait", async () => {
    const { result } = await strange(() => new Promise<Outcome>(() => {}), { itemTimeoutMs: 40 });
    expect(result).toMatchObject({ code: "timed_out", message: expect.stringContaining("0.04 seconds") });
  });

  test("one that looks at its signal is told when its time is up; what it then does interests nobody", async () => {
    const rejected = Promise.withResolvers<void>();
    const world = createWorld(
      database(),
      async (input, { position, signal }) => {
        if (position !== 4) return done(input);
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        rejected.resolve();
        throw signal.reason;
      },
      { itemTimeoutMs: 40 },
    );
    const id = await world.begin(numbers(10));
    await world.engine.run();
    await rejected.promise;
    await world.reached(id, "completed");
    expect(await world.engine.failures(id)).toEqual([{ code: "timed_out", count: 1 }]);
    expect(world.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  test.each([
    ["nothing", undefined],
    ["a string", "done"],
    ["an unknown status", { status: "maybe" }],
    ["hold without a reason", { status: "hold" }],
    ["later without a time", { status: "later", until: new Date(Number.NaN), code: null, message: null }],
    ["later with a text for a time", { status: "later", until: "tomorrow", code: null, message: null }],
  ])("one that returns %s is a fault of ours, and harms no neighbour", async (_what, outcome) => {
    const { result } = await strange(() => outcome as Outcome);
    expect(result).toMatchObject({ code: "internal_error" });
  });

  describe("results", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    const deep = (depth: number) => JSON.parse("[".repeat(depth) + "]".repeat(depth)) as Json;

    test.each<[string, unknown]>([
      ["a NUL character", { text: "a\u0000b" }],
      ["a NUL character in a key", { "a\u0000b": 1 }],
      ["a NUL character behind a backslash", "\\\u0000"],
      ["half of a surrogate pair", ["\uD83C"]],
      ["the other half", "\uDFA8x"],
      ["a BigInt", { n: 1n }],
      ["a cycle", cycle],
      ["nothing", undefined],
      ["a function", () => 1],
      ["more than a megabyte", "x".repeat(1024 * 1024)],
      ["more than a megabyte of bytes", "é".repeat(600_000)],
      ["deeper nesting than a parser's stack", deep(20_000)],
    ])("with %s is refused, and its neighbours are stored", async (_what, output) => {
      const { result } = await strange(() => done(output as Json));
      expect(result).toMatchObject({ succeeded: false, code: "result_refused" });
    });

    test.each<[string, Json]>([
      ["a typed backslash-u0000", "\\u0000 and \\\\u0000 and \\ud800"],
      ["nearly a megabyte", "x".repeat(1024 * 1024 - 2)],
      ["a whole surrogate pair", "🎨"],
      ["all other control characters", String.fromCharCode(...numbers(31).map((n) => n + 1), 127, 0x2028)],
      ["null", null],
      ["a key named __proto__", JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}')],
      ["deep nesting", deep(3_000)],
    ])("with %s is kept as it is", async (_what, output) => {
      const { result } = await strange(() => done(output));
      expect(result).toMatchObject({ succeeded: true });
      expect(JSON.stringify(result?.succeeded && result.output)).toBe(JSON.stringify(output));
    });

    test("a failure with characters that cannot be stored keeps the rest of its words", async () => {
      const { result } = await strange(() => failed("bad\u0000code", `half \uD83C, NUL \u0000, end`));
      expect(result).toMatchObject({ code: "bad\uFFFDcode", message: "half \uFFFD, NUL \uFFFD, end" });
    });

    test("a failure with a message or a code of megabytes is cut", async () => {
      const { result } = await strange(() => failed("x".repeat(5_000_000), "y".repeat(5_000_000)));
      expect(result?.succeeded === false && result.code.length).toBeLessThanOrEqual(1_000);
      expect(result?.succeeded === false && result.message.length).toBeLessThanOrEqual(20_000);
    });

    test("a try with words that cannot be stored is kept in the history like a failure", async () => {
      let tries = 0;
      const { result, engine, id } = await strange(() =>
        ++tries === 1 ? retryLater(soon(), "odd\u0000", "\uD83C".repeat(3)) : done(tries),
      );
      expect(result).toMatchObject({ succeeded: true, output: 2 });
      expect(await engine.attempts(id, 4)).toMatchObject([
        { code: "odd\uFFFD", message: "\uFFFD\uFFFD\uFFFD" },
      ]);
    });
  });

  describe("later", () => {
    test("an item is tried again not before its time, with the number of the try, and its history is kept", async () => {
      const seen: { attempt: number; at: number }[] = [];
      const asked: number[] = [];
      const world = createWorld(database(), (input, { position, attempt }) => {
        if (position !== 4) return done(input);
        seen.push({ attempt, at: Date.now() });
        if (attempt === 3) return done("at last");
        const until = soon(60);
        asked.push(until.getTime());
        return retryLater(until, `try_${attempt}`, `Number ${attempt}.`);
      });
      const id = await world.begin(numbers(10));
      await world.engine.run();
      await world.reached(id, "completed");
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      for (const [index, until] of asked.entries()) expect(seen[index + 1]?.at).toBeGreaterThanOrEqual(until);
      expect(await world.engine.attempts(id, 4)).toMatchObject([
        { number: 1, code: "try_1", message: "Number 1." },
        { number: 2, code: "try_2", message: "Number 2." },
      ]);
      await assertConsistent(database(), id);
    });

    test("waiting for what everyone waits for is no try", async () => {
      let calls = 0;
      const {
        result,
        engine,
        id,
        calls: all,
      } = await strange(() => (++calls < 4 ? waitUntil(soon()) : done("passed")));
      expect(result).toMatchObject({ output: "passed" });
      expect(await engine.attempts(id, 4)).toEqual([]);
      expect(all.filter(({ position }) => position === 4).map(({ attempt }) => attempt)).toEqual([
        1, 1, 1, 1,
      ]);
    });

    test("a chunk in which every item waits is left alone until the first of them is due, and others go on", async () => {
      let open = false;
      const world = createWorld(
        database(),
        (input) => (open || Number(input) >= 100 ? done(input) : waitUntil(soon(3_600_000 + Number(input)))),
        { slots: 1 },
      );
      const waiting = await world.begin(numbers(10));
      const other = await world.write(numbers(10).map((n) => n + 100));
      await world.engine.run();
      await until(async () => expect((await chunk(waiting)).state).toBe("retrying"));
      const { not_before: notBefore, later } = await chunk(waiting);
      expect(Object.keys(later)).toHaveLength(10);
      expect(notBefore?.getTime()).toBe(Math.min(...Object.values(later)));
      await world.engine.start(other, { maxActive: 10 });
      await world.reached(other, "completed");
      expect(world.calls.filter(({ batchId }) => batchId === waiting)).toHaveLength(10);
      open = true;
      await sql`
        update chunks set not_before = now(), later = '{}' where batch_id = ${waiting}
      `.execute(database().sql);
      await world.reached(waiting, "completed");
      await assertConsistent(database(), waiting);
    });

    test("a chunk in which some wait does not turn idly until they are due", async () => {
      const world = createWorld(database(), (input) =>
        input === 0 ? retryLater(soon(3_600_000), "quota", "Full.") : done(input),
      );
      const id = await world.begin(numbers(10));
      await world.engine.run();
      await until(async () => expect((await world.engine.read(id))?.succeeded).toBe(9));
      await until(async () => expect((await chunk(id)).not_before).not.toBeNull());
      const { served_at: served } = await served_at(id);
      // Another batch from start to end: the workers have looked for work meanwhile.
      await world.reached(await world.begin(numbers(30).map((n) => n + 1)), "completed");
      expect((await served_at(id)).served_at).toEqual(served);
    });

    test("what waited when its process died does not keep the chunk turning afterwards", async () => {
      const world = createWorld(database(), (input, { position }) =>
        position < 2 ? waitUntil(soon(3_600_000)) : done(input),
      );
      const id = await world.begin(numbers(4));
      // As a kill leaves it: item 3 was waiting at the last release, and its result is there now.
      await sql`
        insert into results (batch_id, position, succeeded, output, took_ms, created_at)
        values (${id}, 3, true, '3', 1, now())
      `.execute(database().sql);
      await sql`
        update chunks set succeeded = 1, later = jsonb_build_object('3', 1) where batch_id = ${id}
      `.execute(database().sql);
      await sql`update batches set succeeded = 1 where id = ${id}`.execute(database().sql);
      await world.engine.run();
      await until(async () => expect((await chunk(id)).not_before).not.toBeNull());
      expect(Object.keys((await chunk(id)).later)).toEqual(["0", "1"]);
      await assertConsistent(database(), id);
    });

    test("the number of a try is right although the try was all that the worker stored before it died", async () => {
      const gate = createGate();
      const world = createWorld(database(), async (input, { position, attempt }) => {
        if (attempt === 1 && position === 0) return retryLater(soon(0), "first", "No.");
        if (attempt === 1) await gate.pass();
        return done(input);
      });
      const id = await world.begin(numbers(2));
      await world.engine.run();
      await atGate(gate);
      await until(async () => expect(await world.engine.attempts(id, 0)).toHaveLength(1));
      // The chunk is taken from its worker, as if that had died.
      await sql`
        update chunks set state = 'pending', lease_token = null, leased_until = null, deaths = 1
        where batch_id = ${id}
      `.execute(database().sql);
      gate.open();
      await world.reached(id, "completed");
      const tries = world.calls.filter(({ position }) => position === 0).map(({ attempt }) => attempt);
      expect(tries).toEqual([1, 2]);
      await assertConsistent(database(), id);
    });
  });

  test("a slice that fails outside its items is repeated; after three times its chunk fails, and others go on", async () => {
    const world = createWorld(database());
    const id = await world.begin(numbers(30));
    const broken = sql.id(`broken_${id.replaceAll("-", "_")}`);
    await sql`
      alter table results add constraint ${broken} check (batch_id <> ${sql.lit(id)} or position not between 10 and 19)
    `.execute(database().sql);
    await world.engine.run();
    expect(await world.reached(id, "completed")).toMatchObject({
      succeeded: 20,
      chunksCompleted: 2,
      chunksFailed: 1,
    });
    expect(world.log.filter(({ msg }) => msg === "a slice broke down")).toHaveLength(3);
    await assertConsistent(database(), id);
    await sql`alter table results drop constraint ${broken}`.execute(database().sql);
    await world.engine.forceStart(id, { maxActive: 9, skipValidation: true });
    expect(await world.reached(id, "completed")).toMatchObject({ succeeded: 30, chunksFailed: 0 });
    await assertConsistent(database(), id);
  });

  const chunk = async (id: string) => {
    const { rows } = await sql<{ state: string; not_before: Date | null; later: Record<string, number> }>`
      select state, not_before, later from chunks where batch_id = ${id} and number = 0
    `.execute(database().sql);
    return rows[0] as (typeof rows)[number];
  };

  const served_at = async (id: string) => {
    const { rows } = await sql<{ served_at: Date }>`
      select served_at from batches where id = ${id}
    `.execute(database().sql);
    return rows[0] as (typeof rows)[number];
  };
});
