import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { done, failed, type Outcome, retryLater } from "../../src/engine/kind.ts";
import { createSharedWork } from "../../src/engine/shared-work.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, numbers, until } from "./world.ts";

describeEngine("work that is done once", (database) => {
  test("items of one batch with one key cost one call and share the outcome", async () => {
    let works = 0;
    const { engine, begin, reached } = createWorld(database(), (input, { once, batchId }) =>
      once(`${batchId} ${Number(input) % 3}`, async () => done({ work: ++works })),
    );
    const id = await begin(numbers(60));
    await engine.run();
    await reached(id, "completed");
    expect(works).toBe(3);
    const results = await engine.results(id, {}, { limit: 100 });
    expect(new Set(results.map((result) => JSON.stringify(result.succeeded && result.output))).size).toBe(3);
  });

  test("batches share it, at the same time and afterwards", async () => {
    const gate = createGate();
    let works = 0;
    const key = randomUUID();
    const { engine, begin, reached } = createWorld(database(), (_input, { once }) =>
      once(key, async () => {
        works += 1;
        await gate.pass();
        return done("shared");
      }),
    );
    const ids = [await begin([1]), await begin([2])];
    await engine.run();
    await atGate(gate);
    gate.open();
    for (const id of [...ids, await begin([3])]) {
      await reached(id, "completed");
      expect(await engine.results(id, {}, { limit: 9 })).toMatchObject([{ output: "shared" }]);
    }
    expect(works).toBe(1);
  });

  test("two processes share it: who comes second is told to come later, and gets the value", async () => {
    const gate = createGate();
    let works = 0;
    const key = randomUUID();
    const work = async () => {
      works += 1;
      await gate.pass();
      return done("shared");
    };
    const [one, other] = [shared(), shared()];
    const first = one.once(key, work);
    await atGate(gate);
    const told = await other.once(key, work);
    expect(told).toMatchObject({ status: "later", code: null });
    expect(told.status === "later" && told.until.getTime()).toBeLessThanOrEqual(Date.now() + 2_000);
    gate.open();
    expect(await first).toEqual(done("shared"));
    expect(await other.once(key, work)).toEqual(done("shared"));
    expect(works).toBe(1);
  });

  test.each<[string, () => Promise<Outcome>]>([
    ["a failure", async () => failed("http_500", "Broken.")],
    ["a later", async () => retryLater(new Date(0), "busy", "Busy.")],
    ["a value that cannot be stored", async () => done("\u0000")],
  ])("%s is not kept: the next one works again", async (_what, work) => {
    const one = shared();
    const key = randomUUID();
    let works = 0;
    const counted = () => {
      works += 1;
      return work();
    };
    const outcome = await one.once(key, counted);
    expect(outcome).toEqual(await one.once(key, counted));
    expect(works).toBe(2);
    const { rows } = await sql`select * from shared_work where key = ${key}`.execute(database().sql);
    expect(rows).toEqual([]);
  });

  test("null is a value like any other", async () => {
    const key = randomUUID();
    await shared().once(key, async () => done(null));
    expect(await shared().once(key, () => Promise.reject(new Error("not again")))).toEqual(done(null));
  });

  test("an exception reaches the one whose work it was; the others do their own work", async () => {
    const gate = createGate();
    const one = shared();
    const key = randomUUID();
    const first = one.once(key, () => gate.pass().then(() => Promise.reject(new Error("aborted"))));
    const second = one.once(key, async () => done("mine"));
    const third = one.once(key, async () => done("not needed"));
    await atGate(gate);
    gate.open();
    await expect(first).rejects.toThrow("aborted");
    expect(await second).toEqual(done("mine"));
    expect(await third).toEqual(done("mine"));
  });

  test("a batch that loses its chunk does not take the items of another with it", async () => {
    const gate = createGate();
    const key = randomUUID();
    let works = 0;
    const { engine, begin, reached } = createWorld(database(), (_input, { once, signal }) =>
      once(key, async () => {
        works += 1;
        if (works > 1) return done("whole");
        void gate.pass();
        await new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        );
        return done("never");
      }),
    );
    const loses = await begin([1]);
    await engine.run();
    await atGate(gate);
    const keeps = await begin([2]);
    await until(async () => expect((await engine.read(keeps))?.state).toBe("processing"));
    await engine.reset(loses, { force: false });
    await reached(keeps, "completed");
    expect(await engine.results(keeps, {}, { limit: 9 })).toMatchObject([
      { succeeded: true, output: "whole" },
    ]);
    await assertConsistent(database(), loses);
  });

  test("work that hangs beyond its item's time does not hold its key for ever", async () => {
    const key = randomUUID();
    let works = 0;
    const { engine, begin, reached } = createWorld(
      database(),
      (_input, { once }) =>
        once(key, async () => {
          works += 1;
          return works === 1 ? new Promise<Outcome>(() => {}) : done("second");
        }),
      { itemTimeoutMs: 500, timing: { leaseMs: 50 } },
    );
    const first = await begin([1]);
    await engine.run();
    await reached(first, "completed");
    expect(await engine.failures(first)).toEqual([{ code: "timed_out", count: 1 }]);
    const second = await begin([2]);
    await reached(second, "completed");
    expect(await engine.results(second, {}, { limit: 9 })).toMatchObject([{ output: "second" }]);
  });

  test("work whose process died is begun again once its lease is over; until then others wait", async () => {
    const key = randomUUID();
    const lease = (interval: string) =>
      sql`
      insert into shared_work (key, lease_token, leased_until)
      values (${key}, gen_random_uuid(), now() + ${interval}::interval)
      on conflict (key) do update set leased_until = excluded.leased_until
    `.execute(database().sql);
    await lease("1 hour");
    expect((await shared().once(key, async () => done(1))).status).toBe("later");
    await lease("-1 second");
    expect(await shared().once(key, async () => done(1))).toEqual(done(1));
  });

  test("work that goes on keeps its lease", async () => {
    const gate = createGate();
    const key = randomUUID();
    const first = shared(80).once(key, () => gate.pass().then(() => done("slow")));
    await atGate(gate);
    const renewed = async () => {
      const { rows } = await sql<{ leased_until: Date }>`
        select leased_until from shared_work where key = ${key}
      `.execute(database().sql);
      return rows[0]?.leased_until.getTime() ?? 0;
    };
    const began = await renewed();
    await until(async () => expect(await renewed()).toBeGreaterThan(began + 160));
    gate.open();
    expect(await first).toEqual(done("slow"));
  });

  test("who was taken for dead does not overwrite the value of who came after", async () => {
    const gate = createGate();
    const key = randomUUID();
    const slow = shared().once(key, () => gate.pass().then(() => done("late")));
    await atGate(gate);
    await sql`update shared_work set leased_until = now() - interval '1 second' where key = ${key}`.execute(
      database().sql,
    );
    expect(await shared().once(key, async () => done("first"))).toEqual(done("first"));
    gate.open();
    await slow;
    expect(await shared().once(key, async () => done("third"))).toEqual(done("first"));
  });

  test.each([
    ["a NUL character", "a\u0000b"],
    ["half of a character", "a\uD83Cb"],
    ["more than an index holds", "x".repeat(10_000)],
  ])("a key with %s is refused to its caller alone", async (_what, bad) => {
    const one = shared();
    const good = numbers(20).map((n) => one.once(`${bad.length} ${randomUUID()} ${n}`, async () => done(n)));
    await expect(one.once(bad, async () => done(1))).rejects.toThrow(TypeError);
    expect(await Promise.all(good)).toEqual(numbers(20).map(done));
  });

  test("a thousand keys at once are a few statements, in every process at the same time", async () => {
    const keys = numbers(1_000).map((n) => `${randomUUID()} ${n}`);
    let works = 0;
    const all = [shared(), shared(), shared()].flatMap((one, process) =>
      // Each in another order, as batches would.
      keys
        .toSorted((a, b) => (a.charCodeAt(process) < b.charCodeAt(process) ? -1 : 1))
        .map((key) =>
          one.once(key, async () => {
            works += 1;
            return done(key);
          }),
        ),
    );
    const outcomes = await Promise.all(all);
    expect(works).toBe(1_000);
    expect(outcomes.filter(({ status }) => status === "failed")).toEqual([]);
  });

  const shared = (leaseMs = 60_000) => {
    const work = createSharedWork({ database: database().sql, leaseMs });
    onTestFinished(() => work.close());
    return {
      once: (key: string, run: () => Promise<Outcome>) => work.once(key, run, new AbortController().signal),
    };
  };
});
