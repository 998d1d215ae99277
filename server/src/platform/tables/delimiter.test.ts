import { expect, test } from "vitest";
import { readWhole } from "./test-tables.ts";

const rows = (count: number, row: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => `${row(n)}\n`).join("");
const url = (n: number) => `https://example.com/shop/${n}.jpg`;

test.each([
  [",", ["url", "name"]],
  [";", ["url", "name"]],
  ["\t", ["url", "name"]],
  ["|", ["url", "name"]],
])(
  "the header's delimiter %j divides the rows, whatever their addresses contain",
  async (delimiter, header) => {
    const odd = [",", ";", "|"].filter((character) => character !== delimiter).join("");
    const address = (n: number) => `https://example.com/w_1${odd}h_2${odd}${n}.jpg`;
    const text = `${header.join(delimiter)}\n${rows(20, (n) => `${address(n)}${delimiter}Shop ${n}`)}`;
    const table = await readWhole(text);
    expect(table).toMatchObject({ delimiter, first: header });
    expect(table.rows[20]).toEqual([address(19), "Shop 19"]);
  },
);

test.each<[string, string, string]>([
  ["a semicolon's column with commas in it", ";", "url;Beschreibung, kurz\n"],
  ["more columns by one delimiter than by another", "|", "id|name, first|url\n"],
])("of two delimiters in the header the better one is chosen: %s", async (_, delimiter, header) => {
  const width = header.split(delimiter).length;
  const row = (n: number) => [...Array(width - 1).fill(`text${",".repeat(n % 3)}`), url(n)].join(delimiter);
  const table = await readWhole(header + rows(9, row));
  expect(table.delimiter).toBe(delimiter);
  expect(table.rows.map((cells) => cells.length)).toEqual(Array(10).fill(width));
});

test("of two delimiters that divide every row alike, the one of more columns is chosen", async () => {
  const text = `id|name, first|url\n${rows(9, (n) => `${n}|Shop, good|${url(n)}`)}`;
  expect(await readWhole(text)).toMatchObject({ delimiter: "|", first: ["id", "name, first", "url"] });
});

test.each([
  ["url;name", ["url", "name"]],
  ["https://example.com/1.jpg;Shop", ["https://example.com/1.jpg", "Shop"]],
])("a single row without a line end is divided: %s", async (text, first) => {
  expect(await readWhole(text)).toMatchObject({ delimiter: ";", first });
});

test.each([
  ["commas, semicolons and bars", (n: number) => `https://example.com/a,${n};b|c.jpg`],
  ["the same commas in each", (n: number) => `https://example.com/upload/w_100,h_200,c_fill/${n}.jpg`],
  ["a comma before the last part", (n: number) => `https://example.com/${n},medium.jpg`],
  ["a comma in the query", (n: number) => `https://example.com/${n}.jpg?fit=100,200`],
  ["commas with spaces", (n: number) => `https://example.com/Shop ${n}, front.jpg`],
  ["no delimiter at all", url],
])("one column of addresses is not divided: %s", async (_, address) => {
  const expected = Array.from({ length: 30 }, (_, n) => [address(n)]);
  const bare = await readWhole(rows(30, address));
  expect(bare.rows).toEqual(expected);
  const titled = await readWhole(`url\n${rows(30, address)}`);
  expect(titled.rows).toEqual([["url"], ...expected]);
});

test("one column stays one where the first comma comes long after the sample", async () => {
  const odd = "https://example.com/a,b;c.jpg";
  const { rows: read } = await readWhole(`url\n${rows(2000, url)}${odd}\n`);
  expect(read.at(-1)).toEqual([odd]);
});

test.each<[string, string, (n: number) => string[]]>([
  ["the address comes second", ",", (n) => [`Shop ${n}`, url(n)]],
  ["the address is a picture's", ",", (n) => [url(n), `Shop${n}`]],
  ["the text has spaces", ";", (n) => [`https://example.com/${n}`, `Shop ${n}`]],
  ["the text has commas, too", ";", (n) => [url(n), `Café ${n}, Paris`]],
  ["the address has commas, too", ";", (n) => [`https://example.com/w_1,h_2/${n}.jpg`, `Café ${n}`]],
  ["two addresses", "|", (n) => [`https://example.com/${n}`, `https://example.org/${n}`]],
  ["a tab, which no address contains", "\t", (n) => [`https://example.com/${n}`, `${n}`]],
  ["an s3 address", ",", (n) => [`s3://bucket/${n}.png`, `${n}`]],
])("without a header, a delimiter that no address can contain divides: %s", async (_, delimiter, cells) => {
  const table = await readWhole(rows(30, (n) => cells(n).join(delimiter)));
  expect(table.delimiter).toBe(delimiter);
  expect(table.rows).toEqual(Array.from({ length: 30 }, (_, n) => cells(n)));
});

test("without a header, quotes beside a delimiter make it one", async () => {
  const table = await readWhole(rows(5, (n) => `"https://example.com/${n}","word"`));
  expect(table.rows[4]).toEqual(["https://example.com/4", "word"]);
});

test.each(["sep=;\n", "sep=;\r\n", "SEP=;\r", '"sep=;"\n', "\ufeffsep=;\r\n"])(
  "Excel's line %j is honoured and dropped",
  async (line) => {
    const table = await readWhole(`${line}url,a;b|c\nx;"y\nz"\nw;v`);
    expect(table).toMatchObject({ delimiter: ";", first: ["url,a", "b|c"], lines: [3, 5] });
  },
);

test("rows of fewer and more cells than the header are divided like the others", async () => {
  const { rows: read } = await readWhole(`url,name\n${url(1)}\n${url(2)},Shop,note\n`);
  expect(read).toEqual([["url", "name"], [url(1)], [url(2), "Shop", "note"]]);
});
