import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { preview } from "../../src/features/analysis/preview-schema.ts";
import * as wire from "../../src/features/analysis/schema.ts";
import { accepted, csvOf, formOf, refused } from "./client.ts";
import { shareService } from "./world.ts";

const service = shareService();
const path = "/api/v1/batches/preview";

type Csv = Parameters<typeof formOf>[0];

const send = (csv: Csv, fields: Record<string, string> = {}, order: "first" | "last" = "last") =>
  service().client.send("POST", path, { body: formOf(csv, fields, "urls.csv", order) });

const previewOf = async (csv: Csv, fields: Record<string, string> = {}) =>
  accepted(wire.envelope(preview), await send(csv, fields)).data;

const beginning = (text: string | Buffer, bytes: number) => Buffer.from(text).subarray(0, bytes);

test("a file of a spreadsheet: delimiter, header, the guessed column, and bad rows by what to do about them", async () => {
  const csv = [
    "Shop;Photo;Town",
    "Bakery;https://example.com/1.jpg;Bern",
    "Bakery again; https://example.com/1.jpg ;Bern",
    "Bookshop;;Basel",
    "Optician;www.example.com/2.jpg;Chur",
    "Laundry;n/a",
    'Mug;images\\mug.jpg;"St. Gallen"',
    "",
    "Noodles;www.example.com/3.jpg;Thun",
  ].join("\r\n");
  const found = await previewOf(Buffer.from(`\ufeff${csv}`));
  expect(found).toMatchObject({
    ...{ encoding: "utf-8", delimiter: ";", has_header: true, columns: ["Shop", "Photo", "Town"] },
    ...{ url_column: { index: 1, name: "Photo" }, url_column_how: "guessed" },
    ...{ total_urls: 7, duplicate_urls: 1, invalid_urls: 5, partial: false },
  });
  expect(found.rows.slice(0, 3)).toEqual([
    {
      ...{ row: 1, line: 2, duplicate: false, problem: null },
      cells: ["Bakery", "https://example.com/1.jpg", "Bern"],
    },
    {
      ...{ row: 2, line: 3, duplicate: true, problem: null },
      cells: ["Bakery again", " https://example.com/1.jpg ", "Bern"],
    },
    { row: 3, line: 4, duplicate: false, problem: "empty_cell", cells: ["Bookshop", "", "Basel"] },
  ]);
  expect(found.rows[4]?.cells, "a short row has empty cells").toEqual(["Laundry", "n/a", ""]);
  expect(found.problems.map(({ code, count, examples }) => [code, count, examples])).toEqual([
    [
      "missing_scheme",
      2,
      [
        { row: 4, line: 5, value: "www.example.com/2.jpg" },
        { row: 7, line: 9, value: "www.example.com/3.jpg" },
      ],
    ],
    ["empty_cell", 1, [{ row: 3, line: 4, value: "" }]],
    ["not_an_address", 1, [{ row: 5, line: 6, value: "n/a" }]],
    ["file_path", 1, [{ row: 6, line: 7, value: "images\\mug.jpg" }]],
  ]);
  for (const { sentence, fix } of found.problems)
    expect([sentence, fix]).toEqual(Array(2).fill(expect.stringMatching(/\.$/)));
});

test("what is previewed is what an upload then reads", async () => {
  const { client } = service();
  const csv = csvOf("http://a/1", "no address", "http://a/1", "", "s3://bucket/a.jpg");
  const { total_urls, duplicate_urls, invalid_urls, url_column_how } = await previewOf(csv);
  const before = (await client.list()).pagination.total;
  const created = await client.create(csv, { auto_start: "false" });
  expect({ total_urls, duplicate_urls, invalid_urls }).toEqual({
    total_urls: created.total_urls,
    duplicate_urls: created.duplicate_urls,
    invalid_urls: created.invalid_urls,
  });
  expect(url_column_how).toBe("named");
  expect((await client.list()).pagination.total, "the preview stored nothing").toBe(before + 1);
});

test("without a header the column is the one with an address, and the first row counts", async () => {
  const found = await previewOf("7\thttp://a/1\n8\thttp://a/2\n");
  expect(found).toMatchObject({
    ...{ delimiter: "\t", has_header: false, columns: null, total_urls: 2 },
    ...{ url_column: { index: 1, name: null }, url_column_how: "guessed" },
    rows: [
      { row: 1, line: 1 },
      { row: 2, line: 2 },
    ],
  });
});

test("twenty rows and three examples are shown, of cells that are not too long", async () => {
  const urls = Array.from({ length: 50 }, (_, index) => `http://a/${index}?${"x".repeat(500)}`);
  const found = await previewOf(csvOf(...urls, ...Array(5).fill("y".repeat(300))));
  expect(found.rows).toHaveLength(20);
  expect(found).toMatchObject({ total_urls: 55, problems: [{ code: "not_an_address", count: 5 }] });
  expect(found.problems[0]?.examples).toHaveLength(3);
  const shown = [found.rows[0]?.cells[0], found.problems[0]?.examples[0]?.value];
  for (const text of shown) expect(text).toMatch(/^.{199}…$/);
});

const long = `url,shop\n${Array.from({ length: 2_000 }, (_, row) => `http://a/${row},Café "${row}"\n`).join("")}`;

test.each([
  ["UTF-8, within a character", beginning(long, Buffer.from(long).indexOf("é", 20_000) + 1)],
  ["UTF-16, within a character", beginning(Buffer.from(`\ufeff${long}`, "utf16le"), 40_001)],
  ["gzip", beginning(gzipSync(long), 5_000)],
])("of the beginning of a file the row that is cut off is left out: %s", async (_, bytes) => {
  const found = await previewOf(new Uint8Array(bytes), { partial: "true" });
  expect(found).toMatchObject({ partial: true, invalid_urls: 0, columns: ["url", "shop"] });
  expect(found.total_urls).toBeGreaterThan(500);
  expect(found.total_urls).toBeLessThan(2_000);
});

test("a beginning that holds no address may go on with some; a whole file without any is refused", async () => {
  const none = csvOf("n/a", "", "-");
  const found = await previewOf(none, { partial: "true" });
  expect(found).toMatchObject({ partial: true, invalid_urls: found.total_urls });
  expect(refused(await send(none), 400, "no_valid_urls")).toMatch(/^No valid URLs/);
});

test.each([
  ["no file", new FormData(), "no_file"],
  ["a workbook", formOf("PK\u0003\u0004"), "not_text"],
  ["no column of addresses", formOf("id,name\n1,Bakery\n"), "no_url_column"],
  ["another encoding", formOf(new Uint8Array(Buffer.from("url\nhttp://a/caf\xe9\n", "latin1"))), "not_utf8"],
  ["`partial` behind the file", formOf(csvOf("http://a/1"), { partial: "true" }), "validation_error"],
])("what an upload is refused for its preview is refused for too: %s", async (_, form, code) => {
  refused(await service().client.send("POST", path, { body: form }), 400, code);
});
