import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { describeWith } from "../../../../test/needs.ts";
import type { Cell, Row } from "../cell.ts";
import { type Sheet, xlsxBytes } from "./workbook.ts";

const NOON = new Date("2026-03-04T12:00:00Z");

/** Each part is read as XML; openpyxl leaves `_x005F_`, which stands for an underscore, as it is. */
const READ = `
import json, re, sys, zipfile
from xml.dom import minidom
import openpyxl
decode = lambda text: re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)
with zipfile.ZipFile(sys.argv[1]) as archive:
    parts = {name: minidom.parseString(archive.read(name)) for name in archive.namelist()}
workbook = openpyxl.load_workbook(sys.argv[1])
print(json.dumps({
    "parts": sorted(parts),
    "formulas": sum(len(part.getElementsByTagName("f")) for part in parts.values()),
    "creator": workbook.properties.creator,
    "created": workbook.properties.created.isoformat(),
    "sheets": [{
        "name": sheet.title,
        "frozen": sheet.freeze_panes,
        "widths": [sheet.column_dimensions[letter].width for letter in sheet.column_dimensions],
        "rows": [[decode(cell.value) if isinstance(cell.value, str) else cell.value for cell in row] for row in sheet.rows],
        "bold": [[cell.font.b for cell in row] for row in sheet.rows],
        "quoted": [[bool(cell.quotePrefix) for cell in row] for row in sheet.rows],
    } for sheet in workbook.worksheets]}))`;

interface ReadSheet {
  name: string;
  frozen: string;
  widths: number[];
  rows: (string | number | boolean | null)[][];
  bold: boolean[][];
  quoted: boolean[][];
}

interface ReadWorkbook {
  parts: string[];
  formulas: number;
  creator: string;
  created: string;
  sheets: [ReadSheet, ...ReadSheet[]];
}

const sheet = (rows: readonly Row[], header: readonly string[] = ["value"], name = "Results"): Sheet => ({
  name,
  header,
  pages: [rows],
});

describeWith("python3-openpyxl", "a workbook as openpyxl reads it", ({ path }) => {
  async function read(sheets: readonly [Sheet, ...Sheet[]], maxRowsPerSheet?: number): Promise<ReadWorkbook> {
    const folder = mkdtempSync(join(tmpdir(), "fovea-xlsx-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "a.xlsx");
    const limit = maxRowsPerSheet === undefined ? {} : { maxRowsPerSheet };
    writeFileSync(file, await buffer(xlsxBytes(sheets, { now: NOON, ...limit })));
    const options = { encoding: "utf8", maxBuffer: 100_000_000 } as const;
    const { stdout, stderr } = spawnSync(path, ["-c", READ, file], options);
    expect(stderr).toBe("");
    return JSON.parse(stdout);
  }

  /** Each in a row of its own, below the header. */
  const readCells = async (cells: readonly Cell[]) => {
    const { sheets } = await read([
      sheet(
        cells.map((cell) => [cell, "end"]),
        ["value", "end"],
      ),
    ]);
    return sheets[0].rows.slice(1).map(([value]) => value);
  };

  test("every kind of cell comes back", async () => {
    const cells = [0, -1.5, 1e21, 1e-7, 123456789012345, true, false, "text", "007", "1.5", "TRUE", null, ""];
    expect(await readCells(cells)).toEqual(cells.map((cell) => (cell === "" ? null : cell)));
  });

  test("what a sheet has no type for is text", async () => {
    const cells = [new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)), Number.NaN, Number.POSITIVE_INFINITY];
    expect(await readCells(cells)).toEqual(["2026-01-02T03:04:05.006Z", "NaN", "Infinity"]);
  });

  test("text comes back character by character", async () => {
    const texts = [
      "Größe, 東京, العربية",
      "👩‍👩‍👧 😀",
      "line\nfeed",
      "carriage\r\nreturn\r",
      "tab\there",
      "  blanks  at  both ends  ",
      " ",
      "\n",
      "<b>&amp;</b> \"'",
      "]]>",
      "_x000D_ and _x0041_",
      "=1+1",
      "+49 30 1234",
      "-1",
      "@SUM(A1)",
      "'quoted",
      "https://example.com/?a=1&b=2",
    ];
    expect(await readCells(texts)).toEqual(texts);
  });

  test("what XML cannot hold is replaced, visibly", async () => {
    const texts = ["a\0b", "a\u001bb", "a\ud800b", "a\ufffeb"];
    expect(await readCells(texts)).toEqual(Array(4).fill("a\ufffdb"));
  });

  test("a longer text than a cell holds is cut, visibly", async () => {
    const [cut, whole] = await readCells(["x".repeat(40_000), "&".repeat(32_767)]);
    expect(cut).toBe(`${"x".repeat(32_760)}… [cut]`);
    expect(whole).toBe("&".repeat(32_767));
  });

  test("any text comes back, or what XML has of it", async () => {
    const notInXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
    const anyText = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }),
      fc.string({ unit: fc.constantFrom(..."_x005F&<\r\n\t \0\ud83d\ude00="), minLength: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 300, maxLength: 300 }), async (texts) => {
        expect(await readCells(texts)).toEqual(texts.map((text) => text.replace(notInXml, "\ufffd")));
      }),
      { numRuns: 2 },
    );
  });

  test("no text is a formula, and what looks like one stays text when it is edited", async () => {
    const rows = [["=1+1"], ["+49 30"], ["\t@a"], ["a=1"], [-1], ["＝1"]];
    const { formulas, sheets } = await read([sheet(rows, ["=header"])]);
    expect(formulas).toBe(0);
    expect(sheets[0].quoted.flat()).toEqual([true, true, true, true, false, false, true]);
    expect(sheets[0].rows.flat()).toEqual(["=header", ...rows.flat()]);
  });

  test("the header is bold and stays in sight, and columns are as wide as their first cells", async () => {
    const rows = [["x", "a".repeat(28), "b".repeat(500)]];
    const { sheets } = await read([sheet(rows, ["one", "two", "three"])]);
    expect(sheets[0].frozen).toBe("A2");
    expect(sheets[0].bold).toEqual([
      [true, true, true],
      [false, false, false],
    ]);
    expect(sheets[0].widths).toEqual([10, 30, 60]);
  });

  test("the file says what made it and when, and holds what its kind requires", async () => {
    const { creator, created, parts } = await read([sheet([])]);
    expect({ creator, created }).toEqual({ creator: "Fovea", created: "2026-03-04T12:00:00" });
    expect(parts).toEqual([
      "[Content_Types].xml",
      "_rels/.rels",
      "docProps/core.xml",
      "xl/_rels/workbook.xml.rels",
      "xl/styles.xml",
      "xl/workbook.xml",
      "xl/worksheets/sheet1.xml",
    ]);
  });

  test.each([
    ["none", 0, [[]]],
    ["as many as fit", 3, [[1, 2, 3]]],
    ["one more", 4, [[1, 2, 3], [4]]],
    [
      "twice as many",
      6,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  ])("rows that do not fit go to a next sheet with the header: %s", async (_, count, expected) => {
    const rows = Array.from({ length: count }, (_, n) => [n + 1]);
    const pages = [rows.slice(0, 2), [], rows.slice(2)];
    const { sheets } = await read(
      [{ name: "Results", header: ["n"], pages }, sheet([["x"]], ["y"], "Facts")],
      4,
    );
    const last = sheets.pop();
    expect(last).toMatchObject({ name: "Facts", rows: [["y"], ["x"]] });
    expect(sheets.map(({ rows }) => rows.slice(1).flat())).toEqual(expected);
    expect(sheets.map(({ rows }) => rows[0])).toEqual(expected.map(() => ["n"]));
    expect(sheets.map(({ name }) => name)).toEqual(["Results", "Results (2)"].slice(0, expected.length));
  });

  test("cells of many columns stand where they belong", async () => {
    const header = Array.from({ length: 16_384 }, (_, n) => `c${n}`);
    const row = header.map((_, n) => (n % 100 === 0 || n === 16_383 ? n : null));
    const { sheets } = await read([sheet([row], header)]);
    expect(sheets[0].rows).toEqual([header, row]);
  });
});

