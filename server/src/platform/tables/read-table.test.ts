import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { TableError } from "./errors.ts";
import { encode, FILLER_LINES, type Form, filler, gzipTwice, inPieces, readWhole } from "./test-tables.ts";

const URL_1 = "https://example.com/1.jpg";
const URL_2 = "https://example.com/2.jpg";

test.each<[string, string, string[][]]>([
  ["no final line end", "url\na\nb", [["url"], ["a"], ["b"]]],
  [
    "LF",
    "url,n\na,1\nb,2\n",
    [
      ["url", "n"],
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  [
    "CRLF",
    "url,n\r\na,1\r\nb,2\r\n",
    [
      ["url", "n"],
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  [
    "CR",
    "url,n\ra,1\rb,2\r",
    [
      ["url", "n"],
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  [
    "mixed line ends",
    "url,n\r\na,1\nb,2\rc,3",
    [
      ["url", "n"],
      ["a", "1"],
      ["b", "2"],
      ["c", "3"],
    ],
  ],
  [
    "quoted cells",
    'url,n\n"a","1"\n',
    [
      ["url", "n"],
      ["a", "1"],
    ],
  ],
  [
    "a delimiter within quotes",
    'url,n\n"a,b",1\n',
    [
      ["url", "n"],
      ["a,b", "1"],
    ],
  ],
  [
    "line ends within quotes",
    'url,n\r\n"a\r\nb\nc","1"\r\n',
    [
      ["url", "n"],
      ["a\r\nb\nc", "1"],
    ],
  ],
  [
    "doubled quotes",
    'url,n\n"a ""b"" c",""""\n',
    [
      ["url", "n"],
      ['a "b" c', '"'],
    ],
  ],
  [
    "quotes within an unquoted cell",
    'url,n\na"b"c,5" pipe\n',
    [
      ["url", "n"],
      ['a"b"c', '5" pipe'],
    ],
  ],
  [
    "text behind a closing quote",
    'url,n\n"Big" sign,1\n',
    [
      ["url", "n"],
      ['"Big" sign', "1"],
    ],
  ],
  ["rows of fewer and more cells", "url,n\na\nb,1,2,3\n", [["url", "n"], ["a"], ["b", "1", "2", "3"]]],
  [
    "a delimiter at each end",
    "url,n,\na,1,\n",
    [
      ["url", "n", ""],
      ["a", "1", ""],
    ],
  ],
  [
    "empty cells",
    "url,n,m\n,,x\n",
    [
      ["url", "n", "m"],
      ["", "", "x"],
    ],
  ],
  [
    "blank rows",
    "\n \nurl,n\n\n,\n\t,  \na,1\n\n\n",
    [
      ["url", "n"],
      ["a", "1"],
    ],
  ],
  [
    "white space around cells",
    "url , n\n  a ,\t1 \n",
    [
      ["url ", " n"],
      ["  a ", "\t1 "],
    ],
  ],
  [
    "characters of two to four bytes",
    "url,n\ncafé,日本😀\n",
    [
      ["url", "n"],
      ["café", "日本😀"],
    ],
  ],
  [
    "a replacement character of the user's own",
    "url,n\n\ufffd,1\n",
    [
      ["url", "n"],
      ["\ufffd", "1"],
    ],
  ],
])("%s: cells come as they stand", async (_, text, rows) => {
  expect((await readWhole(text)).rows).toEqual(rows);
});

test("each record names the line that it begins on", async () => {
  const text = 'url,note\r\na,"two\r\nlines"\r\n\r\n,\r\nb,"three\nmore\r\nlines"\rc,\n\nd,';
  expect((await readWhole(text)).lines).toEqual([2, 6, 9, 11]);
});

test.each<[Form, string]>([
  ["utf-8", "utf-8"],
  ["utf-8 with a mark", "utf-8"],
  ["utf-16le", "utf-16le"],
  ["utf-16be", "utf-16be"],
])("%s is read, plain and gzip", async (form, encoding) => {
  const bytes = encode(`url,name\n${URL_1},Café 日本 😀\n`, form);
  const rows = [
    ["url", "name"],
    [URL_1, "Café 日本 😀"],
  ];
  for (const content of [bytes, gzipSync(bytes), gzipTwice(bytes)])
    expect(await readWhole(content)).toMatchObject({ encoding, delimiter: ",", rows });
});

const cell = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(..."ab ,;|\t\"\r\n'é日😀\ufeff=") }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "")) },
);
const isBlank = (cells: readonly string[]) => cells.every((text) => text.trim() === "");

test("any cells, written as CSV and cut anywhere, come back with their lines", async () => {
  const table = fc.record({
    rows: fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
    delimiter: fc.constantFrom(",", ";", "\t", "|"),
    lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
    endsWithLineEnd: fc.boolean(),
    form: fc.constantFrom<Form>("utf-8", "utf-8 with a mark", "utf-16le", "utf-16be"),
    compressed: fc.boolean(),
    sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(
      table,
      async ({ rows, delimiter, lineEnd, endsWithLineEnd, form, compressed, sizes }) => {
        const opening = `sep=${delimiter}${lineEnd}${filler(lineEnd)}`;
        const written = rows.map((cells) =>
          cells
            .map(([text, quoted]) =>
              quoted || text.includes(delimiter) || /[\r\n]|^"/.test(text)
                ? `"${text.replaceAll('"', '""')}"`
                : text,
            )
            .join(delimiter),
        );
        const expected: { line: number; cells: string[] }[] = [];
        let line = 2 + FILLER_LINES;
        for (const [index, cells] of rows.entries()) {
          const texts = cells.map(([text]) => text);
          if (!isBlank(texts)) expected.push({ line, cells: texts });
          line += `${written[index]}`.split(/\r\n|\r|\n/).length;
        }

        const bytes = encode(`${opening}${written.join(lineEnd)}${endsWithLineEnd ? lineEnd : ""}`, form);
        const read = await readWhole(
          compressed
            ? inPieces(gzipTwice(bytes), sizes)
            : inPieces(bytes, sizes, encode(opening, form).length),
        );
        expect(read.rows.slice(FILLER_LINES)).toEqual(expected.map((record) => record.cells));
        expect(read.lines.slice(FILLER_LINES - 1)).toEqual(expected.map((record) => record.line));
      },
    ),
    { numRuns: 150 },
  );
});

test("any bytes are a table or a TableError", async () => {
  const fragments = fc.constantFrom(
    ...["url", ",", ";", '"', '""', "\n", "\r\n", "\r", "https://a.b/c", "é", "\0", "\xff", "sep=;\n", " "],
    ...["\x1f\x8b", "\xff\xfe", "\xfe\xff", "\xef\xbb\xbf", "\xc3", "PK\x03\x04", "<html>"],
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
    fc.array(fragments, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(""), "latin1")),
    fc.array(fragments, { maxLength: 30 }).map((parts) => gzipSync(Buffer.from(parts.join(""), "latin1"))),
    fc
      .tuple(fc.uint8Array({ maxLength: 60 }), fc.nat(80))
      .map(([array, end]) => gzipSync(array).subarray(0, end)),
  );
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }),
      async (content, sizes) => {
        const outcome = await readWhole(inPieces(content, sizes)).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(TableError);
        else expect(outcome).toHaveProperty("rows.0.0");
      },
    ),
    { numRuns: 500 },
  );
});

test("ragged rows make no errors inside of the parser", async () => {
  const captured = vi.spyOn(Error, "captureStackTrace");
  try {
    const { rows } = await readWhole(`${URL_1}\n${`${URL_2},Shop\n`.repeat(1000)}`);
    expect(rows).toHaveLength(1001);
    expect(captured).not.toHaveBeenCalled();
  } finally {
    captured.mockRestore();
  }
});
