import { describe, expect, test } from "vitest";
import { z } from "zod";
import { instructionOf, readQuestion } from "../../src/features/analysis/question.ts";
import { checkOf } from "../../src/models/hosted/answer-schema.ts";
import { createAnthropic } from "../../src/models/hosted/anthropic.ts";
import { createCompatible } from "../../src/models/hosted/compatible.ts";
import { createGemini } from "../../src/models/hosted/gemini.ts";
import { createOpenAi } from "../../src/models/hosted/openai.ts";
import { startAnthropic } from "../simulators/anthropic.ts";
import { startCompatible } from "../simulators/compatible.ts";
import { startGemini } from "../simulators/gemini.ts";
import { startOpenAi } from "../simulators/openai.ts";
import { picture } from "./vision-conformance.ts";

const questionOf = (schema: object) =>
  readQuestion({ text: "", schema: JSON.stringify(schema) }, { model: null, models: ["any"] });

function asked(schema: object) {
  const instruction = instructionOf(questionOf(schema));
  if (!instruction) throw new Error("it is the default question");
  return instruction;
}

const zodSign = z
  .object({ text: z.string().max(200).nullable().describe("What it says."), colour: z.enum(["red", "blue"]) })
  .meta({ id: "Sign", title: "A sign" });
const zodReport = z.object({
  signs: z.array(zodSign).max(5),
  main: zodSign,
  stars: z.int().min(0).max(5).default(3),
  count: z.int().positive(),
  seen: z.iso.date(),
  at: z.iso.datetime().nullable(),
  what: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("shop"), name: z.string() }),
    z.object({ kind: z.literal("car"), plate: z.string().nullable() }),
  ]),
  note: z.string().optional(),
});

const sign = { text: "OPEN", colour: "red" };
const answer = {
  signs: [sign, { text: null, colour: "blue" }],
  main: sign,
  stars: 4,
  count: 2,
  seen: "2026-11-21",
  at: null,
  what: { kind: "shop", name: "Tea House" },
  note: "closed on Sundays",
};

/** As pydantic 2.13 prints a model with optional, nested, discriminated and enumerated members. */
const pydanticReport = {
  $defs: {
    Car: {
      properties: {
        kind: { const: "car", title: "Kind", type: "string" },
        plate: { anyOf: [{ type: "string" }, { type: "null" }], default: null, title: "Plate" },
      },
      required: ["kind"],
      title: "Car",
      type: "object",
    },
    Colour: { enum: ["red", "blue"], title: "Colour", type: "string" },
    Shop: {
      properties: {
        kind: { const: "shop", title: "Kind", type: "string" },
        name: { examples: ["Tea House"], title: "Name", type: "string" },
      },
      required: ["kind", "name"],
      title: "Shop",
      type: "object",
    },
    Sign: {
      description: "A sign in the picture.",
      properties: {
        text: {
          anyOf: [{ maxLength: 200, type: "string" }, { type: "null" }],
          default: null,
          description: "What it says.",
          title: "Text",
        },
        colour: { $ref: "#/$defs/Colour", default: "red" },
      },
      title: "Sign",
      type: "object",
    },
  },
  additionalProperties: false,
  description: "What a picture shows.",
  properties: {
    signs: { items: { $ref: "#/$defs/Sign" }, maxItems: 5, title: "Signs", type: "array" },
    main: { $ref: "#/$defs/Sign", description: "The largest one." },
    second: { anyOf: [{ $ref: "#/$defs/Sign" }, { type: "null" }], default: null },
    stars: { default: 3, maximum: 5, minimum: 0, title: "Stars", type: "integer" },
    count: { exclusiveMinimum: 0, title: "Count", type: "integer" },
    seen: { format: "date", title: "Seen", type: "string" },
    at: { anyOf: [{ format: "date-time", type: "string" }, { type: "null" }], default: null, title: "At" },
    what: {
      discriminator: { mapping: { car: "#/$defs/Car", shop: "#/$defs/Shop" }, propertyName: "kind" },
      oneOf: [{ $ref: "#/$defs/Shop" }, { $ref: "#/$defs/Car" }],
      title: "What",
    },
    note: { anyOf: [{ type: "string" }, { type: "null" }], default: null, title: "Note" },
  },
  required: ["main", "count", "seen", "what"],
  title: "Report",
  type: "object",
};

