import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { photo } from "../server/test/pictures.ts";
import { httpRequest, load, median, startService } from "./load.ts";

const rounds = 5;
const seconds = 12;
const token = { authorization: "Bearer test-token" };

/** What a container could preload, beside glibc with two arenas, in turns: pictures a second, and memory. */
export async function allocator(): Promise<void> {
  const jemalloc = findJemalloc();
  if (jemalloc === undefined) {
    console.log("jemalloc is not installed (Debian: libjemalloc2)");
    return;
  }
  const others = {
    jemalloc: { LD_PRELOAD: jemalloc },
    // Gives memory back in a thread of its own, also while nothing is asked for.
    "jemalloc in the background": { LD_PRELOAD: jemalloc, MALLOC_CONF: "background_thread:true" },
  };
  const requests = await preparations();
  console.log(
    `${requests.length} sizes of picture, ${rounds} alternating rounds of ${seconds} s, then ${seconds} s of nothing`,
  );
  const ratios = new Map<string, Measured[]>();
  for (let round = 0; round < rounds; round += 1) {
    const glibc = await measure(requests, {});
    console.log(`  glibc: ${told(glibc)}`);
    for (const [name, environment] of Object.entries(others)) {
      const other = await measure(requests, environment);
      console.log(`  ${name}: ${told(other)}`);
      ratios.set(name, [...(ratios.get(name) ?? []), ratioOf(other, glibc)]);
    }
  }
  for (const [name, measured] of ratios) {
    const of = (what: keyof Measured) => median(measured.map((ratio) => ratio[what])).toFixed(2);
    console.log(
      `${name} to glibc, median of ${rounds}: pictures a second ${of("rate")}, processor time a picture ${of("cpu")}, ` +
        `highest memory ${of("peak")}, memory afterwards ${of("idle")}`,
    );
  }
}

interface Measured {
  readonly rate: number;
  /** Of the service, in seconds a picture. */
  readonly cpu: number;
  readonly peak: number;
  readonly idle: number;
}

const ratioOf = (one: Measured, other: Measured): Measured => ({
  rate: one.rate / other.rate,
  cpu: one.cpu / other.cpu,
  peak: one.peak / other.peak,
  idle: one.idle / other.idle,
});

async function measure(
  requests: readonly Buffer[],
  environment: Readonly<Record<string, string>>,
): Promise<Measured> {
  const service = await startService({
    LOG_LEVEL: "error",
    SAMPLE: "off",
    MALLOC_ARENA_MAX: "2",
    UV_THREADPOOL_SIZE: "8",
    ...environment,
  });
  const { port } = service;
  const connections = availableParallelism() + 2;
  await load({ port, requests, connections, seconds: 3 });
  const before = service.cpuSeconds();
  const report = await load({ port, requests, connections, seconds });
  const done = report.statuses["200"] ?? 0;
  const cpu = (service.cpuSeconds() - before) / done;
  await setTimeout(seconds * 1000);
  const measured = {
    rate: done / report.seconds,
    cpu,
    peak: megabytes(service.process.pid, "VmHWM"),
    idle: megabytes(service.process.pid, "VmRSS"),
  };
  await service.stop();
  return measured;
}

/** Small and large in turns, which is what leaves holes between buffers that are freed. */
function preparations(): Promise<Buffer[]> {
  return Promise.all(
    [
      [1700, 1200],
      [2400, 1800],
      [3000, 2000],
      [4000, 3000],
    ].map(async ([width = 0, height = 0]) =>
      httpRequest(
        "POST",
        "/api/v1/process?provider=claude&model=claude-haiku-4-5",
        { ...token, accept: "image/*", "content-type": "image/jpeg" },
        await (await photo(width, height)).jpeg({ quality: 90 }).toBuffer(),
      ),
    ),
  );
}

/** Debian's, whose folder is named by the architecture. */
function findJemalloc(): string | undefined {
  return readdirSync("/usr/lib")
    .map((folder) => join("/usr/lib", folder, "libjemalloc.so.2"))
    .find(existsSync);
}

const told = ({ rate, cpu, peak, idle }: Measured) =>
  `${rate.toFixed(1)}/s, ${(cpu * 1000).toFixed(1)} ms of a core a picture, ${peak.toFixed(0)} MB at most, ${idle.toFixed(0)} MB afterwards`;

function megabytes(pid: number | undefined, what: string): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}
