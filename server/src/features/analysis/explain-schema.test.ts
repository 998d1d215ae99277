import { expect, test } from "vitest";
import { explainSchema } from "./explain-schema.ts";

const object = (properties: object) => ({ type: "object", properties });

test.each<[unknown, string]>([
  [[], "expected a schema, which is an object"],
  [{ properties: {} }, "has neither type nor enum nor anyOf, but properties"],
  [object({ a: {} }), "properties.a: has neither type nor enum nor anyOf"],
  [
    object({ a: { $ref: "#/a", title: "x" } }),
    "properties.a: has neither type nor enum nor anyOf, but $ref, title",
  ],
  [object({ a: "string" }), "properties.a: expected a schema, which is an object"],
  [
    object({ a: { type: "text" } }),
    'properties.a.type: "text" is none of object, array, string, number, integer, boolean, null',
  ],
  [object({ a: { type: ["string", 7] } }), expect.stringMatching(/^properties\.a\.type: 7 is none of/)],
  [
    object({ a: { type: "object", properties: [] } }),
    "properties.a.properties: expected an object of schemas",
  ],
  [
    object({ a: { type: "array", items: [{ type: "string" }] } }),
    "properties.a.items: expected a schema, which is an object",
  ],
  [object({ a: { type: "string", enum: "x" } }), "properties.a.enum: expected a list of values"],
  [object({ a: { anyOf: {} } }), "properties.a.anyOf: expected a list of schemas"],
  [
    object({ a: { type: "array", items: object({ b: { anyOf: [{ type: "null" }, { type: "date" }] } }) } }),
    expect.stringMatching(/^properties\.a\.items\.properties\.b\.anyOf\.1\.type: "date" is none of/),
  ],
  [
    object({ a: { type: "string", pattern: "^a" } }),
    expect.stringMatching(/^properties\.a\.pattern: .*description/),
  ],
  [
    object({ a: { anyOf: [{ type: "string", format: "email" }, { type: "null" }] } }),
    'properties.a.anyOf.0.format: only date and date-time can be checked; say in the description that it is "email"',
  ],
  [
    object({ a: { type: "array", items: { type: "number", exclusiveMinimum: 0 } } }),
    "properties.a.items.exclusiveMinimum: is taken for integers only; write minimum",
  ],
  [
    object({ a: { type: "object", additionalProperties: { type: "string" } } }),
    expect.stringMatching(/^properties\.a\.additionalProperties: .*array of objects/),
  ],
  [
    object({ a: { type: "string", nullable: true } }),
    expect.stringMatching(/^properties\.a\.nullable: .*\["string", "null"\]/),
  ],
  [object({ a: { oneOf: [{ type: "string" }] } }), expect.stringMatching(/^properties\.a\.oneOf: .*anyOf/)],
  [object({ a: { $id: "a", type: "string" } }), "properties.a.$id: belongs at the top of the schema only"],
])("%j is told as what it is", (schema, problem) => {
  expect(explainSchema(schema)).toEqual(problem);
});

test("properties may have the names of keywords", () => {
  const names = Object.fromEntries(
    ["pattern", "oneOf", "format", "$ref", "not"].map((name) => [name, { type: "string" }]),
  );
  expect(explainSchema(object(names))).toBeNull();
});

test("what a checker says as well is left to it", () => {
  for (const node of [{ type: "string", contentEncoding: "base64" }, { enum: [] }, { anyOf: [] }])
    expect(explainSchema(object({ fine: { type: "null" }, node }))).toBeNull();
});
