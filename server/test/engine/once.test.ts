import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  done,
  failed,
  hold,
  type Json,
  type OnceOptions,
  type Outcome,
  retryLater,
  type Work,
} from "../../src/engine/kind.ts";
import { createSharedWork } from "../../src/engine/shared-work.ts";
import type { Transaction } from "../../src/platform/database/sql.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, numbers, until } from "./world.ts";

describeEngine(
  "work that is done once",
  (database, { engine: name }) => {
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
      expect(new Set(results.map((result) => JSON.stringify(result.succeeded && result.output))).size).toBe(
        3,
      );
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

    test("values that are too old for everybody are forgotten, by their prefix; work under way is not", async () => {
      const prefix = `${randomUUID()}/`;
      const other = randomUUID();
      const gate = createGate();
      const { engine, begin, reached } = createWorld(database(), (input, { once }) =>
        once(String(input), async () => {
          if (input === `${prefix}slow`) await gate.pass();
          return done(1);
        }),
      );
      await engine.run();
      const ended = await begin([`${prefix}a`, `${prefix}b`, other]);
      await reached(ended, "completed");
      const running = await begin([`${prefix}slow`]);
      await atGate(gate);
      expect(await engine.forget(prefix, new Date(Date.now() - 3_600_000))).toBe(0);
      expect(await engine.forget(prefix, new Date(Date.now() + 3_600_000))).toBe(2);
      gate.open();
      await reached(running, "completed");
      const { rows } = await sql<{ key: string }>`
      select key from shared_work where starts_with(key, ${prefix}) or key = ${other} order by key = ${other}
    `.execute(database().sql);
      expect(rows.map(({ key }) => key)).toEqual([`${prefix}slow`, other]);
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

    test("a value that is cheap to make is kept like any other, as long as nothing crashes", async () => {
      const [cheap, dear] = [randomUUID(), randomUUID()];
      const one = shared();
      // Stored in one statement.
      await Promise.all([
        one.once(cheap, async () => done("cheap"), { cheap: true }),
        one.once(dear, async () => done("dear")),
      ]);
      await one.once(`${cheap} alone`, async () => done("alone"), { cheap: true });
      const never = () => Promise.reject(new Error("not again"));
      expect(await shared().once(cheap, never)).toEqual(done("cheap"));
      expect(await shared().once(dear, never)).toEqual(done("dear"));
      expect(await shared().once(`${cheap} alone`, never, { cheap: true })).toEqual(done("alone"));
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
      // An item that waits for the lease has no more time than this one had, and may run out of it too.
      await until(async () => {
        const second = await begin([2]);
        await reached(second, "completed");
        expect(await engine.results(second, {}, { limit: 9 })).toMatchObject([{ output: "second" }]);
      });
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
      const good = numbers(20).map((n) =>
        one.once(`${bad.length} ${randomUUID()} ${n}`, async () => done(n)),
      );
      await expect(one.once(bad, async () => done(1))).rejects.toThrow(TypeError);
      expect(await Promise.all(good)).toEqual(numbers(20).map((n) => done(n)));
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

    test("who is gone before the work began leaves the key to the others", async () => {
      const [one, other] = [shared(), shared()];
      const key = randomUUID();
      const never = () => Promise.reject(new Error("for nobody"));
      let works = 0;
      const work = async () => {
        works += 1;
        return done("mine");
      };
      const gone = new AbortController();
      const first = one.once(key, never, {}, gone.signal);
      gone.abort(new Error("gone"));
      // Gathered with the first one: both ask for the key in one statement, and it is the first one's to give back.
      const second = one.once(key, work);
      await expect(first).rejects.toThrow("gone");
      expect(await second).toMatchObject({ status: "later" });
      await until(async () => expect(await other.once(key, work)).toEqual(done("mine")));
      expect(await shared().once(key, never)).toEqual(done("mine"));
      expect(works).toBe(1);
      await expect(one.once(randomUUID(), never, {}, gone.signal)).rejects.toThrow("gone");
    });

    // Embedded, statements of two processes do not meet.
    describe.runIf(name === "postgresql")("statements do not wait for each other in a circle", () => {
      test("who waits for a key that is just written holds none that is there", async () => {
        const one = shared();
        const [a, old, b] = numbers(3).map((n) => `${n} ${randomUUID()}`) as [string, string, string];
        await one.once(old, async () => done("old"));
        const release = await holding(
          (tx) => sql`insert into shared_work (key, value, done_at) values (${b}, '1', now())`.execute(tx),
          old,
        );
        const tomorrow = { freshSince: new Date(Date.now() + 86_400_000) };
        const asked = [a, old, b].map((key) => one.once(key, async () => done("new"), tomorrow));
        await waiting("insert into shared_work");
        await release();
        expect((await Promise.all(asked)).slice(0, 2)).toEqual([done("new"), done("new")]);
      });

      test.each([
        ["leases are renewed", 80, "update shared_work set leased_until"],
        ["values are stored", 60_000, "worthless"],
      ])("where %s, rows are locked in the order of their keys", async (_what, leaseMs, statement) => {
        const one = shared(leaseMs);
        const gate = createGate();
        const [first, second] = numbers(2).map((n) => `${n} ${randomUUID()}`) as [string, string];
        const works: Promise<Outcome>[] = [];
        for (const key of [second, first]) {
          works.push(one.once(key, () => gate.pass().then(() => done("new"))));
          await atGate(gate, works.length);
        }
        const release = await holding(
          (tx) => sql`select 1 from shared_work where key = ${first} for update`.execute(tx),
          second,
        );
        if (statement === "worthless") gate.open();
        await waiting(statement);
        await release();
        gate.open();
        expect(await Promise.all(works)).toEqual([done("new"), done("new")]);
      });

      /** Another process that has locked something; what it returns locks one more key, which has to be free, and ends. */
      async function holding(lock: (tx: Transaction) => Promise<unknown>, free: string) {
        const locked = Promise.withResolvers<void>();
        const last = Promise.withResolvers<void>();
        onTestFinished(() => last.resolve());
        const ended = database().transaction(async (tx) => {
          await lock(tx);
          locked.resolve();
          await last.promise;
          await sql`select 1 from shared_work where key = ${free} for update nowait`.execute(tx);
        });
        await Promise.race([locked.promise, ended]);
        return () => {
          last.resolve();
          return ended;
        };
      }

      /** Resolves once a statement that holds this text waits for a lock. */
      const waiting = (text: string) =>
        until(async () => {
          const { rows } = await sql`
          select 1 from pg_stat_activity
          where wait_event_type = 'Lock' and pid <> pg_backend_pid() and position(${text} in query) > 0
        `.execute(database().sql);
          expect(rows.length).toBeGreaterThan(0);
        });
    });

    describe("a value that became too old", () => {
      test("is done again, once, and the work is given the old one", async () => {
        const { key, old } = await stored("old");
        const seen: Json[] = [];
        const again = async (previous: Json) => {
          seen.push(previous);
          return done("new");
        };
        const freshSince = new Date(old.getTime() + 1);
        expect(await shared().once(key, again, { freshSince })).toEqual(done("new"));
        expect(await shared().once(key, again, { freshSince })).toEqual(done("new"));
        expect(await shared().once(key, again)).toEqual(done("new"));
        expect(seen).toEqual(["old"]);
      });

      test("is not one that is just as old as allowed", async () => {
        const { key, old } = await stored("old");
        const never = () => Promise.reject(new Error("not again"));
        expect(await shared().once(key, never, { freshSince: old })).toEqual(done("old"));
        expect(await shared().once(key, never, { freshSince: null })).toEqual(done("old"));
      });

      test("work that was never done has no value before", async () => {
        const seen: Json[] = [];
        const work = async (previous: Json) => {
          seen.push(previous);
          return done(1);
        };
        await shared().once(randomUUID(), work, { freshSince: new Date() });
        await shared().once(randomUUID(), work);
        expect(seen).toEqual([null, null]);
      });

      test("while it is done again, who is content with it gets it at once, and who is not comes later", async () => {
        const gate = createGate();
        const { key } = await stored("old");
        const [one, lenient, strict] = [shared(), shared(), shared()];
        const first = one.once(key, () => gate.pass().then(() => done("new")), anHourAgo());
        await atGate(gate);
        const never = () => Promise.reject(new Error("not twice"));
        expect(await lenient.once(key, never)).toEqual(done("old"));
        const told = await strict.once(key, never, anHourAgo());
        expect(told).toMatchObject({ status: "later", code: null });
        expect(told.status === "later" && told.until.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
        gate.open();
        expect(await first).toEqual(done("new"));
        expect(await strict.once(key, never, anHourAgo())).toEqual(done("new"));
        expect(await lenient.once(key, never)).toEqual(done("new"));
      });

      test.each<[string, Work]>([
        ["fails", async () => failed("http_500", "Broken.")],
        ["asks for later", async () => retryLater(new Date(0), "busy", "Busy.")],
        ["holds its batch", async () => hold("No model.")],
        ["throws", () => Promise.reject(new Error("a bug"))],
        ["comes to a value that cannot be stored", async () => done("\u0000")],
      ])("is kept for whoever is content with it when the work %s", async (_what, work) => {
        const { key } = await stored("old");
        await shared()
          .once(key, work, anHourAgo())
          .catch(() => {});
        const never = () => Promise.reject(new Error("not again"));
        expect(await shared().once(key, never)).toEqual(done("old"));
        expect(await shared().once(key, async (previous) => done([previous, "new"]), anHourAgo())).toEqual(
          done(["old", "new"]),
        );
      });

      test("is not shared with one in the process who wants a newer one", async () => {
        const { key } = await stored("old");
        const one = shared();
        let works = 0;
        const work = async () => done(`new ${++works}`);
        const minute = new Date(Date.now() - 60_000);
        const outcomes = await Promise.all([
          one.once(key, work),
          one.once(key, work, anHourAgo()),
          one.once(key, work, { freshSince: minute }),
          one.once(key, work),
        ]);
        expect(outcomes).toEqual([done("old"), done("new 1"), done("new 1"), done("old")]);
      });

      test("what one with high demands does is shared with those who ask for less", async () => {
        const gate = createGate();
        const { key } = await stored("old");
        const one = shared();
        const first = one.once(key, () => gate.pass().then(() => done("new")), { freshSince: new Date() });
        await atGate(gate);
        const never = () => Promise.reject(new Error("not twice"));
        const others = [one.once(key, never, anHourAgo()), one.once(key, never)];
        gate.open();
        expect(await Promise.all([first, ...others])).toEqual(Array(3).fill(done("new")));
      });

      test("a failure of one with low demands is not that of one with higher ones, who does the work itself", async () => {
        const gate = createGate();
        const key = randomUUID();
        const one = shared();
        const first = one.once(key, () => gate.pass().then(() => failed("old", "Not allowed to be asked.")));
        await atGate(gate);
        const second = one.once(key, async () => done("new"), { freshSince: new Date() });
        gate.open();
        expect(await first).toMatchObject({ status: "failed" });
        expect(await second).toEqual(done("new"));
      });

      test("several processes that find it too old at once do it again once", async () => {
        const { key } = await stored("old");
        let works = 0;
        const work = async () => {
          works += 1;
          return done("new");
        };
        const ask = () => Promise.all(numbers(4).map(() => shared().once(key, work, anHourAgo())));
        for (const outcome of await ask())
          if (outcome.status !== "later") expect(outcome).toEqual(done("new"));
        expect(await ask()).toEqual(Array(4).fill(done("new")));
        expect(works).toBe(1);
      });

      test("reaches handlers by the options of once, and ages while the batch of another day runs", async () => {
        const key = randomUUID();
        const { engine, begin, reached } = createWorld(database(), (_input, { once, options }) =>
          once(key, async (previous) => done([previous, options]), {
            freshSince: options === "first" ? null : new Date(Date.now() - 3_600_000),
          }),
        );
        await engine.run();
        const outputs = async (name: string) => {
          const id = await begin([1], { options: name });
          await reached(id, "completed");
          return (await engine.results(id, {}, { limit: 9 })).map(
            (result) => result.succeeded && result.output,
          );
        };
        expect(await outputs("first")).toEqual([[null, "first"]]);
        expect(await outputs("second")).toEqual([[null, "first"]]);
        await setBack(key);
        expect(await outputs("third")).toEqual([[[null, "first"], "third"]]);
      });

      const anHourAgo = () => ({ freshSince: new Date(Date.now() - 3_600_000) });

      /** A value of two hours ago. */
      async function stored(value: Json) {
        const key = randomUUID();
        await shared().once(key, async () => done(value));
        return { key, old: await setBack(key) };
      }

      async function setBack(key: string): Promise<Date> {
        const { rows } = await sql<{ done_at: Date }>`
        update shared_work set done_at = date_trunc('milliseconds', now()) - interval '2 hours' where key = ${key}
        returning done_at
      `.execute(database().sql);
        return rows[0]?.done_at ?? new Date(Number.NaN);
      }
    });

    const shared = (leaseMs = 60_000) => {
      const work = createSharedWork({ database: database().sql, leaseMs });
      onTestFinished(() => work.close());
      return {
        once: (key: string, run: Work, options: OnceOptions = {}, gone = new AbortController().signal) =>
          work.once(key, run, gone, options),
      };
    };
  },
  { ordinarily: "postgresql" },
);