const pasted: readonly (readonly [string, object])[] = [
  ["zod", z.toJSONSchema(zodReport)],
  ["zod for draft-07", z.toJSONSchema(zodReport, { target: "draft-7" })],
  ["zod with everything that is used twice under $defs", z.toJSONSchema(zodReport, { reused: "ref" })],
  ["zod with every member required", z.toJSONSchema(zodReport.required())],
  ["pydantic", pydanticReport],
  [
    "pydantic with the whole model under $defs",
    { $defs: { ...pydanticReport.$defs, Report: { ...pydanticReport, $defs: {} } }, $ref: "#/$defs/Report" },
  ],
];

describe.each(pasted)("a schema as written by %s", (_library, schema) => {
  test("is one that answers are checked against", () => {
    const check = checkOf(asked(schema).schema);
    expect(check(answer)).toEqual({ output: answer });
    for (const wrong of [
      { ...answer, main: { ...sign, colour: "green" } },
      { ...answer, count: 0 },
      { ...answer, count: 1.5 },
      { ...answer, stars: 6 },
      { ...answer, seen: "today" },
      { ...answer, what: { kind: "ship", name: "Tea House" } },
      { ...answer, what: { kind: "shop" } },
      { ...answer, signs: Array(6).fill(sign) },
      { ...answer, mood: "calm" },
      { ...answer, main: undefined },
      { ...answer, main: { ...sign, text: "x".repeat(201) } },
    ])
      expect(check(JSON.parse(JSON.stringify(wrong))), JSON.stringify(wrong)).toHaveProperty("problem");
  });

  test.each([
    ["Gemini", createGemini, startGemini],
    ["OpenAI", createOpenAi, startOpenAi],
    ["Anthropic", createAnthropic, startAnthropic],
    ["a compatible server", createCompatible, startCompatible],
  ])("is taken by %s", async (_provider, create, start) => {
    const remote = await start();
    try {
      remote.answer({ kind: "output", output: answer });
      const { output } = await create({ baseUrl: remote.url, deadlineMs: 20_000 }).ask({
        ...{
          model: remote.model,
          apiKey: remote.key,
          image: picture(),
          format: "jpeg",
          width: 10,
          height: 10,
        },
        ...{ instruction: asked(schema), maxOutputTokens: 500, signal: new AbortController().signal },
      });
      expect(output).toEqual(answer);
      const [call] = remote.calls;
      expect(JSON.stringify(call?.schema)).not.toMatch(
        /"(?:\$\w+|default|const|oneOf|pattern|discriminator)":/,
      );
    } finally {
      await remote.close();
    }
  });
});

test("one question is one, whichever draft it names and whether it refers to parts of itself", () => {
  const member = { name: z.string(), signs: z.array(zodSign) };
  const version = (params: z.core.ToJSONSchemaParams) =>
    questionOf(z.toJSONSchema(z.object(member), params))?.version;
  expect(version({ target: "draft-7" })).toBe(version({}));
  const { $schema: _, ...unnamed } = z.toJSONSchema(z.object(member));
  expect(questionOf(unnamed)?.version).toBe(version({}));
});

const node: z.ZodType = z.object({
  name: z.string(),
  get parts() {
    return z.array(node);
  },
});

