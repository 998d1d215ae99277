import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { createAssets } from "../server/src/assets/assets.ts";
import { createLinks } from "../server/src/assets/links.ts";
import { createJob } from "../server/src/features/media/create-job.ts";
import { readGenerateRequest } from "../server/src/features/media/generate-request.ts";
import { mediaSteps } from "../server/src/features/media/steps.ts";
import { createWork } from "../server/src/features/media/work.ts";
import type { ImageLine } from "../server/src/models/generation/contract.ts";
import { createGenerations } from "../server/src/models/generation/generations.ts";
import { createPictureKeeper } from "../server/src/models/generation/pictures.ts";
import type { ImageRequest } from "../server/src/models/images/contract.ts";
import { createLocalImages } from "../server/src/models/images/local/local-images.ts";
import { createLedger } from "../server/src/models/ledger/ledger.ts";
import { type Database, openDatabase } from "../server/src/platform/database/database.ts";
import { createFolderFiles } from "../server/src/platform/files/folder-files.ts";
import { createIdempotency } from "../server/src/platform/idempotency/idempotency.ts";
import { createJobs } from "../server/src/platform/jobs/jobs.ts";
import { defineQueue } from "../server/src/platform/jobs/queue.ts";
import { createHeldBytes } from "../server/src/platform/limits/held-bytes.ts";
import { migrationsFolder } from "../server/src/stored.ts";
import { findProgram } from "../server/test/needs.ts";
import { startPostgresql } from "../server/test/postgresql.ts";

const jobsPerRun = 600;
const rounds = 3;
const callers = 32;

/** Media jobs accepted and finished a second with a model that answers at once, against a bare job of pg-boss of their size. */
export async function media(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  await measure("embedded", { url: undefined, dataDir });
  const initdb = findProgram("postgresql", process.env);
  if (initdb) {
    const cluster = await startPostgresql(initdb);
    await measure("PostgreSQL", { url: await cluster.createDatabase(), dataDir });
    await cluster.stop();
  } else console.log("\nPostgreSQL is not installed: its half is left out.");
  rmSync(dataDir, { recursive: true });
}

const body = {
  prompt: "A beautiful sunset over mountains with vibrant colors",
  parameters: { width: 256, height: 256, num_inference_steps: 4 },
  metadata: { user_id: "user123", session_id: "sess456" },
};

async function measure(name: string, where: { url: string | undefined; dataDir: string }): Promise<void> {
  const log = { info() {}, warn: console.warn, error: console.error };
  const onFault = (error: Error) => {
    throw error;
  };
  const database = await openDatabase({ ...where, poolSize: 14, migrations: migrationsFolder, log, onFault });
  const files = createFolderFiles({ folder: join(where.dataDir, "files") });
  const bare: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await bareJobs(database));
    whole.push(await mediaJobs(database, files));
  }
  await files.close();
  await database.close();
  const best = (rates: readonly number[]) => Math.max(...rates);
  const list = (rates: readonly number[]) => rates.map((rate) => rate.toFixed(0)).join(", ");
  console.log(`\n${name}, ${jobsPerRun} jobs of ${callers} callers at a time, ${rounds} rounds`);
  console.log(`  a bare job: ${list(bare)} a second`);
  console.log(`  a media job, its picture stored: ${list(whole)} a second`);
  console.log(`  ratio of the best: ${(best(whole) / best(bare)).toFixed(3)}`);
}

const bareQueue = defineQueue("bare", { schema: z.looseObject({ n: z.number() }), concurrency: 32 });

async function bareJobs(database: Database): Promise<number> {
  const jobs = createJobs({ database, log: silent, queues: [bareQueue] });
  const { done, count } = countdown();
  jobs.work(bareQueue, async () => count());
  await jobs.start();
  const begun = performance.now();
  await asCallers((n) => jobs.send(database.sql, bareQueue, { n, ...body }));
  await done;
  const rate = (jobsPerRun / (performance.now() - begun)) * 1_000;
  await jobs.stop(5_000);
  return rate;
}