test("more columns than a sheet has are refused before anything is written", () => {
  const header = Array(16_385).fill("c");
  expect(() => xlsxBytes([sheet([], header)], { now: NOON })).toThrow("16384 columns");
});

/** Pages without end; `ended` when they were told that nobody reads them. */
function endless() {
  const state = { pages: 0, ended: false };
  async function* pages() {
    try {
      for (;;) {
        state.pages += 1;
        yield Array.from({ length: 1000 }, () => [Math.random()]);
      }
    } finally {
      state.ended = true;
    }
  }
  return { state, pages: pages() };
}

/** Resolves when the file has come to rest. */
async function leaveAfter(file: Readable, count: number): Promise<void> {
  const closed = new Promise((resolve) => file.once("close", resolve));
  let bytes = 0;
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > count) break;
  }
  await closed;
}

test.each([
  ["among the rows of a sheet", 1_000_000],
  ["among many small sheets", 10],
])("a reader that leaves ends the pages: %s", async (_, maxRowsPerSheet) => {
  const { state, pages } = endless();
  const file = xlsxBytes([{ name: "a", header: ["n"], pages }], { now: NOON, maxRowsPerSheet });
  await leaveAfter(file, 200_000);
  expect(state.pages).toBeGreaterThan(0);
  expect(state.ended).toBe(true);
});

test("pages that are not begun are not asked for when a reader leaves", async () => {
  const first = endless();
  const second = endless();
  const file = xlsxBytes(
    [
      { name: "a", header: ["n"], pages: first.pages },
      { name: "b", header: ["n"], pages: second.pages },
    ],
    { now: NOON },
  );
  await leaveAfter(file, 200_000);
  expect(first.state.ended).toBe(true);
  expect(second.state).toEqual({ pages: 0, ended: false });
});

test.each([0, 3])("what the pages fail with destroys the file: after %j pages", async (count) => {
  const failure = new Error("the database went away");
  async function* pages() {
    for (let page = 0; page < count; page += 1) yield [[page]];
    throw failure;
  }
  const file = xlsxBytes([{ name: "a", header: ["n"], pages: pages() }], { now: NOON });
  await expect(buffer(file)).rejects.toBe(failure);
});
