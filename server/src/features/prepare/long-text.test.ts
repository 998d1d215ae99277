import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LongText, parseWithLongText } from "./long-text.ts";

const parse = (text: string): unknown => JSON.parse(text);
const read = (json: string | Buffer) => parseWithLongText(Buffer.from(json), parse);

/** What `JSON.parse` would have given: long texts read back from their bytes. */
function plain(value: unknown): unknown {
  if (value instanceof LongText) return Buffer.from(value.from(0), "latin1").toString("utf8");
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}

/** The value, or that there is none: both parsers have to agree on either. */
function outcome(parser: () => unknown): unknown {
  try {
    return { value: plain(parser()) };
  } catch (error) {
    return error instanceof SyntaxError ? "refused" : error;
  }
}

const long = (length = 5000) => "iVBORw0KGgo/+=".repeat(Math.ceil(length / 14)).slice(0, length);

describe("a JSON body with long texts", () => {
  test("keeps a long text of the top level in its bytes, and tells its head and its rest", () => {
    const url = `data:image/png;base64,${long()}`;
    const body = read(JSON.stringify({ image: url, provider: "claude", options: null }));
    expect(body).toEqual({ image: expect.any(LongText), provider: "claude", options: null });
    const { image } = body as { image: LongText };
    expect(image.head(22)).toBe("data:image/png;base64,");
    expect(image.from(22)).toBe(long());
  });

  test("leaves short texts, and long ones with escapes, to the parser", () => {
    const escaped = `{"image":"data:image\\/png;base64,${long()}"}`;
    expect(read(escaped)).toEqual(JSON.parse(escaped));
    expect(read(JSON.stringify({ image: long(4095) }))).toEqual({ image: long(4095) });
  });

  test.each([
    ["a long text below the top level", { options: { model: long() }, list: [long()] }],
    ["a long name", { [long()]: 1 }],
    ["a long text that is the whole body", long()],
    ["a list of long texts", [long(), long(6000)]],
    ["a long text with characters beyond ASCII", { image: "ä€😀".repeat(3000) }],
    [
      "a text that ends in a backslash, before much else",
      { a: "\\", b: "c", zeros: Array(5000).fill(0), d: "e" },
    ],
    ["several long texts beside each other", { first: long(), second: long(7000), third: "short" }],
  ])("means the same as to JSON.parse: %s", (_, value) => {
    expect(plain(read(JSON.stringify(value)))).toEqual(value);
  });

  test.each([
    ["naming the only long text", `{"image":"\\u0000long:0","other":"${long()}"}`],
    ["naming one that is elsewhere", `{"image":"\\u0000long:0","list":["${long()}"]}`],
    ["spelled with further escapes", `{"image":"\\u0000\\u006cong:0","list":["${long()}"]}`],
    ["naming one that does not exist", `{"image":"\\u0000long:7","other":"${long()}"}`],
    ["without a number", `{"image":"\\u0000long:","other":"${long()}"}`],
  ])("cannot be given a mark of its own: %s", (_, json) => {
    expect(plain(read(json))).toEqual(JSON.parse(json));
  });

  test("whose field is given twice has the last one, as JSON.parse says", () => {
    for (const json of [
      `{"image":"${long()}","image":"short"}`,
      `{"image":"short","image":"${long()}"}`,
      `{"image":"${long()}","image":"${long(6000)}"}`,
    ]) {
      expect(plain(read(json))).toEqual(JSON.parse(json));
    }
  });

  test.each([
    ["a line break inside", `{"image":"${long()}\n"}`],
    ["a carriage return inside", `{"image":"\r${long()}"}`],
    ["a NUL inside", `{"image":"${long()}\u0000"}`],
    ["an open text", `{"image":"${long()}`],
    ["an open text that ends in an escape", `{"image":"${long()}\\`],
    ["an escaped closing quote", `{"image":"${long()}\\"}`],
    ["an open object", `{"image":"${long()}"`],
    ["nothing between two texts", `{"image":"${long()}""${long()}"}`],
  ])("is refused as by JSON.parse: %s", (_, json) => {
    expect(() => JSON.parse(json)).toThrow(SyntaxError);
    expect(() => read(json)).toThrow(SyntaxError);
  });

  test("is read in time linear in its escapes and quotes", () => {
    // Counting the backslashes before each quote again from the start would take minutes.
    for (const json of [`{"image":"${"\\".repeat(400_000)}"}`, `{"image":"${'\\"'.repeat(400_000)}"}`]) {
      expect(outcome(() => read(json))).toEqual(outcome(() => JSON.parse(json)));
    }
  });
});

/** Values whose texts are often long, often escaped and sometimes look like marks. */
const texts = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
  { weight: 3, arbitrary: fc.nat({ max: 4 }).map((extra) => long(4094 + extra)) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 8 }).map((end) => long(4200) + end) },
  { weight: 1, arbitrary: fc.constantFrom("\u0000long:0", "\u0000long:1", "\u0000long:-1", "__proto__") },
);
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    texts,
    fc.constantFrom(null, true, 0, -1.5e300),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(texts, tie("value"), { maxKeys: 4 }),
  ),
})).value;

/** The same JSON as other encoders write it: `\/`, and letters as their code. */
const spelled = (json: string, spelling: number) =>
  spelling === 1
    ? json.replaceAll("/", "\\/")
    : spelling === 2
      ? json.replace(/l/g, "\\u006c")
      : spelling === 3
        ? `\n ${json.replaceAll('":', '" : ')}\t`
        : json;

describe("for any JSON", () => {
  test("the result is that of JSON.parse, however it is spelled", () => {
    fc.assert(
      fc.property(values, fc.nat({ max: 3 }), (value, spelling) => {
        const json = spelled(JSON.stringify(value), spelling);
        expect(outcome(() => read(json))).toEqual(outcome(() => JSON.parse(json)));
      }),
      { numRuns: 400, seed: 2 },
    );
  });

  test("that is broken somewhere, both parsers refuse the same", () => {
    const damage = fc.record({
      value: values,
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat({ max: 3 }),
      instead: fc.constantFrom("", '"', "\\", "{", "}", ",", "\n", "\u0000", "ä"),
    });
    fc.assert(
      fc.property(damage, ({ value, at, length, instead }) => {
        const json = JSON.stringify(value);
        const from = Math.floor(at * json.length);
        const broken = json.slice(0, from) + instead + json.slice(from + length);
        expect(outcome(() => read(broken))).toEqual(outcome(() => JSON.parse(broken)));
      }),
      { numRuns: 600, seed: 3 },
    );
  });
});