async function mediaJobs(database: Database, files: ReturnType<typeof createFolderFiles>): Promise<number> {
  const now = () => new Date();
  const local = createLocalImages();
  const picture = await local.start(
    local.check({ ...request, width: 256, height: 256 }).starts[0] ?? { count: 1, body: {} },
    { signal: new AbortController().signal },
  );
  const line: ImageLine = {
    provider: {
      name: "local",
      models: [],
      describe: () => null,
      check: () => ({ warnings: [], starts: [{ count: 1, body: {} }] }),
      start: async () => ({ as: "finished", status: picture }),
    },
    free: true,
    quotas: () => null,
    enter: async () => () => {},
    secretOf: () => null,
    callback: () => null,
  };
  const ledger = createLedger({ database, now: Date.now, onError: console.error });
  const assets = createAssets({ database, files, now, resize: unused });
  const jobs = createJobs({ database, log: silent, queues: [mediaSteps] });
  const generations = createGenerations({
    ...{
      database,
      ledger,
      lines: new Map([["local", line]]),
      giveUpMs: 1_000,
      now: Date.now,
      random: Math.random,
    },
    keeper: createPictureKeeper({
      put: (name, bytes) => files.put(name, bytes, { contentType: "image/png" }),
      list: (prefix) => files.list(prefix),
    }),
    persist: (work) => work(),
  });
  const { done, count } = countdown();
  const work = createWork({
    ...{ database, jobs, generations, assets, keptMs: null, now, retryBaseMs: 1_000 },
    room: createHeldBytes({ totalBytes: 2 ** 28, maxBytes: 2 ** 26 }),
    webhooks: { send: unused },
    links: createLinks({
      ...{
        secrets: [new Uint8Array(32)],
        signed: { media: false, icons: false, catalog: false },
        lifeMs: 1_000,
        basePath: "",
        publicBase: null,
        now,
      },
    }),
    download: unused,
    convert: unused,
    async readArrived(file) {
      const opened = await files.read(file);
      return opened && Buffer.concat(await opened.bytes.toArray());
    },
    removeFile: (name) => files.remove(name),
    onWentOn() {},
    onEnded: ({ state }) => {
      if (state !== "completed") throw new Error(`A job is ${state}.`);
      count();
    },
  });
  jobs.work(mediaSteps, work.handle);
  await jobs.start();
  const idempotency = createIdempotency({ database });
  const chosen = { provider: "local", model: "local" };
  const models = {
    usual: chosen,
    names: ["local"],
    list: () => [],
    find: () => chosen,
    check: async () => line.provider.check("local", request),
  };
  const begun = performance.now();
  await asCallers(() =>
    createJob(
      { database, models, generations, jobs, idempotency, maxRetries: 3, basePath: "" },
      {
        ...{ request: readGenerateRequest(body), owner: "bench", idempotencyKey: null },
        baseUrl: "http://127.0.0.1",
      },
    ),
  );
  await done;
  const rate = (jobsPerRun / (performance.now() - begun)) * 1_000;
  await jobs.stop(5_000);
  await ledger.close();
  return rate;
}

const request: ImageRequest = {
  ...{ prompt: body.prompt, negativePrompt: null, width: null, height: null, aspectRatio: null, steps: null },
  ...{ guidance: null, seed: 1, scheduler: null, count: 1, format: "png", quality: null, background: null },
  extra: {},
};

const silent = { info() {}, warn: console.warn, error: console.error };

const unused = (): never => {
  throw new Error("The bench has no use for it.");
};

async function asCallers(call: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < jobsPerRun) {
        next += 1;
        await call(next);
      }
    }),
  );
}

function countdown() {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let left = jobsPerRun;
  return {
    done,
    count() {
      left -= 1;
      if (left === 0) resolve();
    },
  };
}
