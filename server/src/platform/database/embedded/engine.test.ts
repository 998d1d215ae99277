import { fsyncSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import type { Pool, PoolClient } from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import { startProcess } from "../../../../../scripts/fixture-process.ts";
import { temporaryDataDir } from "../../../../test/world.ts";
import { createGuard } from "../guard.ts";
import { readyDataFolder } from "./data-folder.ts";
import { DurableFiles } from "./durable-files.ts";
import { startParameters } from "./engine-settings.ts";
import { openEmbedded } from "./open.ts";
import { templateCache } from "./template.ts";

const program = (name: string) =>
  fileURLToPath(new URL(`../../../../test/testdata/database/${name}.ts`, import.meta.url));

async function open(dataDir: string, checkpointBytes?: number) {
  const opened = await openEmbedded({
    dataDir,
    guard: createGuard(),
    onFault() {},
    templateCache,
    now: () => new Date(),
    ...(checkpointBytes === undefined ? {} : { checkpointBytes }),
  });
  const close = vi.fn(async () => {
    await opened.pool.end();
    await opened.close();
  });
  onTestFinished(async () => {
    if (close.mock.calls.length === 0) await close();
  });
  return { ...opened, close };
}

test("a commit is one fsync, and reading is none", async () => {
  const folder = join(await temporaryDataDir(), "database");
  await readyDataFolder(folder, templateCache);
  let syncs = 0;
  const files = new DurableFiles(
    folder,
    () => {},
    (file) => {
      syncs += 1;
      fsyncSync(file);
    },
  );
  const lite = await PGlite.create({ fs: files, startParams: startParameters });
  onTestFinished(() => lite.close());
  const syncsOf = async (statement: string, times: number) => {
    const before = syncs;
    for (let time = 0; time < times; time += 1) await lite.query(statement);
    return syncs - before;
  };
  await lite.exec("create table items (id int); insert into items values (0)");
  expect(await syncsOf("insert into items values (1)", 50)).toBe(50);
  expect(await syncsOf("select * from items", 50)).toBe(0);
  const before = syncs;
  await lite.exec("checkpoint");
  expect(syncs).toBeGreaterThan(before);
});

const fill = "insert into items select repeat(md5(n::text), 30) from generate_series(1, 4000) n";
/** So many times `fill` writes 112 MB to the log, in segments of 16 MB. */
const fills = 28;
const fewSegments = 5;

const checkpointOf = async (on: Pool | PoolClient): Promise<string> =>
  (await on.query("select checkpoint_lsn::text as at from pg_control_checkpoint()")).rows[0].at;

const segmentsOf = (dataDir: string) =>
  readdirSync(join(dataDir, "database", "pg_wal")).filter((name) => name.length === 24).length;

test("the log is emptied into the data files when it has grown, and its segments are used again", async () => {
  const dataDir = await temporaryDataDir();
  const { pool } = await open(dataDir, 4 * 2 ** 20);
  const first = await checkpointOf(pool);
  await pool.query("create table items (text text)");
  expect(await checkpointOf(pool)).toBe(first);
  for (let round = 0; round < fills; round += 1) await pool.query(fill);
  expect(await checkpointOf(pool)).not.toBe(first);
  expect(segmentsOf(dataDir)).toBeLessThanOrEqual(fewSegments);
});

test("so it is within a long transaction, which ends as it wants, and after one that failed", async () => {
  const dataDir = await temporaryDataDir();
  const { pool } = await open(dataDir, 4 * 2 ** 20);
  const client = await pool.connect();
  await client.query("create table items (text text)");
  await client.query("begin");
  for (let round = 0; round < fills; round += 1) await client.query(fill);
  expect(segmentsOf(dataDir)).toBeLessThanOrEqual(fewSegments);
  const before = await checkpointOf(client);
  // Due when nothing but a rollback is possible any more.
  await expect(client.query(`${fill}; ${fill}; select 1/0`)).rejects.toThrow("division by zero");
  await client.query("rollback");
  expect(await checkpointOf(client)).not.toBe(before);
  const { rows } = await client.query("select count(*)::int as count from items");
  expect(rows).toEqual([{ count: 0 }]);
  client.release();
});

test.skipIf(process.platform === "win32")(
  "a full disk ends it with PostgreSQL's words, nobody waits, and nothing acknowledged is lost",
  async () => {
    const dataDir = await temporaryDataDir();
    await (await open(dataDir)).close();
    // 12,000 KB: less than a segment of the log, so the write that reaches there fails as on a full disk.
    const limited = `ulimit -f 12000; exec "${process.execPath}" "${program("committer")}" "${dataDir}"`;
    const env = { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning" };
    const { code, output } = await startProcess("bash", ["-c", limited], { env }).ended;
    const lines = output.trim().split("\n");
    const committed = lines.filter((line) => line.startsWith("committed ")).length;
    expect(committed).toBeGreaterThan(10);
    expect(lines.slice(committed + 1)).toEqual([
      expect.stringMatching(/^fault: The embedded database ended: .*PANIC:.*File too large$/),
      "failed: AppError storage_unavailable",
      expect.stringMatching(/^check: .*cannot reach its storage/),
      "closed",
    ]);
    expect(code).toBe(0);

    const { pool } = await open(dataDir);
    const { rows } = await pool.query(
      "select (select turns from counter) as turns, (select count(*) from items) as items",
    );
    expect(rows[0].turns).toBeGreaterThanOrEqual(committed);
    expect(rows[0].items).toBe(rows[0].turns * 20);
  },
);
