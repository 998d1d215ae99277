import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { PgBoss } from "pg-boss";
import type { Engine } from "../server/src/engine/engine.ts";
import { freePort } from "../server/test/free-port.ts";
import { findProgram } from "../server/test/needs.ts";
import { onBoth, openMigrated, runBatch, startEngine, writeBatch } from "./engine-world.ts";
import { median } from "./load.ts";

const items = 100_000;
const rounds = 3;
/** One job an item is slower; fewer of them say as much. */
const jobs = 20_000;
const smallStarts = 20;

const perSecond = (count: number, seconds: number) => Math.round(count / seconds);

/** Items a second, beside one job an item on BullMQ and on pg-boss; and what a small batch waits for while a large one runs. */
export async function engine(): Promise<void> {
  await onBoth(async (name, place) => {
    console.log(`\n${name}`);
    const database = await openMigrated(place.url, place.dataDir);
    const running = startEngine(database);
    await running.run();
    const rates: { engine: number[]; pgBoss: number[]; bullmq: number[] } = {
      engine: [],
      pgBoss: [],
      bullmq: [],
    };
    const gaps: { p99: number; max: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const id = await writeBatch(running, items);
      const delays = monitorEventLoopDelay({ resolution: 1 });
      delays.enable();
      rates.engine.push(perSecond(items, await runBatch(running, id)));
      delays.disable();
      gaps.push({ p99: delays.percentile(99) / 1e6, max: delays.max / 1e6 });
      if (place.url === undefined) continue;
      rates.pgBoss.push(perSecond(jobs, await onPgBoss(place.url)));
      const seconds = await onBullmq();
      if (seconds !== undefined) rates.bullmq.push(perSecond(jobs, seconds));
    }
    const shown = (all: readonly number[]) => `${median(all)} (${all.join(", ")})`;
    console.log(`  items/s                    ${shown(rates.engine)}`);
    const worst = (key: "p99" | "max") => Math.max(...gaps.map((gap) => gap[key])).toFixed(1);
    console.log(
      `  event loop gap while it runs: p99 ${worst("p99")} ms, max ${worst("max")} ms (worst round)`,
    );
    for (const [other, all] of [
      ["pg-boss, one job an item", rates.pgBoss],
      ["BullMQ, one job an item", rates.bullmq],
    ] as const) {
      if (all.length > 0)
        console.log(
          `  ${other.padEnd(26)} ${shown(all)}, ratio ${(median(rates.engine) / median(all)).toFixed(1)}`,
        );
    }
    await smallBeside(running);
    await running.stop(10_000);
    await database.close();
  });
}

/** How long fifty items take while a large batch runs, from the call that starts them. */
async function smallBeside(running: Engine): Promise<void> {
  const large = await writeBatch(running, 1_000_000);
  const small: string[] = [];
  for (let index = 0; index < smallStarts; index += 1) small.push(await writeBatch(running, 50));
  await running.start(large, { maxActive: 100 });
  await delay(500);
  const ends: number[] = [];
  for (const id of small) ends.push((await runBatch(running, id, 2)) * 1_000);
  const state = (await running.read(large))?.state;
  ends.sort((a, b) => a - b);
  console.log(
    `  50 items beside 1,000,000: started and completed in ${median(ends).toFixed(0)} ms, slowest of ${smallStarts} ${ends.at(-1)?.toFixed(0)} ms (large: ${state})`,
  );
  await running.remove(large, { force: true });
}

/** The fastest way that pg-boss has: batches fetched and completed with their outputs by four loops. */
async function onPgBoss(url: string): Promise<number> {
  const boss = new PgBoss({ connectionString: url, schema: "bench", max: 10 });
  await boss.start();
  await boss.createQueue("items");
  for (let first = 0; first < jobs; first += 1_000)
    await boss.insert(
      "items",
      Array.from({ length: 1_000 }, (_, index) => ({ data: { n: first + index } })),
    );
  let left = jobs;
  const began = performance.now();
  const loop = async () => {
    while (left > 0) {
      const fetched = await boss.fetch<{ n: number }>("items", { batchSize: 100 });
      if (fetched.length === 0) return;
      await boss.complete(
        "items",
        fetched.map(({ id }) => id),
        { n: fetched[0]?.data.n ?? 0 },
      );
      left -= fetched.length;
    }
  };
  await Promise.all(Array.from({ length: 4 }, loop));
  const seconds = (performance.now() - began) / 1_000;
  await boss.deleteQueue("items");
  await boss.stop({ graceful: false });
  return seconds;
}

const bullmq = fileURLToPath(new URL("bullmq", import.meta.url));

/** On a Redis that syncs its log once a second, which is what BullMQ's makers advise. Undefined where Redis is missing. */
async function onBullmq(): Promise<number | undefined> {
  const program = findProgram("redis-server", process.env);
  if (!program) return undefined;
  if (!existsSync(join(bullmq, "node_modules"))) {
    const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: bullmq, stdio: "inherit" });
    if (installed.status !== 0) throw new Error("BullMQ could not be installed");
  }
  const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  const port = await freePort();
  const redis = spawn(
    program,
    ["--port", String(port), "--bind", "127.0.0.1", "--appendonly", "yes", "--dir", folder],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  for await (const chunk of redis.stdout.setEncoding("utf8"))
    if (String(chunk).includes("Ready to accept connections")) break;
  redis.stdout.resume();
  const worker = spawn(process.execPath, [join(bullmq, "rate.mjs"), String(port), String(jobs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  worker.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(worker, "close");
  redis.kill("SIGTERM");
  await once(redis, "exit");
  rmSync(folder, { recursive: true });
  if (code !== 0) throw new Error(`BullMQ ended with ${code}`);
  return (JSON.parse(output) as { seconds: number }).seconds;
}
