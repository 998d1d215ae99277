import { expect, test } from "vitest";
import { csvOf } from "./csv.ts";

test.each<[what: string, rows: Parameters<typeof csvOf>[0], csv: string]>([
  [
    "addresses",
    ["https://example.com/1", "https://example.com/2"],
    "url\r\nhttps://example.com/1\r\nhttps://example.com/2\r\n",
  ],
  ["an address with a comma", ["https://example.com/a,b"], 'url\r\n"https://example.com/a,b"\r\n'],
  [
    "records, with the columns of all",
    [{ url: "u1", shop: "a" }, { url: "u2", phone: 1 }, "u3"],
    'url,shop,phone\r\nu1,a,""\r\nu2,"",1\r\nu3,"",""\r\n',
  ],
  [
    "quotes and line breaks",
    [{ url: 'say "a"', text: "b\nc", more: "d\re" }],
    'url,text,more\r\n"say ""a""","b\nc","d\re"\r\n',
  ],
  ["blanks around a cell", [{ url: " a", b: "b " }], 'url,b\r\n" a","b "\r\n'],
  ["nothing", [{ url: null, a: undefined, b: false, c: 0 }], 'url,a,b,c\r\n"","",false,0\r\n'],
  ["a column that needs quotes", [{ 'a,"b"': 1 }], '"a,""b"""\r\n1\r\n'],
])("%s", (_, rows, csv) => {
  expect(csvOf(rows)).toBe(csv);
});

test("no rows, and what is none, is refused", () => {
  expect(() => csvOf([])).toThrow("There are no rows to send.");
  // As a program without types would.
  expect(() => csvOf([null as unknown as string])).toThrow("A row is an address, or a record");
});
