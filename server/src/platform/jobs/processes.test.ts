import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { expect, test, vi } from "vitest";
import { startProcess } from "../../../../scripts/fixture-process.ts";
import { describeDatabase, type Place } from "../../../test/databases.ts";
import { leaveToSoak } from "../../../test/needs.ts";
import { addEffect, createEffects, effects, steps } from "./testing/steps.ts";
import { countdown, jobsUnderTest } from "./testing/world.ts";

leaveToSoak("a queue that several processes share", () => {
  const script = fileURLToPath(new URL("testing/worker.ts", import.meta.url));
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

  /** A process that works on steps; `says` resolves when it has said so. */
  function startWorker(where: Place & { once?: boolean }) {
    const { child, shown, ended } = startProcess(process.execPath, [
      ...["--disable-warning=ExperimentalWarning", script, JSON.stringify(where)],
    ]);
    return {
      says: (line: string) => shown(`${line}\n`),
      async kill() {
        child.kill("SIGKILL");
        await ended;
      },
      ended,
    };
  }

  describeDatabase("jobs and processes", ({ open, place, engine, cluster }) => {
    test("nothing keeps a process alive that stopped its jobs and closed its database", async () => {
      const where = await place();
      const database = await open(where);
      await createEffects(database);
      const { jobs } = jobsUnderTest({ database });
      await jobs.start();
      await jobs.send(database.sql, steps, { n: 1 });
      await jobs.stop(0);
      await database.close();
      const worker = startWorker({ ...where, once: true });
      expect(await worker.ended).toMatchObject({ code: 0, signal: null });
    });

    test("the jobs of a process that was killed begin again", async () => {
      const where = await place();
      const first = await open(where);
      await createEffects(first);
      const { jobs: sender } = jobsUnderTest({ database: first });
      await sender.start();
      await sender.send(first.sql, steps, { n: 0 });
      await sender.stop(0);
      if (engine === "embedded") await first.close();
      const worker = startWorker(where);
      await worker.says("started 0");
      await worker.kill();
      const database = engine === "embedded" ? await open(where) : first;
      // As if the heartbeat were old enough: embedded nobody asks for it.
      if (engine === "postgresql")
        await sql`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute'`.execute(
          database.sql,
        );
      const { jobs } = jobsUnderTest({ database, heartbeatSeconds: 10, pollMs: 50 });
      const again = Promise.withResolvers<number>();
      jobs.work(steps, async ({ attempt }) => again.resolve(attempt));
      await jobs.start();
      expect(await again.promise).toBe(2);
    });

    if (engine === "embedded") return;

    test("two processes share the work and no job is done twice", async () => {
      const where = await place();
      const database = await open(where);
      await createEffects(database);
      const { jobs } = jobsUnderTest({ database });
      await jobs.start();
      const workers = [startWorker(where), startWorker(where)];
      await Promise.all(workers.map(({ says }) => says("ready")));
      await jobs.sendMany(
        database.sql,
        steps,
        numbers(400).map((n) => ({ data: { n } })),
      );
      await vi.waitFor(async () => expect(await effects(database)).toHaveLength(400), { timeout: 20_000 });
      expect((await effects(database)).every(({ attempt }) => attempt === 1)).toBe(true);
      await vi.waitFor(
        async () =>
          expect((await jobs.counts())["steps"]).toMatchObject({ waiting: 0, active: 0, failed: 0 }),
        20_000,
      );
    });

    test("processes that start together on an empty database all start", async () => {
      const where = await place();
      const starts = numbers(3).map(async () => {
        const { jobs } = jobsUnderTest({ database: await open(where) });
        await jobs.start();
      });
      await Promise.all(starts);
    });

    test("a job that was taken away is told so by the next heartbeat", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database, heartbeatSeconds: 10 });
      const begun = Promise.withResolvers<void>();
      const told = Promise.withResolvers<void>();
      jobs.work(steps, async (_job, signal) => {
        signal.addEventListener("abort", () => told.resolve());
        begun.resolve();
        await new Promise(() => {});
      });
      await jobs.start();
      await jobs.send(database.sql, steps, { n: 1 });
      await begun.promise;
      await sql`update pgboss.job set retry_count = retry_count + 1`.execute(database.sql);
      await told.promise;
    });

    test("a job that waits is not taken before a transaction that relied on it commits", async () => {
      const database = await open({ poolSize: 10 });
      await createEffects(database);
      const { jobs: sender } = jobsUnderTest({ database });
      await sender.start();
      await sender.send(database.sql, steps, { n: 1 }, { key: "a" });
      const relied = Promise.withResolvers<void>();
      const commit = Promise.withResolvers<void>();
      const writing = database.transaction(async (tx) => {
        expect(await sender.send(tx, steps, { n: 1 }, { key: "a" })).toBeUndefined();
        await addEffect(tx, 1, 1);
        relied.resolve();
        await commit.promise;
      });
      await relied.promise;
      const { jobs } = jobsUnderTest({ database, pollMs: 50 });
      const saw = Promise.withResolvers<number>();
      const other = Promise.withResolvers<void>();
      jobs.work(steps, async ({ data }) => {
        if (data.n === 2) other.resolve();
        else saw.resolve((await effects(database)).length);
      });
      await jobs.start();
      await sender.send(database.sql, steps, { n: 2 });
      // A look that found this one would have found the older one too.
      await other.promise;
      commit.resolve();
      await writing;
      expect(await saw.promise).toBe(1);
    });

    test("a job sent while notifications were cut off starts when they are back", async () => {
      const database = await open();
      const { jobs } = jobsUnderTest({ database });
      const { done, all } = countdown(1);
      jobs.work(steps, async () => done());
      await jobs.start();
      await database.transaction(async (tx) => {
        const { rows } = await sql`select pg_terminate_backend(pid) as ended from pg_stat_activity
        where datname = current_database() and query like 'listen %'`.execute(tx);
        expect(rows).toEqual([{ ended: true }]);
        await jobs.send(tx, steps, { n: 1 });
      });
      await all;
    });

    test("an outage stops nothing for good: connections cut, and the server gone", async () => {
      const where = await place();
      const database = await open({ ...where, poolSize: 10 });
      const outside = await open(where);
      await createEffects(database);
      const { jobs, logged } = jobsUnderTest({ database, pollMs: 100, heartbeatSeconds: 10 });
      const half = countdown(100);
      jobs.work(steps, async (job) => {
        await database.transaction(async (tx) => {
          await addEffect(tx, job.data.n, job.attempt);
          if (!(await job.complete(tx))) throw new Error("lost");
        });
        half.done();
      });
      await jobs.start();
      await jobs.sendMany(
        database.sql,
        steps,
        numbers(300).map((n) => ({ data: { n } })),
      );
      await half.all;
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(outside.sql);
      await cluster()?.crash();
      await cluster()?.start();
      // A claim whose answer was lost is taken back like that of a dead process.
      await sql`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute'
      where state = 'active'`.execute(outside.sql);
      await vi.waitFor(
        async () => {
          expect(await effects(outside)).toHaveLength(300);
          expect((await jobs.counts())["steps"]).toMatchObject({
            waiting: 0,
            deferred: 0,
            active: 0,
            failed: 0,
          });
        },
        { timeout: 25_000, interval: 200 },
      );
      const told = logged.filter(({ message }) => message === "jobs wait for the database");
      expect(told.length).toBeLessThan(5);
    }, 60_000);
  });
});
