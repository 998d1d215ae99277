import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { sql } from "kysely";
import { findProgram } from "../server/test/needs.ts";
import { photo } from "../server/test/pictures.ts";
import { startPostgresql } from "../server/test/postgresql.ts";
import { openMigrated } from "./engine-world.ts";
import { httpRequest, load, type Service, startService } from "./load.ts";
import { writeCompletedBatch } from "./million-rows.ts";

const rows = 100_000;
const secret = "of all processes together, in this measurement";

/** What processes on PostgreSQL hold, what a million results take on its disk, and what a core prepares. */
export async function sizing(): Promise<void> {
  const initdb = findProgram("postgresql", process.env);
  if (initdb === undefined) throw new Error("PostgreSQL is not installed.");
  const cluster = await startPostgresql(initdb);
  const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  try {
    const url = await cluster.createDatabase();
    const env = {
      ...{ DATABASE_URL: url, IMAGE_STORAGE_PATH: folder, SAMPLE: "off" },
      ...{ JWT_SECRET_KEY: secret, WEBHOOK_SECRET: secret },
    };
    const api = await startService({ ...env, ROLE: "api" });
    const worker = await startService({ ...env, ROLE: "worker" });
    // What the start itself leaves behind is given back, or not, within this time.
    await setTimeout(5_000);
    console.log(`resident, idle: api ${resident(api)} MB, worker ${resident(worker)} MB`);
    await prepare(api);
    console.log(`api after that: ${resident(api)} MB, at most ${api.peakMemoryMb()} MB`);
    await Promise.all([api.stop(), worker.stop()]);

    const database = await openMigrated(url, folder);
    const sizeOf = async () => {
      const { rows: found } = await sql<{ bytes: number }>`
        select pg_database_size(current_database()) as bytes`.execute(database.sql);
      return found[0]?.bytes ?? 0;
    };
    const before = await sizeOf();
    await writeCompletedBatch(database, rows);
    const mb = (((await sizeOf()) - before) / rows) * 1e6;
    console.log(`a million rows of analysis with their results: ${Math.round(mb / 1e6)} MB in the database`);
    await database.close();
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Photos of 12 megapixels for a model, from as many callers as keep every core busy. */
async function prepare(api: Service): Promise<void> {
  const picture = await (await photo(4032, 3024)).jpeg({ quality: 90 }).toBuffer();
  const headers = { authorization: "Bearer test-token", accept: "image/*", "content-type": "image/jpeg" };
  const path = "/api/v1/process?provider=claude&model=claude-haiku-4-5";
  const order = { port: api.port, requests: [httpRequest("POST", path, headers, picture)], connections: 4 };
  await load({ ...order, seconds: 3 });
  const before = api.cpuSeconds();
  const { statuses, seconds } = await load({ ...order, seconds: 15 });
  const done = statuses["200"] ?? 0;
  const cpuMs = ((api.cpuSeconds() - before) / done) * 1_000;
  console.log(
    `photos of 12 megapixels: ${(done / seconds).toFixed(1)} a second, ${cpuMs.toFixed(0)} ms of a core each`,
  );
}

function resident(service: Service): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(
    readFileSync(`/proc/${service.process.pid}/status`, "utf8"),
  )?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
