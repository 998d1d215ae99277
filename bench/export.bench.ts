import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { onBoth, openMigrated } from "./engine-world.ts";
import { median, startService } from "./load.ts";
import { writeCompletedBatch } from "./million-rows.ts";

const rows = 1_000_000;
const rounds = 3;
const formats = ["csv", "ndjson", "json", "xlsx"] as const;

/**
 * A batch of a million rows, exported in every format: CSV against `COPY TO` of the same columns by PostgreSQL's own
 * client, in alternating rounds; the memory of each; and each file counted by a program that is not ours.
 */
export async function exports(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fovea-bench-export-"));
  await onBoth(async (name, place) => {
    const database = await openMigrated(place.url, place.dataDir);
    const id = await writeCompletedBatch(database, rows);
    await database.close();
    const service = await startService({
      DATA_DIR: place.dataDir,
      SAMPLE: "off",
      RATE_LIMITS: "off",
      ...(place.url === undefined ? {} : { DATABASE_URL: place.url }),
    });
    await delay(2_000);
    const idle = service.peakMemoryMb() ?? Number.NaN;
    console.log(`\n${name}, ${rows} rows, ${idle} MB when idle`);
    const seconds: Record<string, number[]> = {};
    const copies: number[] = [];
    for (const format of formats) {
      const file = join(folder, `export.${format}`);
      const times = [];
      forgetPeak(service.process.pid);
      for (let round = 0; round < (format === "csv" ? rounds : 1); round += 1) {
        if (format === "csv" && place.url !== undefined)
          copies.push(await copyTo(place.url, id, join(folder, "copy.csv")));
        times.push(await download(service.port, `/api/v1/export/batch/${id}?format=${format}`, file));
      }
      seconds[format] = times;
      const above = (service.peakMemoryMb() ?? Number.NaN) - idle;
      const counted = await count(format, file);
      console.log(
        `  ${format.padEnd(6)} ${median(times).toFixed(1)} s, ${(statSync(file).size / 2 ** 20).toFixed(0)} MB, ` +
          `memory at most ${above} MB above idle (to reach: 300), ${counted}`,
      );
      rmSync(file);
    }
    if (copies.length > 0) {
      const ratios = copies.map((copy, index) => (seconds["csv"]?.[index] ?? Number.NaN) / copy);
      console.log(
        `  COPY TO ${median(copies).toFixed(1)} s; CSV takes ${median(ratios).toFixed(2)} times as long ` +
          `(${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}; to reach: 5)`,
      );
    }
    await service.stop();
  });
  rmSync(folder, { recursive: true });
}

/** The next peak is counted from here. */
const forgetPeak = (pid: number | undefined) => writeFileSync(`/proc/${pid}/clear_refs`, "5");

/** @returns seconds */
async function download(port: number, path: string, file: string): Promise<number> {
  const began = performance.now();
  const sent = request({ host: "127.0.0.1", port, path });
  sent.end();
  const [answer] = await once(sent, "response");
  if (answer.statusCode !== 200) throw new Error(`the export was answered ${answer.statusCode}`);
  await pipeline(answer, createWriteStream(file));
  return (performance.now() - began) / 1_000;
}

/** The columns of the CSV, in its order, by `psql`. @returns seconds */
async function copyTo(url: string, id: string, file: string): Promise<number> {
  const columns =
    "url, success, store_image, text_content, store_name, business_contact, image_description, error_message, " +
    "processing_time_seconds, created_at, batch_id, cache_hit, gemini_model_used, row, error_type, content_hash, cells ->> 1";
  const statement = `copy (select ${columns} from analysis_results where batch_id = '${id}' order by row) to stdout csv header`;
  const began = performance.now();
  await run("psql", [url, "-q", "-c", statement, "-o", file]);
  return (performance.now() - began) / 1_000;
}

const counters: Readonly<Record<(typeof formats)[number], string>> = {
  csv: "import csv; r = csv.reader(open(f, newline='')); next(r); print(sum(1 for _ in r), 'rows by python csv')",
  ndjson: "import json; print(sum(1 for line in open(f) if json.loads(line)['url']), 'rows by python json')",
  json: "import json; print(len(json.load(open(f))['results']), 'rows by python json')",
  xlsx:
    "import openpyxl; b = openpyxl.load_workbook(f, read_only=True); " +
    "print(sum(sum(1 for _ in s.iter_rows(values_only=True)) - 1 for s in b if s.title.startswith('Results')), 'rows by openpyxl')",
};

const count = (format: keyof typeof counters, file: string): Promise<string> =>
  run("/usr/bin/python3", ["-c", `import sys; f = sys.argv[1]; ${counters[format]}`, file]);

async function run(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return output.trim();
}