test.each<[string, object, RegExp]>(
  [
    [
      "a mail address",
      z.object({ a: z.email() }),
      /^schema: properties\.a\.(?:format|pattern): .*say in the description/,
    ],
    [
      "a web address",
      z.object({ a: z.url().nullable() }),
      /^schema: properties\.a\.anyOf\.0\.format: .*it is "uri"/,
    ],
    [
      "more than 0",
      z.object({ a: z.number().positive() }),
      /^schema: properties\.a\.exclusiveMinimum: .*write minimum/,
    ],
    ["steps", z.object({ a: z.number().multipleOf(5) }), /^schema: properties\.a\.multipleOf: .*description/],
    [
      "a pair",
      z.object({ a: z.tuple([z.string(), z.number()]) }),
      /^schema: properties\.a\.prefixItems: write an object/,
    ],
    [
      "any names",
      z.object({ a: z.record(z.string(), z.number()) }),
      /^schema: properties\.a\.\w+: names .*array of objects/,
    ],
    [
      "anything",
      z.object({ a: z.array(z.any()) }),
      /^schema: properties\.a\.items: has neither type nor enum nor anyOf$/,
    ],
    [
      "itself",
      node,
      /^schema: properties\.parts\.items\.\$ref: "#" holds itself; .*write out as many levels/,
    ],
    [
      "itself inside",
      z.object({ a: node }),
      /^schema: properties\.a\.properties\.parts\.items\.\$ref: .* holds itself/,
    ],
    ["a list", z.array(z.object({ a: z.string() })), /^schema: an answer is an object$/],
  ].map(
    ([what, type, message]) => [what, z.toJSONSchema(type as z.ZodType), message] as [string, object, RegExp],
  ),
)("zod's schema of %s is refused with its place and what to write instead", (_what, schema, message) => {
  expect(() => questionOf(schema)).toThrow(message);
});

test.each<[string, object, RegExp]>([
  [
    "Any",
    { properties: { a: { default: null, title: "A" } }, title: "Report", type: "object" },
    /^schema: properties\.a: has neither type nor enum nor anyOf, but title$/,
  ],
  [
    "Dict[str, int]",
    {
      properties: { a: { additionalProperties: { type: "integer" }, title: "A", type: "object" } },
      type: "object",
    },
    /^schema: properties\.a\.additionalProperties: names .*array of objects/,
  ],
  [
    "set[str]",
    {
      properties: { a: { items: { type: "string" }, title: "A", type: "array", uniqueItems: true } },
      type: "object",
    },
    /^schema: properties\.a\.uniqueItems: .*description/,
  ],
  [
    "HttpUrl",
    { properties: { a: { format: "uri", maxLength: 2083, minLength: 1, type: "string" } }, type: "object" },
    /^schema: properties\.a\.format: .*it is "uri"/,
  ],
  [
    "a model that holds itself",
    {
      $defs: {
        Node: {
          properties: {
            kids: { default: [], items: { $ref: "#/$defs/Node" }, title: "Kids", type: "array" },
          },
          title: "Node",
          type: "object",
        },
      },
      $ref: "#/$defs/Node",
    },
    /^schema: properties\.kids\.items\.\$ref: "#\/\$defs\/Node" holds itself/,
  ],
])(
  "pydantic's schema of %s is refused with its place and what to write instead",
  (_what, schema, message) => {
    expect(() => questionOf(schema)).toThrow(message);
  },
);

test("what is written out where it is referred to counts as it is asked", () => {
  const many = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`p${at}`, { type: "null" }]));
  const part = { type: "object", properties: many };
  const repeated = Object.fromEntries(
    ["a", "b", "c", "d", "e"].map((name) => [name, { $ref: "#/$defs/Part" }]),
  );
  const schema = { $defs: { Part: part }, type: "object", properties: repeated };
  expect(() => questionOf(schema)).toThrow(/has 55 properties; at most 50/);
  const lists = (levels: number, inside: object): object =>
    levels === 0 ? inside : { type: "array", items: lists(levels - 1, inside) };
  const chained = {
    $defs: { A: lists(15, { type: "null" }), B: lists(2, { $ref: "#/$defs/A" }) },
    ...{ type: "object", properties: { a: lists(8, { $ref: "#/$defs/B" }) } },
  };
  expect(() => questionOf(chained)).toThrow(/^schema: properties\.a\.items\..* is nested too deep$/);
});
