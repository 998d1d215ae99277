import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openMigrated } from "../../../test/engine/databases.ts";
import { createEngine, type Engine } from "../../engine/engine.ts";
import type { Database } from "../../platform/database/database.ts";
import type { RowInput } from "./batch-options.ts";
import { writeRows } from "./write-rows.ts";

let database: Database;
let engine: Engine;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-rows-"));
  database = await openMigrated({ url: undefined, dataDir: folder });
  engine = createEngine({ database, logger: pino({ level: "silent" }), kinds: [], slots: 0 });
});
afterAll(async () => {
  await engine.stop(0);
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** Writes a file, and tells what came of it in the database. */
async function write(text: string | Buffer, { maxBytes = 2 ** 20, chunkSize = 2 } = {}) {
  const id = randomUUID();
  const batch = { id, kind: "analysis", owner: "tester", name: "rows", options: {}, priority: 0, chunkSize };
  const file = Readable.from([Buffer.from(text)]);
  let begun = 0;
  const written = writeRows(file, maxBytes, () => {
    begun += 1;
    return engine.write(batch);
  });
  const inputs = async () => {
    const { rows } = await sql<{ inputs: RowInput[] }>`
      select inputs from chunks where batch_id = ${id} order by number
    `.execute(database.sql);
    return rows.flatMap((row) => row.inputs);
  };
  return { id, file, written, inputs, begun: () => begun };
}

/** Rows of a file that has to be taken. */
async function rowsOf(text: string | Buffer) {
  const { written, inputs, id } = await write(text);
  const { rows, writer } = await written;
  const { batch } = await writer.finish();
  const stored = await inputs();
  expect(await engine.read(id)).toMatchObject({ items: stored.length, state: "pending" });
  return { rows, stored, batch };
}

test("a file of one column is stored as its addresses, and nothing else", async () => {
  const { rows, stored, batch } = await rowsOf("url\nhttp://a/1\n\nhttp://a/2\n http://a/3 \n");
  expect(stored).toEqual([{ url: "http://a/1" }, { url: "http://a/2" }, { url: "http://a/3" }]);
  expect(rows).toEqual({ columns: ["url"], urlColumn: 0, duplicates: 0, invalid: 0 });
  expect(batch.chunks).toBe(2);
});

test("other columns are stored with their rows, also cells that no header names", async () => {
  const { rows, stored } = await rowsOf(" id , Image URL \n1,http://a/1\n2,http://a/2,more\n3\n");
  expect(rows).toMatchObject({ columns: ["id", "Image URL"], urlColumn: 1, invalid: 1 });
  expect(stored).toEqual([
    { url: "http://a/1", cells: ["1", "http://a/1"] },
    { url: "http://a/2", cells: ["2", "http://a/2", "more"] },
    { url: "", cells: ["3"] },
  ]);
});

test("without a header the first row is a row like the others", async () => {
  const { rows, stored } = await rowsOf("7,http://a/1\n8,http://a/1\n");
  expect(rows).toEqual({ columns: null, urlColumn: 1, duplicates: 1, invalid: 0 });
  expect(stored.map(({ cells }) => cells?.[0])).toEqual(["7", "8"]);
});

test("repeated addresses and rows without one are counted, and stored all the same", async () => {
  const text = "url\nhttp://a/1\nftp://a/1\nhttp://a/1\nhttp://a/1 \nnone\ns3://bucket/key\nnone\n";
  const { rows, stored } = await rowsOf(text);
  expect(rows).toMatchObject({ duplicates: 2, invalid: 3 });
  expect(stored).toHaveLength(7);
});

test.each([
  ["name,price\nTea,1\n", "no_url_column", /It reads: name, price$/],
  [`${"x".repeat(300)},b\n1,2\n`, "no_url_column", /It reads: x{200}…$/],
])("%j has no column of addresses, so no batch is begun", async (text, code, message) => {
  const { written, file, begun } = await write(text);
  await expect(written).rejects.toMatchObject({ code, status: 400, message: expect.stringMatching(message) });
  expect(begun()).toBe(0);
  expect(file.destroyed).toBe(true);
});

test.each<[string, string, string]>([
  ["url\nnone\nftp://a/b\n", "no_valid_urls", "No valid URLs found in CSV file"],
  [`url,note\nhttp://a/1,x\nhttp://a/2,${"y".repeat(65_536)}\n`, "row_too_large", "line 3"],
  ['url\nhttp://a/1\n"http://a/2\n', "malformed_table", "line 3"],
])("what turns out not to be one later leaves no batch (%#)", async (text, code, message) => {
  const { written, id, file } = await write(text);
  await expect(written).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  expect(await engine.read(id)).toBeNull();
  const { rows } = await sql`select 1 from batches where id = ${id} and visibility <> 'removing'`.execute(
    database.sql,
  );
  expect(rows).toEqual([]);
  expect(file.destroyed).toBe(true);
});

test("a file larger than it may be is no table, however many rows were stored by then", async () => {
  const text = `url\n${Array.from({ length: 5_000 }, (_, index) => `http://a/${index}\n`).join("")}`;
  const { written, id } = await write(text, { maxBytes: 50_000 });
  await expect(written).rejects.toMatchObject({ code: "table_too_large" });
  expect(await engine.read(id)).toBeNull();
});

test("what the file itself fails with passes as it is", async () => {
  const broken = new Readable({ read() {} });
  broken.push("url\nhttp://a/1\n");
  const written = writeRows(broken, 2 ** 20, () => expect.unreachable("nothing was read"));
  broken.destroy(new RangeError("the line was cut"));
  await expect(written).rejects.toThrow(RangeError);
});

test("an upload that no batch can be begun for is not waited for", async () => {
  // More of it is still to come.
  const file = new PassThrough();
  file.write(`url\n${"http://a.test/1.png\n".repeat(2_000)}`);
  const away = () => Promise.reject(new Error("the database is away"));
  await expect(writeRows(file, 2 ** 20, away)).rejects.toThrow("the database is away");
  expect(file.destroyed).toBe(true);
});
