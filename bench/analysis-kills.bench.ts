import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { progressResponse, resultsResponse } from "../server/src/features/analysis/schema.ts";
import { onBoth, openMigrated } from "./engine-world.ts";
import { type Service, startService } from "./load.ts";
import type { OriginCounts } from "./samples-origin-process.ts";

const rows = 2_000;
const kills = 3;

/**
 * A file of 2 000 addresses through three `kill -9` of the service: of the one process there is, embedded; with
 * PostgreSQL, of each of three. The text in every picture is really read.
 */
export async function analysisKills(): Promise<void> {
  const { origin, stop } = await startSamples();
  await onBoth(async (name, place) => {
    const environment = {
      DATA_DIR: place.dataDir,
      SAMPLE: "off",
      RATE_LIMITS: "off",
      ...(place.url === undefined ? {} : { DATABASE_URL: place.url }),
    };
    const start = () => startService(environment);
    const running = await Promise.all(Array.from({ length: place.url === undefined ? 1 : 3 }, start));
    /** MB of a process at most, by the order in which they ended. */
    const memory: number[] = [];
    const urls = Array.from({ length: rows }, (_, index) => `${origin}/${name}/${index}.jpg`);

    const began = performance.now();
    const id = await upload(running[0], urls);
    let firstResultMs: number | undefined;
    let killed = 0;
    for (;;) {
      const asked = running[(killed + 1) % running.length];
      if (firstResultMs === undefined && (await hasResults(asked, id)))
        firstResultMs = performance.now() - began;
      const { processed_count: processed, status } = await progress(asked, id);
      if (status === "completed") break;
      if (killed < kills && processed >= ((killed + 1) * rows) / (kills + 1)) {
        const turn = killed % running.length;
        memory.push(running[turn]?.peakMemoryMb() ?? Number.NaN);
        await running[turn]?.kill();
        running[turn] = await start();
        killed += 1;
      }
      await delay(firstResultMs === undefined ? 20 : 200);
    }
    const seconds = (performance.now() - began) / 1_000;
    for (const service of running) {
      memory.push(service.peakMemoryMb() ?? Number.NaN);
      await service.stop();
    }

    const counts = (await (await fetch(`${origin}/counts`)).json()) as OriginCounts;
    console.log(`\n${name}, ${running.length} process${running.length === 1 ? "" : "es"}, ${killed} kills`);
    console.log(
      `  ${rows} pictures in ${seconds.toFixed(0)} s: ${(rows / seconds).toFixed(2)} a second, restarts included`,
    );
    console.log(`  from the start of the upload to the first result: ${firstResultMs?.toFixed(0)} ms`);
    console.log(`  ${JSON.stringify(await outcomeOf(place, id))}`);
    console.log(
      `  at the origin: ${counts.requests} requests for ${counts.addresses} addresses, at most ${counts.most} for one`,
    );
    console.log(`  memory of a process: ${Math.max(...memory)} MB at most`);
  });
  stop();
}

async function startSamples() {
  const file = fileURLToPath(new URL("samples-origin-process.ts", import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const { value } = await lines[Symbol.asyncIterator]().next();
  const { port } = JSON.parse(value as string) as { port: number };
  return { origin: `http://127.0.0.1:${port}`, stop: () => void child.kill() };
}

const at = (service: Service | undefined, path = "") =>
  `http://127.0.0.1:${service?.port}/api/v1/batches${path}`;

/** @returns the id of the batch */
async function upload(service: Service | undefined, urls: readonly string[]): Promise<string> {
  const form = new FormData();
  form.append("file", new Blob([`url\n${urls.join("\n")}\n`]), "urls.csv");
  const response = await fetch(at(service), { method: "POST", body: form });
  if (response.status !== 201) throw new Error(await response.text());
  return ((await response.json()) as { data: { batch_id: string } }).data.batch_id;
}

async function hasResults(service: Service | undefined, id: string): Promise<boolean> {
  const response = await fetch(at(service, `/${id}/results?limit=1`));
  return resultsResponse.parse(await response.json()).data.count > 0;
}

async function progress(service: Service | undefined, id: string) {
  const response = await fetch(at(service, `/${id}/progress`));
  return progressResponse.parse(await response.json()).data;
}

/** What is stored, counted anew: rows with a result and their failures, beside the counters of the batch. */
async function outcomeOf(place: { url: string | undefined; dataDir: string }, id: string) {
  const database = await openMigrated(place.url, place.dataDir);
  const { rows: found } = await sql<Record<string, unknown>>`
    select state, items, succeeded, failed,
      (select count(distinct position) from results where batch_id = id) as "rowsWithResult",
      (select count(*) from attempts where batch_id = id) as "triesThatFailed",
      (select jsonb_object_agg(code, count) from (
        select code, count(*) from results where batch_id = id and not succeeded group by code
      ) as failures) as failures
    from batches where id = ${id}
  `.execute(database.sql);
  await database.close();
  return found[0];
}
