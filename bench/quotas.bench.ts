import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findProgram } from "../server/test/needs.ts";
import { startPostgresql } from "../server/test/postgresql.ts";
import { answersOf, figuresOf, type Period, words } from "./quotas-figures.ts";
import type { WorkerOrder } from "./quotas-process.ts";
import type { SimulatorBooks } from "./quotas-simulator.ts";
import { keysOf, type Simulator, startSimulator, startWorker, type Worker } from "./quotas-world.ts";

interface Scenario {
  readonly name: string;
  readonly keys: readonly string[];
  readonly processes: 1 | 4;
  /** Its first key is answered with 503 for half a minute. */
  readonly fails?: boolean;
}

const scenarios: readonly Scenario[] = [
  { name: "1 key", keys: keysOf("one", 1), processes: 1 },
  { name: "3 keys", keys: keysOf("three", 3), processes: 1 },
  { name: "6 keys", keys: keysOf("six", 6), processes: 1 },
  { name: "3 keys, one fails for 30 s", keys: keysOf("failing", 3), processes: 1, fails: true },
  { name: "3 keys, 4 processes on one PostgreSQL", keys: keysOf("shared", 3), processes: 4 },
];
const failingMs = 30_000;
/** When the naive loop sends its second minute's worth; the pace of the quotas is the same all the time. */
const failsAfterMs = 60_000;
/** From when on it is steady. */
const warmUpMs = 8_000;

/** The limit of Gemini's first paid tier less a little, which is the service's default. */
export const quotas = () => measure(55, 180);

export const quotasFast = () => measure(300, 128);

interface Measured {
  readonly books: SimulatorBooks;
  readonly period: Period;
  readonly givenUp: (name: string) => number;
  /** The longest time for which one of the processes stood still. */
  readonly stalledMs: number;
}

/**
 * How much of the allowed rate the quotas use, and how often they exceed it, beside the naive loop with the same keys,
 * the same calls and as many at once. All scenarios run at the same time, each with keys of its own; each way of sending
 * has a simulator of its own, so that a crowd of refusals is no load for the other one.
 */
async function measure(perMinute: number, seconds: number): Promise<void> {
  const initdb = findProgram("postgresql", process.env);
  const cluster = initdb ? await startPostgresql(initdb) : undefined;
  const dataDir = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  const url = await cluster?.createDatabase();
  const chosen = scenarios.filter(({ processes }) => processes === 1 || url !== undefined);
  if (url === undefined)
    console.log("PostgreSQL is not installed: the scenario with 4 processes is left out.");
  console.log(
    `${perMinute} requests a minute and key in any 60 s, answers in 150 to 1500 ms, ${seconds} s; to reach: 98 %, none refused, keys within 5 %`,
  );

  const simulatorOrder = { keys: chosen.flatMap(({ keys }) => keys), perMinute };
  const [ours, theirs] = await Promise.all([startSimulator(simulatorOrder), startSimulator(simulatorOrder)]);
  const common = (processes: number) => ({
    ...{ perMinute, processes, sets: chosen.filter((scenario) => scenario.processes === processes) },
  });
  const [quotaRun, naiveRun] = await Promise.all([
    run(ours, seconds, chosen, [
      { ...common(1), baseUrl: ours.url, place: { url: undefined, dataDir } },
      ...(url === undefined ? [] : four({ ...common(4), baseUrl: ours.url, place: { url, dataDir } })),
    ]),
    run(theirs, seconds, chosen, [
      { ...common(1), baseUrl: theirs.url, place: null },
      ...(url === undefined ? [] : four({ ...common(4), baseUrl: theirs.url, place: null })),
    ]),
  ]);
  for (const scenario of chosen) {
    console.log(`\n${scenario.name}`);
    console.log(`  quotas:     ${figures(scenario, perMinute, quotaRun)}`);
    const lost = naiveRun.givenUp(scenario.name);
    console.log(`  naive loop: ${figures(scenario, perMinute, naiveRun)}, ${lost} pictures given up`);
  }
  console.log(
    `\nLongest that a process stood still: ${quotaRun.stalledMs.toFixed(0)} ms with the quotas, ${naiveRun.stalledMs.toFixed(0)} ms with the naive loop; load of the machine in the last minute: ${loadavg()[0]?.toFixed(1)}`,
  );
  await cluster?.stop();
  rmSync(dataDir, { recursive: true });
}

const four = (order: WorkerOrder): readonly WorkerOrder[] => Array.from({ length: 4 }, () => order);

async function run(
  simulator: Simulator,
  seconds: number,
  chosen: readonly Scenario[],
  orders: readonly WorkerOrder[],
): Promise<Measured> {
  const workers: Worker[] = [];
  // One after the other: the first on a database prepares it.
  for (const order of orders) workers.push(await startWorker(order));
  const began = await simulator.now();
  for (const worker of workers) worker.begin();
  await delay(failsAfterMs);
  for (const { fails, keys } of chosen) if (fails) await simulator.fail(keys[0] ?? "", failingMs);
  await delay(seconds * 1_000 - failsAfterMs);
  const to = await simulator.now();
  const reports = await Promise.all(workers.map((worker) => worker.end()));
  const books = await simulator.books();
  simulator.stop();
  return {
    books,
    period: { from: began + warmUpMs, to },
    givenUp: (name) => reports.reduce((sum, report) => sum + (report.givenUp[name] ?? 0), 0),
    stalledMs: Math.max(books.stalledMs, ...reports.map(({ stalledMs }) => stalledMs)),
  };
}

function figures(scenario: Scenario, perMinute: number, { books, period }: Measured): string {
  const { keys, fails } = scenario;
  if (!fails) return words(figuresOf(books.arrivals, keys, perMinute, period), keys.length);
  const [failing = "", ...others] = keys;
  const sound = figuresOf(books.arrivals, others, perMinute, period);
  const mean = others.reduce((sum, key) => sum + answersOf(books.arrivals, key, period), 0) / others.length;
  const missing = mean - answersOf(books.arrivals, failing, period);
  const lostSeconds = (missing / mean) * ((period.to - period.from) / 1_000);
  const mine = books.arrivals.filter(({ key }) => key === failing);
  const answered503 = mine.filter(({ outcome }) => outcome === "failed").length;
  const refused = mine.filter(({ outcome }) => outcome === "refused").length;
  return `the other two: ${words(sound, others.length)}; the one: lost ${lostSeconds.toFixed(1)} s of its own share, ${answered503} answers 503, ${refused} of ${mine.length} refused`;
}
