import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { expect } from "vitest";
import { type RunningProcess, startProcess } from "../../../scripts/fixture-process.ts";
import type { Database } from "../../src/platform/database/database.ts";
import type { Place } from "../databases.ts";
import { assertConsistent } from "../engine/consistent.ts";
import { openMigrated } from "../engine/databases.ts";
import { type AnalysisClient, analysisClient } from "./client.ts";
import type { PatientOrigin } from "./patient-origin.ts";
import { hurried } from "./world.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

interface ServiceProcess extends RunningProcess {
  readonly baseUrl: string;
  readonly client: AnalysisClient;
  /** `kill -9`; resolves when nothing of it is left. */
  kill(): Promise<void>;
  /** `kill`, as a supervisor does it; resolves with the code it ended with. */
  terminate(): Promise<number | null>;
}

/** Rows of a chunk. */
export const chunkRows = 7;
/** Rows that a process works on at once: two chunks, or one where it is to have company. */
export const rowsAtOnce = { alone: 8, inCompany: 4 } as const;

/** The service as it is run, on the database of a place; it is ready when this resolves. */
export async function startService(
  { url, dataDir }: Place,
  env: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const running = startProcess(process.execPath, ["--disable-warning=ExperimentalWarning", main], {
    cwd: dataDir,
    env: {
      PATH: process.env["PATH"] ?? "",
      ...hurried,
      DATA_DIR: join(dataDir, "data"),
      ...(url === undefined ? {} : { DATABASE_URL: url }),
      CHUNK_SIZE: String(chunkRows),
      MAX_CONCURRENT_REQUESTS: "4",
      MAX_CONCURRENT_WORKERS: String(rowsAtOnce.alone),
      ...env,
    },
  });
  await running.shown('"msg":"ready"');
  const baseUrl = `http://127.0.0.1:${/"port":(\d+)/.exec(running.output())?.[1]}`;
  return {
    ...running,
    baseUrl,
    client: analysisClient(baseUrl),
    async kill() {
      running.child.kill("SIGKILL");
      expect(await running.ended).toMatchObject({ signal: "SIGKILL" });
    },
    async terminate() {
      running.child.kill("SIGTERM");
      return (await running.ended).code;
    },
  };
}

/** Opens the database of a place; embedded, no service may run meanwhile. */
export async function inspect<Value>(
  { url, dataDir }: Place,
  look: (database: Database) => Promise<Value>,
): Promise<Value> {
  const database = await openMigrated({ url, dataDir: join(dataDir, "data") });
  try {
    return await look(database);
  } finally {
    await database.close();
  }
}

/** When the model answered for each content: a content that it was asked for again has another time. */
export async function modelAnswers(database: Database): Promise<Readonly<Record<string, string>>> {
  const { rows } = await sql<{ key: string; at: string }>`
    select key, done_at::text as at from shared_work where key like 'analysis/picture/%' and done_at is not null
  `.execute(database.sql);
  return Object.fromEntries(rows.map(({ key, at }) => [key, at]));
}

/** Every counter agrees with the rows that it counts, and no try was recorded. */
export async function assertNothingCounted(database: Database, batchId: string): Promise<void> {
  await assertConsistent(database, batchId);
  const { rows } = await sql`select position, code from attempts where batch_id = ${batchId}`.execute(
    database.sql,
  );
  expect(rows).toEqual([]);
}

/** The batch has ended, and each of its rows has one result: what is true of the picture at its address. */
export async function assertWhole(
  client: AnalysisClient,
  batchId: string,
  urls: readonly string[],
  origin: PatientOrigin,
): Promise<void> {
  const total = urls.length;
  await client.reached(batchId, {
    ...{ status: "completed", total_urls: total, processed_count: total, successful_count: total },
    ...{ failed_count: 0, is_active: false },
  });
  const { results, next_after } = await client.results(batchId, "?limit=1000");
  expect(next_after).toBeNull();
  expect(results.map(({ row, url, content_hash }) => ({ row, url, content_hash }))).toEqual(
    urls.map((url, index) => ({ row: index + 1, url, content_hash: origin.contentHash(url) })),
  );
  // One row at most for which the model was asked: a killed one may have asked, and another have it from the cache.
  const asked = results.filter(({ cache_hit }) => !cache_hit).map(({ content_hash }) => content_hash);
  expect(asked).toEqual([...new Set(asked)]);
}
