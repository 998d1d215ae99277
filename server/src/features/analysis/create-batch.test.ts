import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openMigrated } from "../../../test/engine/databases.ts";
import { createEngine, type Engine } from "../../engine/engine.ts";
import type { Database } from "../../platform/database/database.ts";
import type { FormPart } from "../../platform/http/form-parts.ts";
import { createIdempotency, type Idempotency } from "../../platform/idempotency/idempotency.ts";
import { type CreateBatchOptions, createBatch } from "./create-batch.ts";

let database: Database;
let engine: Engine;
let idempotency: Idempotency;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-create-"));
  database = await openMigrated({ url: undefined, dataDir: folder });
  engine = createEngine({ database, logger: pino({ level: "silent" }), kinds: [], slots: 0 });
  idempotency = createIdempotency({ database });
});
afterAll(async () => {
  await engine.stop(0);
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const field = (fieldname: string, value: string): FormPart => ({ type: "field", fieldname, value });
const file = (filename = "urls.csv"): FormPart => ({
  type: "file",
  fieldname: "file",
  filename,
  mimetype: "text/csv",
  file: Readable.from([Buffer.from("url\nhttp://a.test/1.png\n")]),
});

function create(
  parts: readonly FormPart[],
  { key = null as string | null, with: engineOfTest = engine } = {},
) {
  const options: CreateBatchOptions = {
    engine: engineOfTest,
    idempotency,
    chunkSize: 10,
    maxActive: 20,
    choices: { models: ["local"] },
    now: () => new Date(),
  };
  return createBatch(options, {
    owner: "tester",
    idempotencyKey: key,
    parts: Readable.from(parts),
    csvNames: false,
    also: () => async () => {},
  });
}

test("a key is free again after an upload that failed, also where its rows could not be given up", async () => {
  const failing: Engine = {
    ...engine,
    write: async (batch) => ({
      ...(await engine.write(batch)),
      abandon: () => Promise.reject(new Error("the database is away")),
    }),
  };
  const wrong = create([file(), field("model", "unknown")], { key: "key-1", with: failing });
  await expect(wrong).rejects.toThrow("model: unknown is not configured");
  const again = await create([file(), field("model", "local")], { key: "key-1" });
  expect(again).toMatchObject({ status: 201, replayed: false });
});

test("a file name may hold what the database cannot", async () => {
  const { body } = await create([file("urls\u0000.csv")]);
  const { data } = body as { data: { batch_id: string } };
  expect(await engine.read(data.batch_id)).toMatchObject({ options: { fileName: "urls.csv" } });
});
