import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Row } from "./cell.ts";
import { type CsvOptions, csvText } from "./csv-text.ts";
import { readWhole } from "./test-tables.ts";

const SAFE: CsvOptions = { raw: false };
const RAW: CsvOptions = { raw: true };
const FORMULA_SIGNS = [..."=+-@＝＋－＠"];

async function written(header: readonly string[], rows: readonly Row[], options: CsvOptions) {
  let text = "";
  for await (const piece of csvText(header, [rows], options)) text += piece;
  return text;
}

test("the header is followed by a piece for each page", async () => {
  const pages = [[["a"], ["b"]], [["c"]]];
  const pieces: string[] = [];
  for await (const piece of csvText(["letter"], pages, SAFE)) pieces.push(piece);
  expect(pieces).toEqual(["letter\n", "a\nb\n", "c\n"]);
});

test("each kind of cell has one spelling", async () => {
  const row = ["text", 1.5, -2, true, false, new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)), null, ""];
  const text = await written([..."abcdefgh"], [row], SAFE);
  expect(text).toBe("a,b,c,d,e,f,g,h\ntext,1.5,-2,true,false,2026-01-02T03:04:05.006Z,,\n");
});

test("what would end a cell is quoted", async () => {
  const row = ["a,b", 'a"b', "a\nb", "a\rb", "a;b"];
  const text = await written(["v,1", "w", "x", "y", "z"], [row], RAW);
  expect(text).toBe('"v,1",w,x,y,z\n"a,b","a""b","a\nb","a\rb",a;b\n');
});

test("the byte order mark comes first, if asked for", async () => {
  expect(await written(["a"], [], { raw: true, bom: true })).toBe("\ufeffa\n");
  expect(await written(["a"], [], { raw: true, bom: false })).toBe("a\n");
});

test("an empty cell alone in its row is not a blank line", async () => {
  expect(await written(["a"], [[null], ["x"]], RAW)).toBe('a\n""\nx\n');
});

test.each([
  ["+49 30 1234", "'+49 30 1234"],
  ["=1+1", "'=1+1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["  =1", "'  =1"],
  ["\u00a0=1", "'\u00a0=1"],
  ["\u200b=1", "'\u200b=1"],
  ["\u0001=1", "'\u0001=1"],
  ["\ttext", "'\ttext"],
  ["\rtext", "'\rtext"],
  ["\ntext", "'\ntext"],
  ["＝1", "'＝1"],
  ["＋1", "'＋1"],
  ["－1", "'－1"],
  ["＠a", "'＠a"],
  // Excel ends the cell there if its list separator is `;`.
  ["Tel.;+49 30 1234", "Tel.;'+49 30 1234"],
  ["Café\n=cmd|' /C calc'!A0", "Café\n'=cmd|' /C calc'!A0"],
  ['a; "=1', "a; \"'=1"],
])("a spreadsheet does not take %j for a formula", async (text, expected) => {
  expect(parse(await written(["h"], [[text]], SAFE))).toEqual([["h"], [expected]]);
  expect(parse(await written([text], [], SAFE))).toEqual([[expected]]);
  expect(parse(await written(["h"], [[text]], RAW))).toEqual([["h"], [text]]);
});

test.each([
  "text",
  "",
  "a=1",
  "https://example.com/a-b?w=1&h=+2",
  "a - b",
  "'quoted'",
  "1,5",
  "a;b",
  "me@example.com",
  "two\nlines",
])("ordinary text stays as it is: %j", async (text) => {
  expect(parse(await written(["h", "i"], [[text, 1]], SAFE))).toEqual([
    ["h", "i"],
    [text, "1"],
  ]);
});

test.each(["x", "＝", "😀"])(
  "a long run of blanks behind %s takes no longer than its length",
  async (before) => {
    const blanks = `${"\n \t".repeat(200_000)}${" ".repeat(400_000)}`;
    expect(await written(["a"], [[`a${before}${blanks}`]], SAFE)).toBe(`a\n"a${before}${blanks}"\n`);
  },
);

const odd = fc.constantFrom(..."=+-@＝＋ \t\r\n;,\"'a\u200b");
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: odd }),
  fc.string({ unit: "grapheme" }),
);
const anyRows = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(anyText, { minLength: width, maxLength: width }), { minLength: 1 }));

test("raw text is read back as it was, whatever it contains", async () => {
  await fc.assert(
    fc.asyncProperty(anyRows, async ([header = [], ...rows]) => {
      const text = await written(header, rows, RAW);
      expect(parse(text, { delimiter: ",", record_delimiter: "\n" })).toEqual([header, ...rows]);
    }),
    { numRuns: 300 },
  );
});

test("our own reader reads back what is written, rows without text left out", async () => {
  const cell = anyText.filter((text) => !text.includes("\0"));
  const rows = fc.array(fc.tuple(cell, cell));
  await fc.assert(
    fc.asyncProperty(rows, async (rows) => {
      const filled = rows.filter((row) => row.some((text) => /\S/.test(text)));
      const text = await written(["first", "second"], rows, RAW);
      expect((await readWhole(text)).rows).toEqual([["first", "second"], ...filled]);
    }),
    { numRuns: 200 },
  );
});

test("no cell begins a formula in a spreadsheet that knows the delimiter", async () => {
  await fc.assert(
    fc.asyncProperty(anyRows, async ([header = [], ...rows]) => {
      const text = await written(header, rows, SAFE);
      for (const cell of parse(text, { record_delimiter: "\n" }).flat())
        expect(FORMULA_SIGNS).not.toContain(cell.replace(/^[\s\p{Cc}\p{Cf}]+/u, "")[0]);
    }),
    { numRuns: 300 },
  );
});

test.each([
  [";", /[;\r\n]/],
  ["a tab", /[\t\r\n]/],
])("no cell begins a formula in a spreadsheet whose delimiter is %s", async (_, ends) => {
  await fc.assert(
    fc.asyncProperty(anyRows, async ([header = [], ...rows]) => {
      // Of all cells it takes but the first of a row for part of another, and their quotes for text.
      const text = await written(
        ["first", ...header],
        rows.map((row) => ["first", ...row]),
        SAFE,
      );
      for (const cell of text.split(ends))
        expect(FORMULA_SIGNS).not.toContain(cell.replace(/^[\s"\p{Cc}\p{Cf}]+/u, "")[0]);
    }),
    { numRuns: 300 },
  );
});

test("only the apostrophes are added", async () => {
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const [[read = ""] = []] = parse(await written([text], [], SAFE), { record_delimiter: "\n" });
      expect(read.replaceAll("'", "")).toBe(text.replaceAll("'", ""));
    }),
  );
});

test("a reader that stops ends the pages", async () => {
  let ended = false;
  async function* pages() {
    try {
      for (;;) yield [["a"]];
    } finally {
      ended = true;
    }
  }
  for await (const piece of csvText(["h"], pages(), SAFE)) if (piece === "a\n") break;
  expect(ended).toBe(true);
});
