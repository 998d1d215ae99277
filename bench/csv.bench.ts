import { once } from "node:events";
import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "csv-parse";
import { readTable } from "../server/src/platform/tables/read-table.ts";
import { onBoth } from "./engine-world.ts";
import { median, startService } from "./load.ts";

const rows = 1_000_000;
const rounds = 3;

/** A file of a million addresses: uploaded and stored as a batch, against only parsing it, in alternating rounds. */
export async function csv(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fovea-bench-csv-"));
  const file = join(folder, "urls.csv");
  const lines = Array.from({ length: rows }, (_, index) => `https://images.example.com/shop/${index}.jpg\n`);
  writeFileSync(file, `url\n${lines.join("")}`);
  await onBoth(async (name, place) => {
    const service = await startService({
      DATA_DIR: place.dataDir,
      SAMPLE: "off",
      RATE_LIMITS: "off",
      ...(place.url === undefined ? {} : { DATABASE_URL: place.url }),
    });
    await delay(2_000);
    const idle = service.peakMemoryMb() ?? Number.NaN;
    const uploads: number[] = [];
    const parses: number[] = [];
    const reads: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      parses.push(await parseOnly(file));
      reads.push(await readOnly(file));
      uploads.push(await upload(service.port, file));
    }
    const against = (base: readonly number[]) => {
      const ratios = uploads.map((seconds, index) => seconds / (base[index] ?? Number.NaN));
      return `${median(ratios).toFixed(2)} (${shown(ratios)})`;
    };
    console.log(`\n${name}, ${rows} addresses`);
    console.log(`  uploaded and stored: ${median(uploads).toFixed(2)} s (${shown(uploads)})`);
    console.log(`  csv-parse alone:     ${median(parses).toFixed(2)} s (${shown(parses)})`);
    console.log(`  read as a table:     ${median(reads).toFixed(2)} s (${shown(reads)})`);
    console.log(`  ratio to csv-parse ${against(parses)}, to reading it ${against(reads)} (to reach: 2)`);
    console.log(
      `  memory at most ${(service.peakMemoryMb() ?? Number.NaN) - idle} MB above idle (to reach: 300)`,
    );
    await service.stop();
  });
  rmSync(folder, { recursive: true });
}

const shown = (all: readonly number[]) => all.map((each) => each.toFixed(2)).join(", ");

/** As the service reads it: with its checks of encoding, delimiter and lines. @returns seconds */
async function readOnly(file: string): Promise<number> {
  const began = performance.now();
  const { records } = await readTable(createReadStream(file), { maxBytes: 200 * 2 ** 20 });
  let read = 0;
  for await (const batch of records) read += batch.length;
  if (read !== rows) throw new Error(`read ${read} rows`);
  return (performance.now() - began) / 1_000;
}

/** @returns seconds */
async function parseOnly(file: string): Promise<number> {
  const began = performance.now();
  let records = 0;
  const parser = createReadStream(file).pipe(parse());
  parser.on("data", () => {
    records += 1;
  });
  await new Promise((resolve, reject) => parser.on("end", resolve).on("error", reject));
  if (records !== rows + 1) throw new Error(`parsed ${records} records`);
  return (performance.now() - began) / 1_000;
}

/** @returns seconds */
async function upload(port: number, file: string): Promise<number> {
  const part = (name: string) => `--fovea\r\nContent-Disposition: form-data; name="${name}"`;
  const before = `${part("auto_start")}\r\n\r\nfalse\r\n${part("file")}; filename="urls.csv"\r\n\r\n`;
  const after = "\r\n--fovea--\r\n";
  const began = performance.now();
  const outgoing = request({
    port,
    path: "/api/v1/batches",
    method: "POST",
    headers: {
      "content-type": "multipart/form-data; boundary=fovea",
      "content-length": before.length + statSync(file).size + after.length,
    },
  });
  const answered = once(outgoing, "response");
  outgoing.write(before);
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  source.pipe(outgoing, { end: false });
  source.on("end", () => outgoing.end(after));
  const [answer] = (await answered) as [IncomingMessage];
  const text = await answer.setEncoding("utf8").reduce((all, piece) => `${all}${piece}`, "");
  if (answer.statusCode !== 201) throw new Error(`${answer.statusCode} ${text}`);
  return (performance.now() - began) / 1_000;
}
