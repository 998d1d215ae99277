import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "./kind.ts";
import { storable } from "./storable.ts";

const done = (output: unknown) => ({ status: "done", output: output as Json }) as const;
const failed = (code: string, message: string) => ({ status: "failed", code, message }) as const;
const text = (value: unknown) => storable(done(value)).output;

test("an output becomes the text that JSON has for it", () => {
  expect(storable(done({ a: [1, "é", null] }))).toEqual({
    succeeded: true,
    code: null,
    message: null,
    output: '{"a":[1,"é",null]}',
    source: null,
    amount: 0,
  });
});

test("a source comes along, and one that is no digest is refused, so that it does not fail its neighbours", () => {
  const source = "0f".repeat(32);
  expect(storable({ ...done(1), source })).toMatchObject({ succeeded: true, output: "1", source });
  for (const odd of ["", "0f", `${source}0f`, source.toUpperCase(), `${source.slice(1)}g`, `${source}\n`])
    expect(storable({ ...done(1), source: odd })).toMatchObject({
      ...{ succeeded: false, code: "result_refused", output: null, source: null },
    });
});

test("null is a value", () => {
  expect(text(null)).toBe("null");
});

test("whatever the text, it is refused exactly if it holds NUL or half of a character", () => {
  const odd = fc.constantFrom(
    "\\",
    "\\\\",
    "\\u0000",
    "\\ud800",
    "u0000",
    "\u0000",
    "\ud83c",
    "\udfa8",
    "\ud83c\udfa8",
    '"',
  );
  const pieces = fc
    .array(fc.oneof(odd, fc.string({ unit: "binary" })), { maxLength: 6 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(pieces, (value) => {
      const sound = value.isWellFormed() && !value.includes("\u0000");
      expect(text(value) !== null, JSON.stringify(value)).toBe(sound);
      expect(text({ [value]: 1 }) !== null).toBe(sound);
    }),
    { numRuns: 2_000 },
  );
});

test("what JSON cannot hold is refused with a reason", () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  for (const value of [undefined, () => 1, Symbol("x"), 1n, cycle, { toJSON: () => undefined }]) {
    expect(storable(done(value))).toEqual({
      succeeded: false,
      code: "result_refused",
      message: "The result is not a value that JSON can hold.",
      output: null,
      source: null,
      amount: 0,
    });
  }
});

test("the limit counts bytes, with the quotes", () => {
  const limit = 1024 * 1024;
  expect(text("x".repeat(limit - 2))).toHaveLength(limit);
  expect(text("x".repeat(limit - 1))).toBeNull();
  expect(text("é".repeat(limit / 2))).toBeNull();
});

test("a failure's words are made storable and cut, and no character is cut in half", () => {
  const stored = storable(failed("a\u0000b", `${"x".repeat(1_999)}🎨 and more`));
  expect(stored).toEqual({
    succeeded: false,
    code: "a\uFFFDb",
    message: `${"x".repeat(1_999)}\uFFFD`,
    output: null,
    source: null,
    amount: 0,
  });
  expect(storable(failed("c".repeat(500), "")).code).toHaveLength(100);
});

test("a failure keeps what was found out, unless that is refused as an output is", () => {
  const found = (output: unknown) => storable({ ...failed("late", "No."), output: output as Json });
  expect(found({ seen: 2 })).toMatchObject({ succeeded: false, code: "late", output: '{"seen":2}' });
  expect(found(undefined)).toMatchObject({ code: "late", output: null });
  for (const odd of ["\u0000", 1n, "x".repeat(1024 * 1024)])
    expect(found(odd)).toMatchObject({ succeeded: false, code: "result_refused", output: null });
});

test("an amount comes along, and what is refused has none", () => {
  expect(storable({ ...done(1), amount: 7 })).toMatchObject({ succeeded: true, amount: 7 });
  expect(storable({ ...done("\u0000"), amount: 7 })).toMatchObject({ code: "result_refused", amount: 0 });
});
