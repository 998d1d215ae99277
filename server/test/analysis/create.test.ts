import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import * as wire from "../../src/features/analysis/schema.ts";
import { accepted, csvOf, formOf } from "./client.ts";
import { shareService } from "./world.ts";

const service = shareService({ CHUNK_SIZE: "2" });
const waiting = { auto_start: "false" };
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("an upload is a batch that begins at once, and says so in the document's words", async () => {
  const { client, picture } = service();
  const form = formOf(csvOf(picture, picture, "no address"), { batch_name: "  Shops of May  " });
  const answer = await client.upload(form);
  const { data, message } = accepted(wire.createdResponse, answer, 201);
  expect(message).toBe("Batch created and processing started");
  expect(data.batch_id).toMatch(uuid);
  expect(data.batch_info).toEqual({
    batch_id: data.batch_id,
    batch_name: "Shops of May",
    total_urls: 3,
    total_chunks: 2,
    chunks_created: 2,
    chunk_size: 2,
    status: "QUEUED",
    auto_started: true,
    duplicate_urls: 1,
    invalid_urls: 1,
  });
  await client.reached(data.batch_id, { status: "completed", successful_count: 2, failed_count: 1 });
});

test("every setting of a form is kept, wherever in the form it stands", async () => {
  const { client, picture } = service();
  const fields = {
    batch_name: "All of it",
    auto_start: "false",
    model: "local",
    cache: "Revalidate",
    webhook_url: "https://me:secret@hooks.example/batches?key=secret",
    priority: "no field that is known",
  };
  for (const order of ["first", "last"] as const) {
    const answer = await client.upload(formOf(csvOf(picture), fields, "of may.csv", order));
    const { data, message } = accepted(wire.createdResponse, answer, 201);
    expect(message).toBe("Batch created successfully");
    expect(data.batch_info).toMatchObject({ status: "PENDING", auto_started: false });
    expect((await client.details(data.batch_id)).batch_info).toMatchObject({
      batch_name: "All of it",
      status: "pending",
      is_active: true,
      original_filename: "of may.csv",
      columns: ["url"],
      model: "local",
      cache: "revalidate",
      webhook_url: "https://hooks.example/batches?…",
      started_at: null,
    });
  }
});

test.each([
  ["true", true],
  ["TRUE", true],
  [" True ", true],
  ["1", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["0", false],
  ["", false],
  ["truthy", false],
])("auto_start=%j starts a batch: %s", async (text, started) => {
  const { client, picture } = service();
  expect(await client.create(csvOf(picture), { auto_start: text })).toMatchObject({
    auto_started: started,
    status: started ? "QUEUED" : "PENDING",
  });
});

test("a batch without a name is called by its time", async () => {
  const { client, picture } = service();
  const { batch_name: name, id } = await client.create(csvOf(picture), waiting);
  const { created_at: createdAt } = (await client.details(id)).batch_info;
  expect(name).toMatch(/^Batch_\d{8}_\d{6}$/);
  const time = name.replace(/^Batch_(....)(..)(..)_(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6Z");
  expect(Math.abs(Date.parse(time) - Date.parse(createdAt))).toBeLessThan(60_000);
});

describe("the file may be", () => {
  const table = (picture: string) => `id;url;note\n7;${picture};"a; b"\n8;${picture};\n`;
  const rows = (picture: string) => [
    ["7", picture, "a; b"],
    ["8", picture, ""],
  ];
  const utf16 = (text: string, mark: readonly number[]) => {
    const little = Buffer.from(text, "utf16le");
    return new Uint8Array(Buffer.concat([Buffer.from(mark), mark[0] === 0xff ? little : little.swap16()]));
  };
  test.each<[string, (text: string) => string | Uint8Array<ArrayBuffer>]>([
    ["separated by semicolons", (text) => text],
    ["separated by tabs", (text) => text.replace(/;(?! b)/g, "\t").replace("a\t", "a;")],
    ["UTF-8 with its mark", (text) => `\ufeff${text}`],
    ["UTF-16, little end first", (text) => utf16(text, [0xff, 0xfe])],
    ["UTF-16, big end first", (text) => utf16(text, [0xfe, 0xff])],
    ["from Windows", (text) => text.replaceAll("\n", "\r\n")],
    ["full of blank rows", (text) => text.replaceAll("\n", "\n\n\n")],
    ["compressed", (text) => new Uint8Array(gzipSync(text))],
    ["without a last line end", (text) => text.trimEnd()],
  ])("%s, and other columns come back in their order", async (_what, make) => {
    const { client, picture } = service();
    const { columns, results, id } = await client.analyze(make(table(picture)), {}, { name: "shops.csv.gz" });
    expect(columns).toEqual(["id", "url", "note"]);
    expect(results.map(({ cells }) => cells)).toEqual(rows(picture));
    expect(results.map(({ url, row, success }) => [url, row, success])).toEqual([
      [picture, 1, true],
      [picture, 2, true],
    ]);
    expect((await client.details(id)).batch_info.original_filename).toBe("shops.csv.gz");
  });

  test("without a header: then its first row is a row", async () => {
    const { client, picture } = service();
    const { columns, results } = await client.analyze(`${picture}\n${picture}?\n`);
    expect(columns).toBeNull();
    expect(results.map(({ cells }) => cells)).toEqual([[picture], [`${picture}?`]]);
  });

  test.each(["URL", "image_url", "Image URL", "link"])("with its addresses in %s", async (header) => {
    const { client, picture } = service();
    const { id } = await client.create(`name,${header}\na,${picture}\n`, waiting);
    expect((await client.details(id)).batch_info.columns).toEqual(["name", header]);
  });

  test("larger than a request may be elsewhere", async () => {
    const { client, origin } = service();
    const urls = Array.from({ length: 1_200 }, (_, index) => origin.at(`/${index}/${"x".repeat(1_800)}.png`));
    expect(await client.create(csvOf(...urls), waiting)).toMatchObject({
      total_urls: 1_200,
      total_chunks: 600,
      duplicate_urls: 0,
      invalid_urls: 0,
    });
  });
});

test("repeated and invalid rows are kept and counted, blank ones are not rows", async () => {
  const { client, picture } = service();
  const created = await client.create(
    csvOf(picture, "ftp://example.com/a.png", "", picture, `  ${picture} `, "not a url"),
    waiting,
  );
  expect(created).toMatchObject({ total_urls: 5, duplicate_urls: 2, invalid_urls: 2 });
  expect((await client.details(created.id)).batch_info).toMatchObject({ total_urls: 5, duplicate_urls: 2 });
});
