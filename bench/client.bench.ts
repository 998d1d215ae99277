import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleFor } from "../sdk/typescript/test/bundle.ts";
import { createProject, packAll } from "../sdk/typescript/test/packages.ts";
import { photo } from "../server/test/pictures.ts";
import type { ClientOrder, ClientReport } from "./client-process.ts";
import { median, startService } from "./load.ts";

const rounds = 11;

type Way = "fetch" | "client";
type Case = Omit<ClientOrder, "port" | "picture"> & { readonly what: string; readonly picture: Buffer };
type Figure = (report: ClientReport) => number;

/** What `@fovea/client` costs a program that could also use `fetch`: time, memory, and bytes of a page. */
export async function client(): Promise<void> {
  const service = await startService({ LOG_LEVEL: "warn", RATE_LIMITS: "off", SAMPLE: "off" });
  const programs = { fetch: startProgram("fetch"), client: startProgram("client") };
  const small = await (await photo(640, 480)).jpeg({ quality: 80 }).toBuffer();
  const photograph = await (await photo(4032, 3024)).jpeg({ quality: 90 }).toBuffer();
  const large = await (await photo(3000, 3000)).jpeg({ quality: 100 }).toBuffer();
  const fits = { options: { provider: "gemini" } } as const;
  const fitted = { options: { model: "claude-haiku-4-5" } } as const;
  const cases: readonly Case[] = [
    { what: "small, fits", picture: small, ...fits, calls: 300, concurrency: 4, watch: false },
    { what: "12 megapixels, fitted", picture: photograph, ...fitted, calls: 8, concurrency: 4, watch: false },
    { what: "large, fits", picture: large, ...fits, calls: 24, concurrency: 8, watch: false },
    { what: "large, fits, its memory", picture: large, ...fits, calls: 24, concurrency: 8, watch: true },
  ];
  for (const each of cases) await compare(service.port, programs, each);
  for (const program of Object.values(programs)) program.kill();
  await service.stop();
  await tellBundleSize();
}

async function compare(port: number, programs: Readonly<Record<Way, ChildProcess>>, each: Case) {
  const { what, picture, ...rest } = each;
  const { calls, concurrency, watch } = rest;
  const order: ClientOrder = { ...rest, port, picture: picture.toString("base64") };
  const measured: Record<Way, ClientReport[]> = { fetch: [], client: [] };
  // The first one opens connections, and has V8 compile what is used.
  for (let round = -1; round < rounds; round += 1) {
    // Neither is always the second, who finds the service warm.
    const turns: readonly Way[] = round % 2 === 0 ? ["fetch", "client"] : ["client", "fetch"];
    for (const way of turns) {
      const report = await ask(programs[way], order);
      if (round >= 0) measured[way].push(report);
    }
  }
  const show = (name: string, figure: Figure, per: number, unit: string, limit: string) => {
    const ratios = measured.client.map(
      (report, round) => figure(report) / figure(measured.fetch[round] ?? report),
    );
    const usual = (way: Way) => (median(measured[way].map(figure)) / per).toFixed(2);
    console.log(
      `  ${name.padEnd(7)} ratio ${median(ratios).toFixed(3)}${limit}; ${usual("client")} ${unit}, by fetch ${usual("fetch")}`,
    );
  };
  console.log(`\n${what}: ${picture.length} bytes, ${concurrency} at once, ${rounds} rounds of ${calls}`);
  if (watch) {
    const perPicture = picture.length * concurrency;
    show(
      "buffers",
      ({ heldBytes }) => heldBytes,
      perPicture,
      "times each picture under way",
      " (to reach: 1.1)",
    );
    return;
  }
  show("time", ({ seconds }) => seconds, calls / 1000, "ms a picture", " (to reach: 1.05)");
  show("CPU", ({ cpuSeconds }) => cpuSeconds, calls / 1000, "ms a picture", "");
}

/** A process of its own, as a program is. */
function startProgram(way: Way): ChildProcess {
  const script = fileURLToPath(new URL("client-process.ts", import.meta.url));
  const child = fork(script, [way], { execArgv: [...process.execArgv, "--expose-gc"] });
  child.once("exit", (code) => {
    if (code) throw new Error(`the program with ${way} ended with ${code}`);
  });
  return child;
}

async function ask(program: ChildProcess, order: ClientOrder): Promise<ClientReport> {
  program.send(order);
  const [report] = await once(program, "message");
  return report;
}

async function tellBundleSize(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  const { client: packed } = await packAll(folder);
  await createProject(join(folder, "project"), [packed.path]);
  const { code, gzipBytes } = await bundleFor(join(folder, "project"), "@fovea/client");
  console.log(`\nfor a page: ${code.length} bytes minified, ${gzipBytes} with gzip (to reach: ${12 * 1024})`);
  rmSync(folder, { recursive: true });
}
