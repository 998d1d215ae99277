import { describe, expect, test } from "vitest";
import { checkOf } from "../../models/hosted/answer-schema.ts";
import { storeFacts } from "../../models/instructions.ts";
import { batchOptions } from "./batch-options.ts";
import { instructionOf, readQuestion, unaskable } from "./question.ts";

const hosted: Parameters<typeof readQuestion>[1] = {
  model: "gemini",
  models: ["local", "gemini"],
  defaultOnly: ["local"],
};
const read = ({ text = "", schema = "" }: { text?: string; schema?: string }, asked = hosted) =>
  readQuestion({ text, schema }, asked);

const object = (properties: object, more: object = {}) => ({ type: "object", properties, ...more });
const damaged = JSON.stringify(object({ damaged: { type: "boolean" }, cause: { type: ["string", "null"] } }));
const nested = (levels: number): object =>
  levels === 0 ? { type: "string" } : { type: "array", items: nested(levels - 1) };

describe("a question", () => {
  test("is the default one where neither its text nor its schema is given", () => {
    expect(read({})).toBeNull();
    expect(instructionOf(null)).toBeNull();
  });

  test("may be asked in other words: its answers are the default facts", () => {
    const instruction = instructionOf(read({ text: "Is the window broken?" }));
    expect(instruction).toMatchObject({ text: "Is the window broken?", schema: storeFacts.schema });
    expect(instruction?.version).not.toBe(storeFacts.version);
  });

  test("may be answered in another shape: its words are the default ones", () => {
    expect(instructionOf(read({ schema: damaged }))).toEqual({
      version: expect.stringMatching(/^custom-[0-9a-f]{64}$/),
      text: storeFacts.text,
      schema: JSON.parse(damaged),
    });
  });

  test("keeps the order of its properties, which models follow and exports show", () => {
    const schema = JSON.stringify(
      object({ zebra: { type: "string" }, b: { type: "string" }, ab: { type: "string" } }),
    );
    const stored = JSON.parse(JSON.stringify(read({ schema })));
    expect(Object.keys(instructionOf(stored)?.schema["properties"] ?? {})).toEqual(["zebra", "b", "ab"]);
  });

  test("has one version however its schema is written, and another for everything else that may be asked", () => {
    const spaced = JSON.stringify(JSON.parse(damaged), null, 4);
    const version = (text: string, schema: string) => read({ text, schema })?.version;
    expect(version("Look.", spaced)).toBe(version("Look.", damaged));
    const others = [
      version("Look.", damaged),
      version("Look!", damaged),
      version("", damaged),
      version("Look.", ""),
      version("Look.", damaged.replace("cause", "reason")),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  test("that is stored is one object, so that its schema is compiled once", () => {
    const stored = read({ schema: damaged });
    const schema = instructionOf(stored)?.schema ?? {};
    expect(instructionOf(stored)?.schema).toBe(schema);
    expect(checkOf(schema)({ damaged: true, cause: null })).toHaveProperty("output");
    expect(checkOf(schema)({ damaged: "yes" })).toHaveProperty("problem");
  });

  test("may be as large as this", () => {
    const fifty = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`p${index}`, { type: "number" }]),
    );
    expect(read({ text: "x".repeat(8_000), schema: JSON.stringify(object(fifty)) })).not.toBeNull();
    expect(read({ schema: JSON.stringify(object({ list: nested(20) })) })).not.toBeNull();
    const long = object({ note: { type: "string", description: "" } });
    const room = 16_384 - JSON.stringify(long).length;
    long.properties = { note: { type: "string", description: "x".repeat(room) } };
    expect(read({ schema: JSON.stringify(long) })).not.toBeNull();
    long.properties = { note: { type: "string", description: "x".repeat(room + 1) } };
    expect(() => read({ schema: JSON.stringify(long) })).toThrow("schema: at most 16384 bytes of JSON");
  });

  test("of a batch that was stored before there were any is the default one", () => {
    const stored = {
      ...{ fileName: null, chunkSize: 10, columns: null, urlColumn: 0, duplicates: 0 },
      ...{ model: null, cache: "use", requestedAt: "2025-11-02T10:30:00.000Z", webhookUrl: null },
    };
    expect(batchOptions.parse(stored).instruction).toBeNull();
  });
});

