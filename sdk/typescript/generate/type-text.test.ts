import { expect, test } from "vitest";
import type { Schema } from "./document.ts";
import { shapeOf, typeText } from "./type-text.ts";

const text: Schema = { type: "string" };
const nothing: Schema = { type: "null" };

test.each<[Schema, string]>([
  [{ type: "integer" }, "number"],
  [{ type: "boolean", enum: [true] }, "true"],
  [{ const: "batch" }, '"batch"'],
  [{ type: "string", enum: ["a", "b"] }, '"a" | "b"'],
  [{ type: "string", format: "binary" }, "Blob"],
  [{ anyOf: [text, nothing] }, "string | null"],
  [{ oneOf: [{ type: "integer" }, { type: "number" }] }, "number"],
  [{ type: ["number", "null"] }, "number | null"],
  [{ allOf: [{ anyOf: [text, nothing] }, text] }, "(string | null) & (string)"],
  [{ type: "array", items: text }, "string[]"],
  [{ type: "array", items: { enum: ["a", "b"] } }, 'Array<"a" | "b">'],
  [{ type: "array", prefixItems: [text, { type: "number" }], items: false }, "[string, number]"],
  [{ type: "object" }, "Record<string, unknown>"],
  [{ type: "object", additionalProperties: false }, "Record<string, never>"],
  [{ type: "object", propertyNames: { enum: ["a"] }, additionalProperties: text }, 'Record<"a", string>'],
  [{}, "unknown"],
])("%j is the type %s", (schema, type) => {
  expect(shapeOf(schema, false)).toBe(type);
});

const options: Schema = {
  type: "object",
  required: ["id"],
  properties: { id: text, "content-type": { ...text, description: "As in `image/*`, */.", default: "a" } },
  additionalProperties: {},
};

test("what callers may leave out may be undefined too, and its words are kept", () => {
  expect(typeText(options, { names: new Map(), input: true, comments: true })).toBe(
    [
      "{",
      "  id: string;",
      '  /** As in `image/*`, *\\/. Default: "a". */',
      '  "content-type"?: string | undefined;',
      "  [name: string]: unknown;",
      "}",
    ].join("\n"),
  );
  expect(shapeOf(options, false)).toContain('"content-type"?: string;');
});

test("what has the shape of a named type is called so, whatever its words", () => {
  const names = new Map([[shapeOf(options, false), "Options"]]);
  const list: Schema = { type: "array", items: { ...options, description: "Others." } };
  expect(typeText(list, { names, input: false, comments: true })).toBe("Options[]");
});

test("a type that JSON Schema has not is an error, not a guess", () => {
  expect(() => shapeOf({ type: "text" }, false)).toThrow('"text" is no type of JSON Schema.');
});
