import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { readHeader } from "@fovea/imaging";
import { oldestNode } from "../sdk/typescript/test/oldest-node.ts";
import { photo } from "../server/test/pictures.ts";
import { median } from "./load.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const count = 100;
const distinct = 2;
const rounds = 5;
const starts = 21;
const quality = 85;
const model = "claude-haiku-4-5";

/** `fovea` as it is installed, on the machine's own Node: how soon it answers, and a folder of photos beside a bare loop. */
export async function cli(): Promise<void> {
  const node = oldestNode();
  const folder = await mkdtemp(join(tmpdir(), "fovea-bench-"));
  try {
    const command = await build(folder);
    console.log(`Node ${node.version}; load average ${loadavg()[0]?.toFixed(1)}`);
    await measureHelp(node.path, command);
    await measurePrepare(node.path, command, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Outside of the repository, where there are no sources that it would run in place of what is built. */
async function build(folder: string): Promise<string> {
  for (const part of ["package.json", "bin"]) {
    await cp(join(root, "cli", part), join(folder, "cli", part), { recursive: true });
  }
  await run(process.execPath, [join(root, "cli/build.mjs"), join(folder, "cli/dist")]);
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return join(folder, "cli/bin/fovea.cjs");
}

async function measureHelp(node: string, command: string): Promise<void> {
  const nothing: number[] = [];
  const help: number[] = [];
  for (let round = 0; round < starts; round += 1) {
    nothing.push((await run(node, ["-e", "0"])).ms);
    help.push((await run(node, [command, "--help"])).ms);
  }
  const ratio = median(help.map((time, round) => time / (nothing[round] ?? 1)));
  console.log(
    `fovea --help ${median(help).toFixed(0)} ms, median of ${starts} (to reach: 150); ` +
      `${ratio.toFixed(2)} times node -e 0, which takes ${median(nothing).toFixed(0)} ms`,
  );
}

async function measurePrepare(node: string, command: string, folder: string): Promise<void> {
  const photos = join(folder, "photos");
  await mkdir(photos);
  for (let index = 0; index < count; index += 1) {
    const bytes = await photoOf(index % distinct);
    await writeFile(join(photos, `${String(index).padStart(3, "0")}.jpg`), bytes);
  }
  const prepared = join(folder, "prepared");
  const bare = join(folder, "bare");
  const prepare = () =>
    run(node, [
      command,
      "prepare",
      photos,
      "-m",
      model,
      "--quality",
      `${quality}`,
      "--out",
      prepared,
      "-f",
      "-q",
    ]);
  await prepare();
  const { width, height } = readHeader(await readFile(join(prepared, "000.jpg")));
  const loop = () =>
    run(node, [
      fileURLToPath(new URL("cli-bare.mjs", import.meta.url)),
      photos,
      bare,
      ...[width, height, quality].map(String),
    ]);
  const ratios: number[] = [];
  const cpuRatios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const theirs = await loop();
    const ours = await prepare();
    ratios.push(theirs.ms / ours.ms);
    cpuRatios.push(theirs.cpuMs / ours.cpuMs);
    const shown = ({ ms, cpuMs }: Measured) =>
      `${(ms / 1000).toFixed(2)} s (${(cpuMs / 1000).toFixed(2)} s of CPU)`;
    console.log(`  bare loop ${shown(theirs)}, fovea prepare ${shown(ours)}`);
  }
  const [ours, theirs] = await Promise.all([prepared, bare].map(sizeOf));
  console.log(
    `${count} photos of 12 megapixels to ${width}x${height}; bytes of the results ${((ours ?? 0) / (theirs ?? 1)).toFixed(2)} of the bare loop's`,
  );
  console.log(
    `fovea prepare ratio ${median(ratios).toFixed(3)} (to reach: 0.90), by CPU ${median(cpuRatios).toFixed(3)}`,
  );
}

const drawn = new Map<number, Promise<Buffer>>();

/** Drawing one takes longer than preparing it. */
function photoOf(seed: number): Promise<Buffer> {
  const known =
    drawn.get(seed) ??
    photo(4032, 3024, seed + 1).then((picture) => picture.jpeg({ quality: 90 }).toBuffer());
  drawn.set(seed, known);
  return known;
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

interface Measured {
  /** From its start to its end. */
  readonly ms: number;
  /** On the cores. */
  readonly cpuMs: number;
}

async function run(program: string, args: readonly string[]): Promise<Measured> {
  const startedAt = performance.now();
  const reporting = ["--require", fileURLToPath(new URL("report-cpu.cjs", import.meta.url))];
  const child = spawn(program, [...reporting, ...args], { stdio: ["ignore", "ignore", "inherit", "pipe"] });
  // The fourth descriptor is the pipe that was asked for.
  const reported = text(child.stdio[3] as Readable);
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
  const ms = performance.now() - startedAt;
  return { ms, cpuMs: Number(await reported) };
}
