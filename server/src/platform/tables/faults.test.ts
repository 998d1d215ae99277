import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { TableError } from "./errors.ts";
import { encode, FILLER_LINES, filler, inPieces, readWhole } from "./test-tables.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");

async function faultOf(content: string | Buffer, sizes: readonly number[] = [7]): Promise<TableError> {
  const outcome = await readWhole(inPieces(Buffer.from(content), sizes)).catch((error: unknown) => error);
  if (outcome instanceof TableError) return outcome;
  throw new Error("The table was expected to be refused.", { cause: outcome });
}

test.each([
  ["no bytes", Buffer.alloc(0)],
  ["blank rows", Buffer.from("\n\r\n , ,\n")],
  ["a byte order mark", Buffer.from("\ufeff")],
  ["a UTF-16 byte order mark", Buffer.from([0xff, 0xfe])],
  ["compressed nothing", gzipSync("")],
  ["Excel's first line", Buffer.from("sep=;\r\n")],
])("a file of %s is empty", async (_, bytes) => {
  expect(await faultOf(bytes)).toMatchObject({ code: "empty_table", line: null });
});

test.each([
  ["an Excel workbook", latin1("PK\x03\x04\x14\0\x06\0\x08\0")],
  ["an old Excel workbook", latin1("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")],
  ["a PDF document", latin1("%PDF-1.7\n%\xe2\xe3")],
  ["an image", latin1("\xff\xd8\xff\xe0\0\x10JFIF")],
  ["an image", latin1("\x89PNG\r\n\x1a\n")],
  ["an image", latin1("GIF87a")],
  ["an image", latin1("GIF89a")],
  ["an image", latin1("II*\0")],
  ["an image", latin1("MM\0*")],
  ["an image", latin1("\0\0\0\x1cftypavif\0\0\0\0")],
  ["an image", latin1("RIFF\x10\0\0\0WEBPVP8 ")],
  ["an image", latin1("\0\0\0\x1cftypheic\0\0\0\0")],
  ["compressed twice", gzipSync(gzipSync("url\na\n"))],
  ["compressed with something other than gzip", latin1("\x28\xb5\x2f\xfd\x04\x58")],
  ["an HTML page", latin1("\n  <!DOCTYPE html>\n<html><body>Not found</body></html>")],
  ["an HTML page", Buffer.from('\ufeff<HTML lang="en">')],
  ["an XML document", latin1('<?xml version="1.0"?><urls/>')],
])("the error says that the file is %s", async (what, bytes) => {
  const fault = await faultOf(bytes);
  expect(fault).toMatchObject({ code: "not_text", line: null });
  expect(fault.message).toContain(`is ${what}`);
  expect(fault.message).toMatch(/save it as "CSV UTF-8"|upload|compress it once/);
});

test.each([
  ["in the first line", latin1("a\0b\n"), 1],
  ["behind lines of each end", latin1("url\na\r\nb\rc\n\0\n"), 5],
  ["in UTF-16 without its mark", Buffer.from("url\na\n", "utf16le"), 1],
  ["in UTF-16 with its mark", encode("url\na\0\n", "utf-16be"), 2],
  ["in compressed text", gzipSync("url\n\0"), 2],
])("a NUL byte is no text: %s", async (_, bytes, line) => {
  const fault = await faultOf(bytes, [1]);
  expect(fault).toMatchObject({ code: "not_text", line });
  expect(fault.message).toContain(`Line ${line} `);
});

test.each([
  ["Windows-1252", latin1("url,name\r\na,plain\r\nb,caf\xe9\r\n"), 3],
  ["a character cut off by the end", latin1("url\na\xc3"), 2],
  ["a continuation without a beginning", latin1("url\n\x80\n"), 2],
  ["an overlong form", latin1("url\n\n\xc0\xaf\n"), 3],
  ["a surrogate", latin1("url\n\xed\xa0\x80\n"), 2],
  ["a character beyond Unicode", latin1("url\n\xf5\x80\x80\x80\n"), 2],
  ["the second of two in lines of CR", latin1("url\ra\r\xff\r\xff"), 3],
])("invalid UTF-8 is refused with its line, wherever it is cut: %s", async (_, bytes, line) => {
  const late = Buffer.concat([Buffer.from(filler()), bytes]);
  for (const size of [1, 2, 3, 1000]) {
    const fault = await faultOf(bytes, [size]);
    expect(fault).toMatchObject({ code: "not_utf8", line });
    expect(fault.message).toMatch(/Windows-1252.*"CSV UTF-8"/);
    expect(await faultOf(late, [size])).toMatchObject({ code: "not_utf8", line: FILLER_LINES + line });
  }
});

