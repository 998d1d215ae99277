import fc from "fast-check";
import { expect, it } from "vitest";
import { readJsonObject } from "./repair-json.ts";

it("a plain object is read as it is", () => {
  expect(readJsonObject(' {"a":[1,{"b":null}]}\n')).toEqual({
    value: { a: [1, { b: null }] },
    repaired: false,
  });
});

it.each([
  ['```json\n{"a":"x"}\n```', { a: "x" }],
  ['```\n{"a":"x"}```', { a: "x" }],
  ['Sure! {"a":"x"} Anything else?', { a: "x" }],
  ['{"a":"{\\"}"} and {no more', null],
  ['{"a":"}{"} done', { a: "}{" }],
  ['{"a":"x"', { a: "x" }],
  ['{"a":["x"]  \n', { a: ["x"] }],
  ['{"a":true', { a: true }],
  ['```json\n{"a":"x"\n```', { a: "x" }],
])("%j is repaired where it can mean one thing only", (text, value) => {
  expect(readJsonObject(text)).toEqual(value && { value, repaired: true });
});

it.each([
  "",
  "no JSON here",
  '"{}"',
  "[]",
  '[{"a":1}]',
  '[{"a":"x"}',
  '{"a":1} {"a":2}',
  '{"a":{"b":"x"',
  '{"a":["x"',
  '{"a":"x',
  '{"a":"x\\',
  '{"a":12',
  '{"a":1.',
  '{"a":tru',
  '{"a":"x",',
  '{"a":',
  '{"a"',
  "{'a': 'x'}",
  '{"a":"x"]',
  "{",
])("%j is not guessed at", (text) => {
  expect(readJsonObject(text)).toBeNull();
});

it("every object is read back from its text, also with a fence around it or without its last brace", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(fc.dictionary(text, fc.jsonValue()), fc.constantFrom("", "\n", " "), (object, space) => {
      const json = JSON.stringify({ ...object, last: "x" });
      const value = JSON.parse(json);
      expect(readJsonObject(json)).toEqual({ value, repaired: false });
      expect(readJsonObject(`\`\`\`json\n${json}\n\`\`\``)).toEqual({ value, repaired: true });
      expect(readJsonObject(json.slice(0, -1) + space)).toEqual({ value, repaired: true });
    }),
  );
});

it("no text makes it throw", () => {
  const piece = fc.constantFrom("{", "}", "[", "]", '"', "\\", ":", ",", "a", "1", "```", " ", "null");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const found = readJsonObject(pieces.join(""));
      expect(found === null || typeof found.value === "object").toBe(true);
    }),
  );
});
