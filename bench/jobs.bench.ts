import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { sql } from "kysely";
import { z } from "zod";
import { type Database, openDatabase } from "../server/src/platform/database/database.ts";
import { createJobs, type Jobs } from "../server/src/platform/jobs/jobs.ts";
import { defineQueue, type Queue } from "../server/src/platform/jobs/queue.ts";
import { findProgram } from "../server/test/needs.ts";
import { startPostgresql } from "../server/test/postgresql.ts";

const latencies = 500;
const jobsPerRun = 5000;
const rounds = 3;
const idleSeconds = 30;
const deferred = 50_000;

/** Start latency, throughput and idle cost of durable jobs, on both databases in one run. */
export async function jobs(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  await measure("embedded", { url: undefined, dataDir });
  rmSync(dataDir, { recursive: true });

  const initdb = findProgram("postgresql", process.env);
  if (!initdb) return console.log("\nPostgreSQL is not installed: its half is left out.");
  const cluster = await startPostgresql(initdb);
  await measure("PostgreSQL", { url: await cluster.createDatabase(), dataDir });
  await cluster.stop();
}

async function measure(name: string, where: { url: string | undefined; dataDir: string }): Promise<void> {
  console.log(`\n${name}`);
  const log = { info() {}, warn: console.warn };
  const onFault = (error: Error) => {
    throw error;
  };
  const database = await openDatabase({ ...where, poolSize: 14, migrations: undefined, log, onFault });
  await sql`create table effects (n int)`.execute(database.sql);
  await startLatency(database);
  for (let round = 0; round < rounds; round += 1) await throughput(database);
  await idleCost(database, "3 idle queues");
  await fillDeferred(database);
  await idleCost(database, `3 idle queues, ${deferred} deferred jobs in one of them`);
  await database.close();
}

const queueOf = (name: string, concurrency: number) =>
  defineQueue(name, { schema: z.object({ n: z.number() }), concurrency });

async function withJobs(
  database: Database,
  queues: readonly Queue[],
  register: (jobs: Jobs) => void,
  work: (jobs: Jobs) => Promise<void>,
): Promise<void> {
  const log = { info() {}, warn: console.warn, error: console.error };
  const all = createJobs({ database, log, queues });
  register(all);
  await all.start();
  await work(all);
  await all.stop(5000);
}

async function startLatency(database: Database): Promise<void> {
  const queue = queueOf("latency", 1);
  let started = Promise.withResolvers<void>();
  const times: number[] = [];
  await withJobs(
    database,
    [queue],
    (all) => all.work(queue, async () => started.resolve()),
    async (all) => {
      for (let n = 0; n < latencies; n += 1) {
        started = Promise.withResolvers();
        const begun = performance.now();
        await all.send(database.sql, queue, { n });
        await started.promise;
        times.push(performance.now() - begun);
        // Its completion is not part of the next one's start.
        await setTimeout(2);
      }
    },
  );
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]?.toFixed(1);
  console.log(`  send to start, ${latencies} jobs: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
}

/** Empty jobs, jobs that complete with their effect in one transaction, and what sending them one by one takes. */
async function throughput(database: Database): Promise<void> {
  const plain = queueOf("plain", 10);
  const writing = queueOf("writing", 10);
  let left = 0;
  let done = Promise.withResolvers<void>();
  const count = () => {
    left -= 1;
    if (left === 0) done.resolve();
  };
  const rates: string[] = [];
  await withJobs(
    database,
    [plain, writing],
    (all) => {
      all.work(plain, async () => count());
      all.work(writing, async (job) => {
        await database.transaction(async (tx) => {
          await sql`insert into effects values (${job.data.n})`.execute(tx);
          if (!(await job.complete(tx))) throw new Error("lost");
        });
        count();
      });
    },
    async (all) => {
      for (const queue of [plain, writing]) {
        left = jobsPerRun;
        done = Promise.withResolvers();
        const items = Array.from({ length: jobsPerRun }, (_, n) => ({ data: { n } }));
        const begun = performance.now();
        await all.sendMany(database.sql, queue, items);
        const sent = performance.now();
        await done.promise;
        const rate = Math.round((jobsPerRun * 1000) / (performance.now() - begun));
        rates.push(`${queue.name} ${rate} jobs/s (sent in ${Math.round(sent - begun)} ms)`);
      }
    },
  );
  console.log(`  ${jobsPerRun} jobs, 10 at once: ${rates.join(", ")}`);
}

async function fillDeferred(database: Database): Promise<void> {
  const queue = queueOf("idle-a", 5);
  await withJobs(
    database,
    [queue],
    () => {},
    async (all) => {
      const startAfter = new Date(Date.now() + 86_400_000);
      for (let n = 0; n < deferred; n += 1000) {
        const items = Array.from({ length: 1000 }, (_, index) => ({ data: { n: n + index }, startAfter }));
        await all.sendMany(database.sql, queue, items);
      }
    },
  );
}

async function idleCost(database: Database, what: string): Promise<void> {
  const queues = ["idle-a", "idle-b", "idle-c"].map((name) => queueOf(name, 5));
  let statements = 0;
  const counted: Database = {
    ...database,
    sql: database.sql.withPlugin({
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        statements += 1;
        return result;
      },
    }),
  };
  await withJobs(
    counted,
    queues,
    (all) => {
      for (const queue of queues) all.work(queue, async () => {});
    },
    async () => {
      await setTimeout(2000);
      statements = 0;
      const before = process.cpuUsage();
      await setTimeout(idleSeconds * 1000);
      const { user, system } = process.cpuUsage(before);
      const share = ((user + system) / 1e6 / idleSeconds) * 100;
      const rate = (statements / idleSeconds).toFixed(1);
      console.log(`  ${what}: ${share.toFixed(2)} % of a core in this process, ${rate} statements/s`);
    },
  );
}