test.each([
  ["half of a pair", (before: string) => encode(`${before}url\na\ud83d\n`, "utf-16le"), 2],
  ["the wrong half first", (before: string) => encode(`${before}url\n\ude00a\n`, "utf-16be"), 2],
  ["half of a pair at the end", (before: string) => encode(`${before}url\na\n\ud83d`, "utf-16le"), 3],
  ["an odd byte", (before: string) => encode(`${before}url\na`, "utf-16be").subarray(0, -1), 2],
])("invalid UTF-16 is refused with its line, wherever it is cut: %s", async (_, bytes, line) => {
  for (const size of [1, 2, 3, 1000]) {
    expect(await faultOf(bytes(""), [size])).toMatchObject({ code: "not_utf8", line });
    const late = await faultOf(bytes(filler()), [size]);
    expect(late).toMatchObject({ code: "not_utf8", line: FILLER_LINES + line });
  }
});

test("a fault far behind the first rows surfaces while the rows are read", async () => {
  const bytes = Buffer.concat([
    Buffer.from("url,n\r\n"),
    Buffer.from("a,1\r\n".repeat(50_000)),
    latin1("\xe9"),
  ]);
  expect(await faultOf(bytes, [10_007])).toMatchObject({ code: "not_utf8", line: 50_002 });
});

test("a quote that never closes names the line of its row", async () => {
  expect(await faultOf('url,n\na,1\n"b,2\nc,3\n')).toMatchObject({ code: "malformed_table", line: 3 });
});

test("a quote that never closes ends a long file at a megabyte of it", async () => {
  const text = `url,n\na,1\n"b,2\n${"c,3\n".repeat(300_000)}`;
  expect(await faultOf(text, [60_000])).toMatchObject({ code: "malformed_table", line: 3 });
});

test("a row of more than a megabyte is refused, one of almost a megabyte is not", async () => {
  const row = (bytes: number) => `url,n\na,1\nb,${"x".repeat(bytes)}\n`;
  expect(await faultOf(row(1_000_001), [60_000])).toMatchObject({ code: "line_too_long", line: 3 });
  expect((await readWhole(row(999_000))).rows[2]?.[1]).toHaveLength(999_000);
});

test("a row of more cells than a sheet has columns is refused however empty they are", async () => {
  const row = (cells: number) => `url,n\n${",".repeat(cells - 1).slice(0, -1)},x\n`;
  expect(await faultOf(row(16_385), [60_000])).toMatchObject({ code: "line_too_long", line: 2 });
  expect(await faultOf(row(3_000_000), [60_000])).toMatchObject({ code: "line_too_long", line: 2 });
  expect((await readWhole(row(16_384))).rows[1]).toHaveLength(16_384);
});

test.each([
  ["cut off", (bytes: Buffer) => bytes.subarray(0, bytes.length - 9)],
  ["cut off within its header", (bytes: Buffer) => bytes.subarray(0, 5)],
  ["without its first block", (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 10), bytes.subarray(40)])],
  ["with another checksum", (bytes: Buffer) => bytes.fill(0xaa, bytes.length - 8, bytes.length - 4)],
])("gzip %s is damaged", async (_, damage) => {
  const text = Array.from({ length: 200 }, (_, n) => `https://example.com/${n * n}.jpg\n`).join("");
  expect(await faultOf(damage(gzipSync(text)))).toMatchObject({ code: "invalid_gzip", line: null });
});

test("text above the limit is refused, text of exactly the limit is not", async () => {
  const text = "url\nhttps://example.com/a.jpg\n";
  expect((await readWhole(text, text.length)).rows).toHaveLength(2);
  expect((await readWhole(gzipSync(text), text.length)).rows).toHaveLength(2);
  await expect(readWhole(text, text.length - 1)).rejects.toMatchObject({ code: "table_too_large" });
  await expect(readWhole(gzipSync(text), text.length - 1)).rejects.toMatchObject({ code: "table_too_large" });
});
