import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  createdResponse,
  detailsResponse,
  progressResponse,
} from "../server/src/features/analysis/schema.ts";
import { freePort } from "../server/test/free-port.ts";
import { findProgram } from "../server/test/needs.ts";
import { startPostgresql } from "../server/test/postgresql.ts";
import { type Origin, startOrigin } from "./analysis-world.ts";
import { type Service, startService } from "./load.ts";
import { figuresOf, words } from "./quotas-figures.ts";
import { keysOf, startSimulator } from "./quotas-world.ts";

/** High, so that a batch of some seventy seconds says something of a minute's window. */
const perMinute = 200;
const keys = keysOf("batch", 3);
const rows = 750;
/** The first seconds fill what is under way, and the last row waits for nobody. */
const edgeMs = 3_000;

/**
 * A whole batch through the service: its addresses over HTTP, pictures from a loopback origin, three keys of the simulated
 * Gemini, every call in the books. Once by one process with its embedded database, once by four on one PostgreSQL, whose
 * Redis is killed in the middle of it.
 */
export async function quotaBatches(): Promise<void> {
  console.log(
    `${rows} pictures, ${keys.length} keys with ${perMinute} requests a minute in any 60 s, answers in 150 to 1500 ms; to reach: 98 %, none refused`,
  );
  const origin = await startOrigin();
  await measure("embedded, 1 process", 1, origin, {});

  const initdb = findProgram("postgresql", process.env);
  const redisServer = findProgram("redis-server", process.env);
  if (initdb && redisServer) {
    const cluster = await startPostgresql(initdb);
    const redis = await startRedis(redisServer);
    const environment = { DATABASE_URL: await cluster.createDatabase(), REDIS_URL: redis.url };
    await measure("PostgreSQL, 4 processes, Redis killed in the middle", 4, origin, environment, () =>
      redis.kill(),
    );
    await redis.end();
    await cluster.stop();
  } else console.log("\nPostgreSQL or Redis is not installed: the half with 4 processes is left out.");
  origin.stop();
}

async function measure(
  name: string,
  processes: number,
  origin: Origin,
  environment: Readonly<Record<string, string>>,
  inTheMiddle?: () => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator({ keys, perMinute });
  const services: Service[] = [];
  for (let started = 0; started < processes; started += 1)
    services.push(
      await startService({
        ...environment,
        SAMPLE: "off",
        LOG_LEVEL: "warn",
        // Small enough that all processes have chunks, and that one which ends leaves others to go on with.
        CHUNK_SIZE: "50",
        GEMINI_API_KEYS: keys.join(","),
        GEMINI_BASE_URL: simulator.url,
        GEMINI_MODEL: "gemini-3.5-flash-lite",
        GEMINI_RPM_PER_KEY: String(perMinute),
      }),
    );
  const [service] = services;
  if (!service) throw new Error("a measurement takes at least one process");
  const path = name.replaceAll(/\W+/g, "-");
  const urls = Array.from({ length: rows }, (_, index) => `${origin.url}/${path}/${index}.jpg`);
  const id = await upload(service, urls);
  const redis = inTheMiddle ? [await redisOf(service)] : [];
  for (let interrupted = inTheMiddle === undefined; ; await delay(1_000)) {
    const { status, processed_count: processed } = await progress(service, id);
    if (status === "completed") break;
    if (status === "paused" || status === "failed" || status === "cancelled")
      throw new Error(`the batch is ${status}`);
    if (interrupted || processed < rows / 3) continue;
    interrupted = true;
    await inTheMiddle?.();
    redis.push(await redisOf(service));
  }
  const { successful_count: succeeded } = await progress(service, id);
  const { usage } = detailsResponse.parse(await get(service, `/api/v1/batches/${id}/status`)).data;
  const { arrivals, stalledMs } = await simulator.books();
  for (const each of services) await each.stop();
  simulator.stop();

  if (arrivals.length === 0) throw new Error("nothing was asked");
  const times = arrivals.map(({ at }) => at);
  const period = { from: Math.min(...times) + edgeMs, to: Math.max(...times) - edgeMs };
  const answered = arrivals.filter(({ outcome }) => outcome === "answered").length;
  console.log(`\n${name}`);
  console.log(`  ${words(figuresOf(arrivals, keys, perMinute, period), keys.length)}`);
  console.log(
    `  ${succeeded} of ${rows} rows with an answer; requests answered: ${answered} in the provider's books, ${usage.calls} in ours, ${usage.possibly_paid_twice} possibly paid twice`,
  );
  if (redis.length > 0) console.log(`  Redis, as the service says: ${redis.join(", then ")}`);
  console.log(
    `  the simulator stood still for ${stalledMs.toFixed(0)} ms at most; load of the machine in the last minute: ${loadavg()[0]?.toFixed(1)}`,
  );
}

const at = ({ port }: Service, path: string) => `http://127.0.0.1:${port}${path}`;

const get = async (service: Service, path: string): Promise<unknown> =>
  (await fetch(at(service, path))).json();

/** @returns the id of the batch */
async function upload(service: Service, urls: readonly string[]): Promise<string> {
  const form = new FormData();
  form.append("file", new Blob([`url\n${urls.join("\n")}\n`]), "urls.csv");
  const response = await fetch(at(service, "/api/v1/batches"), { method: "POST", body: form });
  if (response.status !== 201) throw new Error(await response.text());
  return createdResponse.parse(await response.json()).data.batch_id;
}

const progress = async (service: Service, id: string) =>
  progressResponse.parse(await get(service, `/api/v1/batches/${id}/progress`)).data;

/** What the service says of it, such as `connected`. */
const redisOf = async (service: Service): Promise<string> =>
  ((await get(service, "/api/v1/health")) as { data: { redis: string } }).data.redis;

async function startRedis(program: string) {
  const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const redis: ChildProcess = spawn(program, options, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const chunk of redis.stdout?.setEncoding("utf8") ?? [])
    if (String(chunk).includes("Ready to accept connections")) break;
  redis.stdout?.resume();
  const ended = once(redis, "exit");
  const kill = async () => {
    redis.kill("SIGKILL");
    await ended;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async end() {
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
}
