import { describe, expect, test } from "vitest";
import { z } from "zod";
import { plainSchema } from "./plain-schema.ts";

const plain = (schema: unknown, maxBytes = 16_384) => plainSchema(schema, maxBytes);
const object = (properties: object, more: object = {}) => ({ type: "object", properties, ...more });

describe("a schema's draft", () => {
  test.each([
    "https://json-schema.org/draft/2020-12/schema",
    "http://json-schema.org/draft-07/schema#",
    "http://json-schema.org/draft-07/schema",
  ])("%s is one that it may name", ($schema) => {
    const words = { title: "Shop", description: "What is seen." };
    const schema = object({ a: { type: "string" } }, words);
    expect(plain({ $schema, $id: "https://example.com/shop.json", ...schema })).toEqual({ schema });
  });

  test.each([
    "http://json-schema.org/draft-04/schema#",
    "https://json-schema.org/draft/2019-09/schema",
    "",
    7,
  ])("%j is none", ($schema) => {
    const problem = expect.stringMatching(/^\$schema: expected draft 2020-12 or draft-07 .*without it/);
    expect(plain({ $schema, ...object({}) })).toEqual({ problem });
  });
});

const sign = { type: "object", title: "Sign", properties: { text: { type: "string" } }, required: ["text"] };

describe("a reference", () => {
  test("is what it refers to, at every place, with the words beside it", () => {
    const written = {
      $defs: { Sign: sign, "odd/~ name": { type: "boolean" } },
      ...object({
        main: { $ref: "#/$defs/Sign", title: "Main", description: "The largest." },
        all: { type: "array", items: { $ref: "#/$defs/Sign" } },
        other: { anyOf: [{ $ref: "#/$defs/Sign" }, { type: "null" }], default: null },
        odd: { $ref: "#/$defs/odd~1~0%20name" },
        again: { $ref: "#/properties/all/items" },
        second: { $ref: "#/properties/other/anyOf/1" },
        old: { allOf: [{ $ref: "#/$defs/Sign" }], description: "As pydantic wrote it.", default: {} },
      }),
    };
    expect(plain(written)).toEqual({
      schema: object({
        main: { ...sign, title: "Main", description: "The largest." },
        all: { type: "array", items: sign },
        other: { anyOf: [sign, { type: "null" }] },
        odd: { type: "boolean" },
        again: sign,
        second: { type: "null" },
        old: { ...sign, description: "As pydantic wrote it." },
      }),
    });
  });

  test("may be all that there is at the top, and may lead on", () => {
    const definitions = { Shop: { $ref: "#/definitions/Place", title: "Shop" }, Place: object({ sign }) };
    expect(plain({ definitions, $ref: "#/definitions/Shop" })).toEqual({
      schema: object({ sign }, { title: "Shop" }),
    });
  });

  test("may have the name of something that every object inherits only where it is one's own", () => {
    const own = { $defs: { toString: sign }, ...object({ a: { $ref: "#/$defs/toString" } }) };
    expect(plain(own)).toEqual({ schema: object({ a: sign }) });
    expect(plain({ ...own, $defs: {} })).toHaveProperty("problem");
  });

  const withIn = (node: object, $defs: object = {}) => ({
    $defs,
    ...object({ a: { type: "array", items: node } }),
  });
  test.each<[string, object, RegExp]>([
    ["itself", withIn({ $ref: "#" }), /"#" holds itself; an answer has to end somewhere, so write out/],
    [
      "itself by way of another",
      withIn(
        { $ref: "#/$defs/One" },
        {
          One: object({ two: { $ref: "#/$defs/Two" } }),
          Two: object({ ones: { type: "array", items: { $ref: "#/$defs/One" } } }),
        },
      ),
      /^properties\.a\.items\.properties\.two\.properties\.ones\.items\.\$ref: "#\/\$defs\/One" holds itself/,
    ],
    ["nothing but itself", withIn({ $ref: "#/$defs/One" }, { One: { $ref: "#/$defs/One" } }), /holds itself/],
    [
      "another document",
      withIn({ $ref: "https://example.com/sign.json" }),
      /is not in this schema; write it under \$defs/,
    ],
    ["an anchor", withIn({ $ref: "#Sign" }), /"#Sign" is not in this schema; write it under \$defs/],
    [
      "nothing",
      withIn({ $ref: "#/$defs/Gone" }),
      /^properties\.a\.items\.\$ref: "#\/\$defs\/Gone" is not in this schema$/,
    ],
    ["nothing that can be read", withIn({ $ref: "#/%" }), /"#\/%" is not in this schema$/],
    ["no text", withIn({ $ref: 7 }), /expected text such as #\/\$defs\/Name/],
    [
      "what is bounded beside it",
      withIn({ $ref: "#/$defs/Sign", minLength: 3, description: "x" }, { Sign: sign }),
      /^properties\.a\.items\.\$ref: "minLength" beside it: only a title and a description may/,
    ],
  ])("to %s is told with its place", (_what, schema, problem) => {
    expect(plain(schema)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test("counts as many bytes as it stands for, each time", () => {
    const both = {
      $defs: { Sign: sign },
      ...object({ a: { $ref: "#/$defs/Sign" }, b: { $ref: "#/$defs/Sign" } }),
    };
    const bytes = 2 * JSON.stringify(sign).length;
    expect(plain(both, bytes)).toHaveProperty("schema");
    expect(plain(both, bytes - 1)).toEqual({ problem: expect.stringMatching(/^properties\.b\.\$ref: /) });
  });

  test("cannot make more of a schema than there may be: each of these doubles what it refers to", () => {
    const doubling = Array.from({ length: 40 }, (_, level) => {
      const next = { $ref: `#/$defs/d${level + 1}` };
      return [`d${level}`, level === 39 ? { type: "null" } : object({ a: next, b: next })];
    });
    const schema = { $defs: Object.fromEntries(doubling), ...object({ a: { $ref: "#/$defs/d0" } }) };
    expect(plain(schema)).toEqual({ problem: expect.stringMatching(/written out, at most 16384 bytes$/) });
  });
});

describe("what says the same in other words", () => {
  const disjoint = [
    object({ kind: { type: "string", enum: ["shop"] }, name: { type: "string" } }, { required: ["kind"] }),
    object({ kind: { type: "string", enum: ["car"] } }, { required: ["kind"] }),
  ];
  test.each<[string, object, object]>([
    ["a constant", { type: "string", const: "a" }, { type: "string", enum: ["a"] }],
    ["a constant and its list", { const: "a", enum: ["a"] }, { enum: ["a"] }],
    ["null as a constant", { const: null }, { enum: [null] }],
    ["more than 0, of integers", { type: "integer", exclusiveMinimum: 0 }, { type: "integer", minimum: 1 }],
    [
      "between bounds, of integers or nothing",
      { type: ["integer", "null"], exclusiveMinimum: 0.5, exclusiveMaximum: 9.5 },
      { type: ["integer", "null"], minimum: 1, maximum: 9 },
    ],
    [
      "between narrower bounds, of integers",
      { type: "integer", exclusiveMinimum: 0, minimum: 3, exclusiveMaximum: 9, maximum: 7 },
      { type: "integer", minimum: 3, maximum: 7 },
    ],
    [
      "any integer",
      { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
      { type: "integer" },
    ],
    ["an open object", object({}, { additionalProperties: {} }), object({}, { additionalProperties: true })],
    ["a choice of types", { oneOf: [{ type: "string" }, { type: "null" }] }, { type: ["string", "null"] }],
    [
      "types with words about them",
      { anyOf: [{ type: "string" }, { type: "null" }, { type: "string" }], title: "Name" },
      { type: ["string", "null"], title: "Name" },
    ],
    ["a choice by a name", { oneOf: disjoint, discriminator: { propertyName: "kind" } }, { anyOf: disjoint }],
    [
      "what bounds no answer",
      { type: "string", default: "a", examples: ["a"], readOnly: true, deprecated: true, $comment: "x" },
      { type: "string" },
    ],
  ])("%s", (_what, written, said) => {
    expect(plain(object({ a: written }))).toEqual({ schema: object({ a: said }) });
  });

  test.each<[string, object]>([
    ["more than 0, of any numbers", { type: "number", exclusiveMinimum: 0 }],
    ["more than 0, of numbers and integers", { type: ["number", "integer"], exclusiveMinimum: 0 }],
    ["a bound that is none", { type: "integer", exclusiveMinimum: true }],
    ["a constant that its list has not", { const: "a", enum: ["b"] }],
    ["an object as a constant", { const: {} }],
    ["a choice of what may be both", { oneOf: [{ type: "integer" }, { type: "number" }] }],
    ["a choice of objects that nothing tells apart", { oneOf: [sign, object({})] }],
    [
      "a choice by a name that need not be there",
      { oneOf: [disjoint[0], object({ kind: { type: "string", enum: ["car"] } })] },
    ],
    ["a pattern of one's own beside a date", { type: "string", format: "date", pattern: "^2026" }],
    [
      "a choice of types of which one is bounded",
      { anyOf: [{ type: "string", maxLength: 9 }, { type: "null" }] },
    ],
    ["a choice of nothing", { anyOf: [] }],
    ["all of two", { allOf: [sign, object({})] }],
  ])("nothing else is made of %s", (_what, written) => {
    expect(plain(object({ a: written }))).toEqual({ schema: object({ a: written }) });
  });

  test("the pattern that zod writes beside its dates is what the format says", () => {
    const written = z.toJSONSchema(z.object({ day: z.iso.date(), at: z.iso.datetime() }));
    expect(written.properties?.["day"]).toHaveProperty("pattern");
    expect(plain(written)).toMatchObject({
      schema: {
        properties: { day: { type: "string", format: "date" }, at: { type: "string", format: "date-time" } },
      },
    });
    expect(JSON.stringify(plain(written))).not.toContain("pattern");
  });

  test("properties may have the names of keywords", () => {
    const names = ["$ref", "default", "const", "$defs", "allOf", "examples"];
    const schema = object(Object.fromEntries(names.map((name) => [name, { type: "string" }])));
    expect(plain(schema)).toEqual({ schema });
  });
});

test("what is no schema is left as it is", () => {
  for (const written of [
    null,
    true,
    "object",
    [],
    object({ a: null, b: [{}] }),
    { properties: 3, anyOf: {} },
  ])
    expect(plain(written)).toEqual({ schema: written });
});