describe("a question is refused", () => {
  test.each([
    ["too long", "x".repeat(8_001), /^instruction: at most 8000 characters$/],
    ["with a NUL", "a\u0000b", /^instruction: holds a NUL character$/],
    ["with half a character", "a\ud83c", /^instruction: holds half of a surrogate pair$/],
  ])("in words that are %s", (_what, text, message) => {
    expect(() => read({ text })).toThrow(message);
    expect(() => read({ text })).toThrow(expect.objectContaining({ code: "validation_error", status: 400 }));
  });

  const inside = (node: object) => object({ list: { type: "array", items: object({ part: node }) } });
  const tooMany = Object.fromEntries(
    Array.from({ length: 26 }, (_, index) => [`p${index}`, { type: "null" }]),
  );

  test.each<[string, object | string, RegExp]>([
    ["is no JSON", '{"type":"object",}', /^schema: is no JSON \(.*position 17/],
    ["is text", '"object"', /^schema: expected a schema, which is an object$/],
    ["is null", "null", /^schema: expected a schema, which is an object$/],
    ["is a list", "[]", /^schema: /],
    ["is that of no object", { type: "string" }, /^schema: an answer is an object$/],
    ["asks nothing", { type: "object" }, /^schema: names no properties/],
    ["asks nothing at all", object({}), /^schema: names no properties/],
    [
      "holds what is not supported",
      inside({ type: "string", pattern: "^(a+)+$" }),
      /^schema: properties\.list\.items\.properties\.part\.pattern: cannot be checked/,
    ],
    [
      "has a property without a type",
      inside({ description: "x" }),
      /^schema: properties\.list\.items\.properties\.part: has neither type nor enum nor anyOf, but description$/,
    ],
    [
      "requires what it does not name",
      object({ a: { type: "string" } }, { required: ["b"] }),
      /^schema: every required name/,
    ],
    ["is nested without end", '{"a":'.repeat(3_000), /^schema: is no JSON/],
    ["is nested deeper than anybody asks", `${"[".repeat(8_000)}${"]".repeat(8_000)}`, /nested too deep$/],
    [
      "is nested too deep",
      object({ list: nested(24) }),
      /^schema: properties\.list\.items.*: is nested too deep$/,
    ],
    [
      "has too many properties, counted on all levels",
      object({ ...tooMany, more: { type: "array", items: { anyOf: [object(tooMany)] } } }),
      /^schema: has 53 properties; at most 50/,
    ],
    [
      "names a property as no library takes it",
      '{"type":"object","properties":{"__proto__":{}}}',
      /__proto__/,
    ],
    ["has a NUL in a name", object({ "a\u0000": { type: "string" } }), /^schema: properties: holds a NUL/],
    [
      "has half a character in a value",
      object({ a: { enum: ["x", "\ud83c"] } }),
      /^schema: properties\.a\.enum\.1: holds half/,
    ],
  ])("whose schema %s, with the place in it", (_what, schema, message) => {
    const text = typeof schema === "string" ? schema : JSON.stringify(schema);
    expect(() => read({ schema: text })).toThrow(message);
    expect(() => read({ schema: text })).toThrow(
      expect.objectContaining({ code: "validation_error", status: 400 }),
    );
  });

  test.each([
    ["that it would get", { model: "local", models: ["local", "gemini"] }, /; name another model$/],
    ["that it would get alone", { model: "local", models: ["local"] }, /, and no other model is configured$/],
    [
      "that is the only one to be had",
      { model: null, models: ["local"] },
      /, and no other model is configured$/,
    ],
  ])("by the offline model %s, which says why", (_what, choice, message) => {
    const asked = { ...choice, defaultOnly: ["local"] };
    expect(() => read({ text: "Look." }, asked)).toThrow(
      /^instruction: the model local .* default question only/,
    );
    expect(() => read({ schema: damaged }, asked)).toThrow(/^schema: the model local /);
    expect(() => read({ schema: damaged }, asked)).toThrow(message);
    expect(read({}, asked)).toBeNull();
  });

  test("later by nobody but the offline model", () => {
    const question = read({ schema: damaged });
    const offline = { name: "local", answers: "the default question" } as const;
    expect(unaskable(offline, question)).toMatch(
      /model local .*Configure another model and resume the batch\.$/,
    );
    expect(unaskable({ name: "local", answers: "any question" }, question)).toBeNull();
    expect(unaskable(offline, null)).toBeNull();
  });
});
