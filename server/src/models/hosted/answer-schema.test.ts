import { expect, it } from "vitest";
import type { Instruction } from "../contract.ts";
import { storeFacts } from "../instructions.ts";
import { checkOf, UnsupportedSchema } from "./answer-schema.ts";

const object = (
  properties: Instruction["schema"],
  more: Instruction["schema"] = {},
): Instruction["schema"] => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});

it.each([
  [{ type: "string", maxLength: 3 }, ["", "abc"], ["abcd", null, 1]],
  [{ type: ["string", "null"] }, ["x", null], [1, {}, undefined]],
  [{ type: "integer", minimum: 0, maximum: 9 }, [0, 9, 1.0], [-1, 10, 1.5, "1"]],
  [{ type: "number" }, [1, 1.5], ["1", true, null]],
  [{ type: "boolean" }, [true, false], ["true", 0, null]],
  [{ enum: ["a", null, 4] }, ["a", null, 4], ["b", "4", false]],
  [{ type: ["string", "null"], enum: ["a", null] }, ["a", null], ["b"]],
  [
    { type: "array", items: { type: "string" }, maxItems: 2 },
    [[], ["a", "b"]],
    [["a", "b", "c"], [1], "a", {}],
  ],
  [{ anyOf: [{ type: "string" }, { type: "array", items: { type: "integer" } }] }, ["a", [1]], [1, ["a"]]],
  [{ type: "string", format: "date" }, ["2026-11-21"], ["today", "2026-13-01"]],
  [
    { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
    [{ a: "x" }, { a: "x", more: 1 }],
    [{}, { a: 1 }, []],
  ],
] as [Instruction["schema"], unknown[], unknown[]][])(
  "%j takes what it says and nothing else",
  (schema, good, bad) => {
    const check = checkOf(object({ member: schema }));
    for (const member of good) expect(check({ member })).toEqual({ output: { member } });
    for (const member of bad) expect(check({ member }), JSON.stringify(member)).toHaveProperty("problem");
  },
);

it("a problem is told with its place and without the model's text", () => {
  const check = checkOf(
    object({ signs: { type: "array", items: object({ text: { type: ["string", "null"] } }) } }),
  );
  expect(check({ signs: [{ text: "a" }, { text: 7 }] })).toEqual({
    problem: expect.stringMatching(
      /^signs\.1\.text: Invalid input: expected (string|null), received number$/,
    ),
  });
  expect(check({ signs: "a long secret" })).toEqual({ problem: expect.not.stringContaining("secret") });
});

it("members that nobody asked for are a problem, by whatever name", () => {
  const check = checkOf(object({ a: { type: "string" } }));
  for (const more of ['"b":1', '"__proto__":{"b":1}', '"constructor":1']) {
    expect(check(JSON.parse(`{"a":"x",${more}}`)), more).toHaveProperty("problem");
  }
});

it("a member may have the name of something that every object inherits", () => {
  const check = checkOf(object({ toString: { type: "string" } }));
  expect(check({})).toHaveProperty("problem");
  expect(check({ toString: "x" })).toEqual({ output: { toString: "x" } });
});

it("the default instruction's schema is one that answers can be asked in", () => {
  const facts = {
    text_content: null,
    store_name: null,
    business_contact: null,
    image_description: "A shop.",
  };
  expect(checkOf(storeFacts.schema)({ store_image: true, ...facts })).toHaveProperty("output");
  expect(checkOf(storeFacts.schema)({ store_image: null, ...facts })).toHaveProperty("problem");
});

it.each([
  ["no object", { type: "string" }],
  ["no type", { properties: { a: { type: "string" } } }],
  ["a required name that is no property", object({ a: { type: "string" } }, { required: ["a", "b"] })],
  ["a default", object({ a: { type: "string", default: "x" } })],
  ["a pattern", object({ a: { type: "string", pattern: "^(a+)+$" } })],
  ["a reference", object({ a: { $ref: "#" } })],
  ["not", object({ a: { not: { type: "string" } } })],
  ["a keyword of nobody's", object({ a: { type: "string", nullable: true } })],
  ["a type of nobody's", object({ a: { type: "text" } })],
  // Each is compiled as often as it is named, at every level again: five hundred bytes took seconds.
  ["a type that is named twice", object({ a: { type: ["object", "object"] } })],
  ["a property without a type", object({ a: { description: "anything" } })],
] as [string, Instruction["schema"]][])(
  "a schema with %s is refused, since it could not be checked",
  (_case, schema) => {
    expect(() => checkOf(schema)).toThrow(UnsupportedSchema);
  },
);

it("a schema is compiled once", () => {
  const schema = object({ a: { type: "string" } });
  expect(checkOf(schema)).toBe(checkOf(schema));
});
