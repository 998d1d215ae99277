import { sql } from "kysely";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { describeDatabase } from "../../../test/databases.ts";
import { OutsideTransaction } from "../database/errors.ts";
import { bossSchemaVersion } from "./boss.ts";
import { PermanentFailure } from "./errors.ts";
import { defineQueue, type Queue } from "./queue.ts";
import { addEffect, createEffects, effects, steps } from "./testing/steps.ts";
import { countdown, jobsUnderTest } from "./testing/world.ts";

describeDatabase(
  "jobs",
  ({ emptied: open }) => {
    test("a job exists if and when the transaction that sent it commits, from the first transaction on", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database });
      const seen: number[] = [];
      const { done, all } = countdown(1);
      jobs.work(steps, async ({ data }) => {
        seen.push(data.n);
        done();
      });
      await jobs.start();
      const rolledBack = database.transaction(async (tx) => {
        await jobs.send(tx, steps, { n: 1 });
        throw new Error("changed my mind");
      });
      await expect(rolledBack).rejects.toThrow("changed my mind");
      await database.transaction((tx) => jobs.send(tx, steps, { n: 2 }));
      await all;
      expect(seen).toEqual([2]);
    });

    test("a process that only sends can begin with it in a transaction", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database });
      await jobs.start();
      await database.transaction((tx) => jobs.send(tx, steps, { n: 1 }));
      expect((await jobs.counts())["steps"]).toMatchObject({ waiting: 1 });
    });

    test("sending around the transaction that is open is refused instead of waiting for ever", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database });
      await jobs.start();
      const around = database.transaction(() => jobs.send(database.sql, steps, { n: 1 }));
      await expect(around).rejects.toThrow(OutsideTransaction);
    });

    test("jobs start without a look at the clock, more of them than there are slots", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database });
      const { done, all } = countdown(25);
      jobs.work(steps, async () => done());
      await jobs.start();
      await jobs.sendMany(
        database.sql,
        steps,
        Array.from({ length: 25 }, (_, n) => ({ data: { n } })),
      );
      await all;
    });

    test("a job whose time has come is found by looking, also when nobody was told", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database, pollMs: 30 });
      const { done, all } = countdown(2);
      jobs.work(steps, async () => done());
      await jobs.start();
      await jobs.send(database.sql, steps, { n: 2 }, { startAfter: new Date(Date.now() + 3_600_000) });
      expect((await jobs.counts())["steps"]).toMatchObject({ waiting: 0, deferred: 1 });
      await jobs.send(database.sql, steps, { n: 1 }, { startAfter: new Date(Date.now() + 100) });
      await sql`update pgboss.job set start_after = now() where data @> '{"n":2}'`.execute(database.sql);
      await all;
    });

    test("a job that fails comes again after growing pauses, then lies in the dead letter with the reason", async () => {
      const database = await open();
      const { jobs, logged } = jobsUnderTest({ database, random: () => 0 });
      const tries: [number, boolean][] = [];
      const buried = Promise.withResolvers<unknown>();
      jobs.work(steps, async ({ attempt, lastAttempt }) => {
        tries.push([attempt, lastAttempt]);
        throw new Error(`no luck in try ${attempt}`);
      });
      jobs.workDead(steps, async ({ complete: _, ...dead }) => buried.resolve(dead));
      await jobs.start();
      const id = await jobs.send(database.sql, steps, { n: 7 });
      expect(await buried.promise).toEqual({ id, data: { n: 7 }, error: "no luck in try 3", attempts: 3 });
      expect(tries).toEqual([
        [1, false],
        [2, false],
        [3, true],
      ]);
      expect(logged.flatMap(({ fields }) => ("againInMs" in fields ? [fields.againInMs] : []))).toEqual([
        10, 20,
      ]);
      const [letter, ...others] = await jobs.deadLetters(steps, 10);
      expect(others).toEqual([]);
      expect(letter).toMatchObject({ jobId: id, data: { n: 7 }, error: "no luck in try 3", attempts: 3 });
      await vi.waitFor(
        async () => expect((await jobs.counts())["steps"]).toMatchObject({ active: 0, failed: 1 }),
        20_000,
      );
    });

    test("what is stored of a failure has no stack", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database });
      const { done, all } = countdown(1);
      jobs.work(steps, async () => {
        done();
        throw new PermanentFailure("gone for good");
      });
      await jobs.start();
      await jobs.send(database.sql, steps, { n: 1 });
      await all;
      await vi.waitFor(async () => expect(await jobs.deadLetters(steps, 1)).toHaveLength(1), 20_000);
      const { rows } = await sql`select output::text || source_output::text from pgboss.job`.execute(
        database.sql,
      );
      expect(JSON.stringify(rows)).not.toContain("run-job");
      expect((await jobs.deadLetters(steps, 1))[0]).toMatchObject({ error: "gone for good", attempts: 1 });
    });

    test("dead jobs are sent again by their ids or all, also those a handler has heard of", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database });
      let broken = true;
      const first = countdown(3);
      const second = countdown(3);
      jobs.work(steps, async () => {
        if (broken) throw new PermanentFailure("broken");
        second.done();
      });
      jobs.workDead(steps, async () => first.done());
      await jobs.start();
      await jobs.sendMany(database.sql, steps, [{ data: { n: 1 } }, { data: { n: 2 } }, { data: { n: 3 } }]);
      await first.all;
      await vi.waitFor(
        async () =>
          expect(
            (await sql`select from pgboss.job where state = 'completed'`.execute(database.sql)).rows,
          ).toHaveLength(3),
        20_000,
      );
      broken = false;
      const letters = await jobs.deadLetters(steps, 10);
      expect(await jobs.redrive(steps, [letters[0]?.id ?? ""])).toBe(1);
      expect((await jobs.counts())["steps"]).toMatchObject({ failed: 2 });
      expect(await jobs.redrive(steps)).toBe(2);
      await second.all;
      expect(await jobs.redrive(steps)).toBe(0);
    });

    test("a payload that this release does not take goes to the dead letter at once, named but not shown", async () => {
      const database = await open();
      const older = defineQueue("steps", { schema: z.object({ n: z.string() }) });
      const { jobs: sender } = jobsUnderTest({ database, queues: [older] });
      await sender.start();
      await sender.send(database.sql, older, { n: "private words" });
      await sender.stop(0);
      const { jobs } = jobsUnderTest({ database });
      jobs.work(steps, async () => {
        throw new Error("not to be called");
      });
      const buried = Promise.withResolvers<unknown>();
      jobs.workDead(steps, async ({ data, error, attempts }) => buried.resolve({ data, error, attempts }));
      await jobs.start();
      expect(await buried.promise).toEqual({
        data: undefined,
        error: "The payload is not what this release expects (n: invalid_type).",
        attempts: 1,
      });
    });

    test("a payload that does not fit is refused when it is sent", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database });
      await jobs.start();
      await expect(jobs.send(database.sql, steps, { n: 1.5 })).rejects.toThrow(z.ZodError);
    });

    test("higher priorities go first, then the older one", async () => {
      const database = await open();
      const one = { ...steps, concurrency: 1 };
      const { jobs: sender } = jobsUnderTest({ database, queues: [one] });
      await sender.start();
      for (const [n, priority] of [
        [1, 0],
        [2, 5],
        [3, -1],
        [4, 5],
      ] as const)
        await sender.send(database.sql, one, { n }, { priority });
      await sender.stop(0);
      const { jobs } = jobsUnderTest({ database, queues: [one] });
      const order: number[] = [];
      const { done, all } = countdown(4);
      jobs.work(one, async ({ data }) => {
        order.push(data.n);
        done();
      });
      await jobs.start();
      await all;
      expect(order).toEqual([2, 4, 1, 3]);
    });

    test("of the jobs with one key one waits, and another may be sent once it runs", async () => {
      const database = await open();
      const { jobs: sender } = jobsUnderTest({ database });
      await sender.start();
      expect(await sender.send(database.sql, steps, { n: 1 }, { key: "a" })).toBeDefined();
      expect(await sender.send(database.sql, steps, { n: 2 }, { key: "a" })).toBeUndefined();
      expect(await sender.send(database.sql, steps, { n: 3 }, { key: "b" })).toBeDefined();
      await sender.stop(0);
      const { jobs } = jobsUnderTest({ database });
      const seen: number[] = [];
      const { done, all } = countdown(3);
      jobs.work(steps, async ({ data }) => {
        if (data.n === 1) await jobs.send(database.sql, steps, { n: 4 }, { key: "a" });
        seen.push(data.n);
        done();
      });
      await jobs.start();
      await all;
      expect(seen.sort()).toEqual([1, 3, 4]);
    });

    test("a try that was given to somebody else writes nothing", async () => {
      const database = await open();
      await createEffects(database);
      const { jobs } = jobsUnderTest({ database, pollMs: 20 });
      const begun = Promise.withResolvers<void>();
      const takenOver = Promise.withResolvers<void>();
      const refused = Promise.withResolvers<void>();
      const outcomes: [number, boolean][] = [];
      const { done, all } = countdown(2);
      jobs.work(steps, async (job) => {
        if (job.attempt === 1) {
          begun.resolve();
          await takenOver.promise;
        } else {
          takenOver.resolve();
          await refused.promise;
        }
        try {
          await database.transaction(async (tx) => {
            await addEffect(tx, job.data.n, job.attempt);
            const ours = await job.complete(tx);
            outcomes.push([job.attempt, ours]);
            if (!ours) throw new Error("lost");
          });
        } finally {
          refused.resolve();
          done();
        }
      });
      await jobs.start();
      await jobs.send(database.sql, steps, { n: 1 });
      await begun.promise;
      await sql`update pgboss.job set state = 'retry', start_after = now()`.execute(database.sql);
      await all;
      expect(outcomes).toEqual([
        [1, false],
        [2, true],
      ]);
      expect(await effects(database)).toEqual([{ n: 1, attempt: 2 }]);
      await vi.waitFor(
        async () =>
          expect((await jobs.counts())["steps"]).toMatchObject({
            active: 0,
            deferred: 0,
            waiting: 0,
            failed: 0,
          }),
        20_000,
      );
    });

    test("a job completed in a transaction that rolls back is tried again", async () => {
      const database = await open();
      await createEffects(database);
      const { jobs } = jobsUnderTest({ database });
      const { done, all } = countdown(2);
      jobs.work(steps, async (job) => {
        done();
        await database.transaction(async (tx) => {
          await addEffect(tx, job.data.n, job.attempt);
          await job.complete(tx);
          if (job.attempt === 1) throw new Error("rolled back");
        });
      });
      await jobs.start();
      await jobs.send(database.sql, steps, { n: 1 });
      await all;
      await vi.waitFor(async () => expect(await effects(database)).toEqual([{ n: 1, attempt: 2 }]), 20_000);
    });

    test("a handler that hides that its transaction rolled back has not completed its job", async () => {
      const database = await open();
      const one = { ...steps, concurrency: 1 };
      const { jobs } = jobsUnderTest({ database, queues: [one] });
      const next = Promise.withResolvers<void>();
      jobs.work(one, async (job) => {
        if (job.data.n === 2) return next.resolve();
        const rolledBack = database.transaction(async (tx) => {
          await job.complete(tx);
          throw new Error("rolled back");
        });
        await rolledBack.catch(() => {});
      });
      await jobs.start();
      await jobs.send(database.sql, one, { n: 1 });
      await jobs.send(database.sql, one, { n: 2 });
      await next.promise;
      const { rows } = await sql`select state from pgboss.job where data @> '{"n":1}'`.execute(database.sql);
      expect(rows).toEqual([{ state: "active" }]);
    });

    test("a try that takes too long is told so and counts as failed, whether its handler ends or not", async () => {
      const database = await open();
      const quick = { ...steps, concurrency: 1, expireSeconds: 0.05, retryLimit: 1 };
      const { jobs } = jobsUnderTest({ database, queues: [quick] });
      const buried = Promise.withResolvers<unknown>();
      const signals: AbortSignal[] = [];
      jobs.work(quick, async (_job, signal) => {
        signals.push(signal);
        await new Promise(() => {});
      });
      jobs.workDead(quick, async ({ error, attempts }) => buried.resolve({ error, attempts }));
      await jobs.start();
      await jobs.send(database.sql, quick, { n: 1 });
      expect(await buried.promise).toEqual({ error: "It took longer than 0.05 s.", attempts: 2 });
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    });

    test("stop lets a running job end, and begins none", async () => {
      const database = await open();
      const one = { ...steps, concurrency: 1 };
      const { jobs } = jobsUnderTest({ database, queues: [one] });
      const begun = Promise.withResolvers<void>();
      const go = Promise.withResolvers<void>();
      const seen: number[] = [];
      jobs.work(one, async ({ data }) => {
        seen.push(data.n);
        begun.resolve();
        await go.promise;
      });
      await jobs.start();
      await jobs.sendMany(database.sql, one, [{ data: { n: 1 } }, { data: { n: 2 } }]);
      await begun.promise;
      let stopped = false;
      const stopping = jobs.stop(60_000).then(() => {
        stopped = true;
      });
      for (let trip = 0; trip < 20; trip += 1) await jobs.counts();
      expect(stopped).toBe(false);
      go.resolve();
      await stopping;
      expect(seen).toHaveLength(1);
      expect((await jobs.counts())["steps"]).toMatchObject({ waiting: 1, active: 0 });
    });

    test("what does not end within the grace is told so and goes back, not counted as a try", async () => {
      const database = await open();
      const twice = { ...steps, retryLimit: 1 };
      const { jobs } = jobsUnderTest({ database, queues: [twice] });
      const begun = Promise.withResolvers<AbortSignal>();
      jobs.work(twice, async (_job, signal) => {
        begun.resolve(signal);
        await new Promise(() => {});
      });
      await jobs.start();
      await jobs.send(database.sql, twice, { n: 1 });
      const signal = await begun.promise;
      await jobs.stop(10);
      expect(signal.aborted).toBe(true);
      expect((await jobs.counts())["steps"]).toMatchObject({ waiting: 1, active: 0, failed: 0 });
      const { jobs: next } = jobsUnderTest({ database, queues: [twice] });
      const last: boolean[] = [];
      const { done, all } = countdown(2);
      next.work(twice, async ({ lastAttempt }) => {
        last.push(lastAttempt);
        done();
        if (last.length === 1) throw new Error("a failure that counts");
      });
      await next.start();
      await all;
      expect(last).toEqual([false, true]);
      await vi.waitFor(
        async () => expect((await next.counts())["steps"]).toMatchObject({ active: 0, failed: 0 }),
        20_000,
      );
    });

    test("after the grace a late write of the old try is refused", async () => {
      const database = await open();
      await createEffects(database);
      const { jobs } = jobsUnderTest({ database });
      const begun = Promise.withResolvers<void>();
      const ended = Promise.withResolvers<unknown>();
      jobs.work(steps, async (job, signal) => {
        begun.resolve();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        await database
          .transaction(async (tx) => {
            await addEffect(tx, job.data.n, job.attempt);
            if (!(await job.complete(tx))) throw new Error("lost");
          })
          .then(ended.resolve, ended.resolve);
      });
      await jobs.start();
      await jobs.send(database.sql, steps, { n: 1 });
      await begun.promise;
      await jobs.stop(0);
      expect(await ended.promise).toMatchObject({ message: "lost" });
      expect(await effects(database)).toEqual([]);
    });

    test("the counts say how long the oldest job could have started", async () => {
      const database = await open();
      const other: Queue = { ...steps, name: "other" };
      const { jobs } = jobsUnderTest({ database, queues: [steps, other] });
      await jobs.start();
      const none = { waiting: 0, deferred: 0, active: 0, failed: 0, oldestWaitingMs: 0 };
      expect(await jobs.counts()).toEqual({ steps: none, other: none });
      await jobs.send(database.sql, steps, { n: 1 }, { startAfter: new Date(Date.now() - 60_000) });
      await jobs.send(database.sql, steps, { n: 2 });
      const { steps: found, other: still } = await jobs.counts();
      expect(still).toEqual(none);
      expect(found).toMatchObject({ waiting: 2, deferred: 0 });
      expect(found?.oldestWaitingMs).toBeGreaterThanOrEqual(60_000);
    });

    test("the version of the queue's schema is the one this program knows, and a newer one is refused", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database });
      await jobs.start();
      await jobs.stop(0);
      const { rows } = await sql`select version from pgboss.version`.execute(database.sql);
      expect(rows).toEqual([{ version: bossSchemaVersion }]);
      await sql`update pgboss.version set version = version + 1`.execute(database.sql);
      const { jobs: older } = jobsUnderTest({ database });
      await expect(older.start()).rejects.toMatchObject({ code: "schema_newer" });
    });

    test("settings of a queue that changed hold from the next start", async () => {
      const database = await open();
      const { jobs: before } = jobsUnderTest({ database });
      await before.start();
      await before.stop(0);
      const none = { ...steps, retryLimit: 0 };
      const { jobs } = jobsUnderTest({ database, queues: [none] });
      const buried = Promise.withResolvers<number>();
      jobs.work(none, async () => {
        throw new Error("once");
      });
      jobs.workDead(none, async ({ attempts }) => buried.resolve(attempts));
      await jobs.start();
      await jobs.send(database.sql, none, { n: 1 });
      expect(await buried.promise).toBe(1);
    });

    test("a queue that was not declared, a second handler and a late one are refused", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database });
      const handler = async () => {};
      expect(() => jobs.work({ ...steps }, handler)).toThrow("was not given");
      jobs.work(steps, handler);
      expect(() => jobs.work(steps, handler)).toThrow("has a handler already");
      await expect(jobs.send(database.sql, steps, { n: 1 })).rejects.toThrow("have not been started");
      await jobs.start();
      expect(() => jobs.workDead(steps, handler)).toThrow("before jobs are started");
    });
  },
  { ordinarily: "postgresql" },
);
