import { expect, test } from "vitest";
import { storeFacts } from "../instructions.ts";
import { toGeminiSchema } from "./gemini-schema.ts";

test("the default question is asked in Google's own form, in its order, with nulls where there may be nothing", () => {
  const schema = toGeminiSchema(storeFacts.schema);
  expect(schema).toMatchObject({
    type: "OBJECT",
    propertyOrdering: ["store_image", "text_content", "store_name", "business_contact", "image_description"],
    properties: { store_image: { type: "BOOLEAN" }, store_name: { type: "STRING", nullable: true } },
    required: ["store_image", "text_content", "store_name", "business_contact", "image_description"],
  });
  expect(JSON.stringify(schema)).not.toContain("additionalProperties");
});

const object = { type: "object", properties: { a: { type: "boolean" } } } as const;

test.each([
  [
    "a list of whole numbers",
    { type: "array", items: { type: "integer", minimum: 0 }, maxItems: 3 },
    {
      ...{ type: "ARRAY", items: { type: "INTEGER", minimum: 0 }, maxItems: 3 },
    },
  ],
  [
    "one of some texts, or nothing",
    { enum: ["open", "closed", null], description: "Its sign." },
    {
      ...{
        type: "STRING",
        format: "enum",
        enum: ["open", "closed"],
        nullable: true,
        description: "Its sign.",
      },
    },
  ],
  [
    "one of some numbers, which the form cannot say",
    { enum: [1, 2], description: "Its class." },
    {
      ...{ type: "NUMBER", description: "Its class. One of: 1, 2." },
    },
  ],
  [
    "values of several types",
    { enum: ["a", 1, null] },
    {
      ...{ anyOf: [{ type: "STRING" }, { type: "NUMBER" }], nullable: true, description: 'One of: "a", 1.' },
    },
  ],
  [
    "a text or a number",
    { type: ["string", "number"], description: "Its price." },
    {
      ...{ anyOf: [{ type: "STRING" }, { type: "NUMBER" }], description: "Its price." },
    },
  ],
  [
    "an object or nothing",
    { anyOf: [object, { type: "null" }], title: "Sign" },
    {
      ...{ type: "OBJECT", properties: { a: { type: "BOOLEAN" } }, propertyOrdering: ["a"] },
      ...{ title: "Sign", nullable: true },
    },
  ],
  ["a time", { type: "string", format: "date-time" }, { type: "STRING", format: "date-time" }],
  ["a day, of which the form has none", { type: "string", format: "date" }, { type: "STRING" }],
  ["nothing", { type: "null" }, { type: "NULL" }],
])("%s", (_what, schema, expected) => {
  expect(toGeminiSchema(schema)).toEqual(expected);
});

test("an object without named members cannot be asked for", () => {
  expect(() => toGeminiSchema({ type: "object", properties: { any: { type: "object" } } })).toThrow(
    /members/,
  );
});
