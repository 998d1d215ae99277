import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { statusResponse, uploadedResponse } from "../server/src/features/catalog/schema.ts";
import type { CatalogCounts, OriginStarted } from "./catalog-origin-process.ts";
import { catalogCsv } from "./catalog-pictures.ts";
import { startService } from "./load.ts";

/** Debian's, not one of the PATH: that is the Pillow which is installed by the name of its package. */
export const python = "/usr/bin/python3";

/** Pictures of one product. */
const each = 3;
/** Short beside a run; asked more often, the asking would be a part of the work. */
const pollMs = 200;

export interface Source {
  readonly url: string;
  /** Such as `photo-cmyk.jpg`. */
  readonly kind: string;
  readonly bytes: Buffer;
}

/** What one way of making the catalog's pictures smaller took, and what came of it. */
export interface Run {
  readonly seconds: number;
  /** Time on cores, in seconds; NaN where it was not measured. */
  readonly cpuSeconds: number;
  readonly memoryMb: number | null;
  /** In the order of the sources. */
  readonly files: readonly Buffer[];
}

export const hasPillow = (): boolean => spawnSync(python, ["-c", "import PIL, requests"]).status === 0;

/** Starts the origin and reads all of its pictures once. */
export async function startCatalogOrigin(pictures: number, delayMs: number) {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", here("catalog-origin-process.ts"), `${pictures}`, `${delayMs}`],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const { port, paths } = JSON.parse(String(value)) as OriginStarted;
  const base = `http://127.0.0.1:${port}`;
  const sources = await Promise.all(
    paths.map(async (path): Promise<Source> => {
      const url = base + path;
      return { url, kind: path.replace(/^\/\d+-/, ""), bytes: await bytesOf(url) };
    }),
  );
  const counts = async () => (await (await fetch(`${base}/counts`)).json()) as CatalogCounts;
  await counts();
  return { sources, counts, stop: () => void child.kill() };
}

const naiveReport = z.object({ images: z.int(), failed: z.literal(0), seconds: z.number() });

/** The documented approach, in a process of its own, which starts before its clock does. */
export async function runNaive(sources: readonly Source[]): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  const catalog = join(folder, "catalog.csv");
  writeFileSync(catalog, csvOf(sources));
  const results = join(folder, "results");
  const child = spawn(python, [here("catalog-naive.py"), catalog, results], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { seconds } = naiveReport.parse(JSON.parse(line));
  const names = new Map(readdirSync(results).map((name) => [parse(name).name, join(results, name)]));
  const files = sources.map((_, index) => readFileSync(names.get(`${index}`) ?? ""));
  rmSync(folder, { recursive: true });
  return { seconds, cpuSeconds: Number.NaN, memoryMb: null, files };
}

/** The service, new and with its default settings: from the first byte of the upload to the status `completed`. */
export async function runService(
  sources: readonly Source[],
  options: Readonly<Record<string, string>>,
): Promise<Run> {
  // The sample batch of a first start is work of its own.
  const service = await startService({ SAMPLE: "off" });
  const api = `http://127.0.0.1:${service.port}/api/v1`;
  const form = new FormData();
  for (const [name, value] of Object.entries(options)) form.append(name, value);
  form.append("file", new Blob([csvOf(sources)]), "catalog.csv");

  const cpuBefore = service.cpuSeconds();
  const begun = performance.now();
  const upload = await fetch(`${api}/upload`, { method: "POST", body: form });
  if (upload.status !== 200) throw new Error(await upload.text());
  const { request_id: id } = uploadedResponse.parse(await upload.json());
  const status = async (query: string) =>
    statusResponse.parse(await (await fetch(`${api}/status/${id}${query}`)).json());
  while ((await status("?page=1&per_page=1")).status !== "completed") await delay(pollMs);
  const seconds = (performance.now() - begun) / 1_000;
  const cpuSeconds = service.cpuSeconds() - cpuBefore;

  const outputs = (await status("")).products.flatMap(({ outputs }) => outputs);
  const addresses = new Map(outputs.map(({ input_url, output_url }) => [input_url, output_url]));
  const files = await Promise.all(
    sources.map(({ url }) => {
      const address = addresses.get(url);
      if (!address) throw new Error(`nothing came of ${url}`);
      return bytesOf(address);
    }),
  );
  const memoryMb = service.peakMemoryMb();
  await service.stop();
  return { seconds, cpuSeconds, memoryMb, files };
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const csvOf = (sources: readonly Source[]) =>
  catalogCsv(
    sources.map(({ url }) => url),
    each,
  );

async function bytesOf(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
