import { describe, expect, test } from "vitest";
import { z } from "zod";
import { AppError } from "../../platform/errors.ts";
import { colorSchemes, iconFormats, iconStyles } from "./choices.ts";
import { iconsDialect } from "./errors.ts";
import {
  readBatchRequest,
  readCachedQuery,
  readClearRequest,
  readGenerateRequest,
  readSuggestionsQuery,
} from "./requests.ts";
import * as wire from "./schema.ts";

const context = { correlationId: "1", timestamp: "", method: "POST", accept: "" };

function answerTo(path: string, read: () => unknown) {
  try {
    read();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { status, body } = iconsDialect.render(error, { ...context, path });
    return { status, ...JSON.parse(body) };
  }
  throw new Error("nothing was refused");
}

const single = (body: unknown) => answerTo("/api/icons/generate", () => readGenerateRequest(body));
const batch = (body: unknown) => answerTo("/api/icons/generate/batch", () => readBatchRequest(body));
const clear = (body: unknown) => answerTo("/api/icons/cache/clear", () => readClearRequest(body));

const usual = { style: "modern", colorScheme: "brand_colors", format: "png", sizes: [] };

describe("a single icon", () => {
  test("is what the reference asks for", () => {
    expect(
      readGenerateRequest({
        category: "office supplies",
        style: "modern",
        color_scheme: "brand_colors",
        custom_elements: ["pen", "stapler", "calculator"],
      }),
    ).toEqual({
      ...usual,
      category: "office supplies",
      customElements: ["pen", "stapler", "calculator"],
    });
  });

  test("needs a category alone, and null is as good as absent", () => {
    const nothing = { style: null, color_scheme: null, custom_elements: null, format: null, sizes: null };
    for (const body of [{ category: "pens" }, { category: "pens", ...nothing }])
      expect(readGenerateRequest(body)).toEqual({ ...usual, category: "pens", customElements: [] });
  });

  test("is asked for in any case, with space anywhere, and with fields that nobody knows", () => {
    const request = readGenerateRequest({
      category: "\t office \u0000 supplies\n\ud800",
      style: " FLAT",
      color_scheme: "Blue_Tones",
      custom_elements: [" pen ", "", "Pen", "ink\npot"],
      format: "WebP",
      sizes: [256, 16, 256],
      quality: "hd",
    });
    expect(request).toEqual({
      category: "office supplies \ufffd",
      style: "flat",
      colorScheme: "blue_tones",
      customElements: ["pen", "ink pot"],
      format: "webp",
      sizes: [16, 256],
    });
  });

  test("as an ICO has the sizes that such a file usually has", () => {
    expect(readGenerateRequest({ category: "pens", format: "ico" }).sizes).toEqual([16, 32, 48, 256]);
    expect(readGenerateRequest({ category: "pens", format: "ico", sizes: [24] }).sizes).toEqual([24]);
  });

  test.each([
    ["style", iconStyles],
    ["color_scheme", colorSchemes],
    ["format", iconFormats],
  ])("of an unknown %s is a 400 that lists the valid ones", (field, options) => {
    for (const value of ["neon", "", 7, ["flat"], {}]) {
      const answer = single({ category: "pens", [field]: value });
      expect(answer).toMatchObject({
        ...{ status: 400, success: false, error: "validation_error" },
        metadata: { field, valid_options: options },
      });
      expect(answer.message).toContain(options.join(", "));
    }
  });

  test.each([
    ["body", [1]],
    ["body", "text"],
    ["body", null],
    ["category", {}],
    ["category", { category: " \n" }],
    ["category", { category: 5 }],
    ["category", { category: "x".repeat(101) }],
    ["custom_elements", { category: "pens", custom_elements: "pen" }],
    ["custom_elements", { category: "pens", custom_elements: { pens: ["pen"] } }],
    ["custom_elements", { category: "pens", custom_elements: [1] }],
    ["custom_elements", { category: "pens", custom_elements: ["x".repeat(61)] }],
    [
      "custom_elements",
      { category: "pens", custom_elements: Array.from({ length: 13 }, (_, at) => `${at}`) },
    ],
    ["sizes", { category: "pens", sizes: 64 }],
    ["sizes", { category: "pens", sizes: [] }],
    ["sizes", { category: "pens", sizes: [15] }],
    ["sizes", { category: "pens", sizes: [1025] }],
    ["sizes", { category: "pens", sizes: [32.5] }],
    ["sizes", { category: "pens", sizes: ["32"] }],
    ["sizes", { category: "pens", format: "ico", sizes: [512] }],
    ["sizes", { category: "pens", format: "svg", sizes: [64] }],
  ])("is refused for its %s: %j", (field, body) => {
    const answer = single(body);
    expect(answer).toMatchObject({ status: 400, error: "validation_error", metadata: { field } });
    expect(answer.message).toMatch(/^Invalid .+: .+/);
    expect(answer).not.toHaveProperty("errors");
  });
});

describe("a batch", () => {
  test("is what the reference asks for", () => {
    expect(
      readBatchRequest({
        categories: ["electronics", "tools", "automotive"],
        style: "flat",
        color_scheme: "blue_tones",
        variations_per_category: 2,
        custom_elements: { electronics: ["circuit", "device"], tools: ["hammer", "wrench"] },
      }),
    ).toEqual({
      categories: ["electronics", "tools", "automotive"],
      style: "flat",
      colorScheme: "blue_tones",
      variations: 2,
      customElements: [["circuit", "device"], ["hammer", "wrench"], []],
      metadata: {},
      format: "png",
      sizes: [],
    });
  });

  test("has its categories once, without blanks, in their order", () => {
    const request = readBatchRequest({ categories: ["Tools", " ", "pens", "tools", "  pens"] });
    expect(request).toMatchObject({ categories: ["Tools", "pens"], variations: 1 });
  });

  test("finds the elements of a category by its words, and else by what they mean", () => {
    const custom_elements = {
      ...{ "hand tools": ["file"], TOOLS: ["saw"], 文具: ["brush"], 恐竜: ["bone"] },
      ...{ cars: null, "no one's": ["x"] },
    };
    const categories = ["hand  tools", "wrenches", "tools", "文具", "恐竜", "cars", "constructor"];
    const { customElements } = readBatchRequest({ categories, custom_elements });
    expect(customElements).toEqual([["file"], ["saw"], ["saw"], ["brush"], ["bone"], [], []]);
  });

  test("is told everything that is wrong with it", () => {
    const answer = batch({
      categories: ["a", 1],
      style: "neon",
      variations_per_category: 0,
      custom_elements: { a: "b" },
      metadata: [],
    });
    expect(answer).toMatchObject({ status: 400, metadata: { field: "categories" } });
    expect(answer.errors).toEqual([
      expect.stringMatching(/^Invalid categories\.1: /),
      expect.stringMatching(/^Invalid style: /),
      expect.stringMatching(/^Invalid variations_per_category: /),
      expect.stringMatching(/^Invalid custom_elements\.a: /),
      expect.stringMatching(/^Invalid metadata: /),
    ]);
    expect(answer.message).toBe(answer.errors[0]);
    expect(answer).not.toHaveProperty("success");
  });

  const fifty = Array.from({ length: 50 }, (_, at) => `category ${at}`);

  test("has fifty categories at most, however often they are named", () => {
    expect(readBatchRequest({ categories: [...fifty, "", "CATEGORY 1"] }).categories).toEqual(fifty);
    expect(batch({ categories: [...fifty, "one more"] }).metadata).toEqual({ field: "categories" });
  });

  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

  test.each([
    ["categories", { categories: undefined }],
    ["categories", { categories: "tools" }],
    ["categories", { categories: [] }],
    ["categories", { categories: ["", " "] }],
    ["variations_per_category", { variations_per_category: 11 }],
    ["variations_per_category", { variations_per_category: 1.5 }],
    ["variations_per_category", { variations_per_category: true }],
    ["custom_elements", { custom_elements: ["pen"] }],
    ["custom_elements", { custom_elements: { a: [1] } }],
    ["metadata", { metadata: "text" }],
    ["metadata", { metadata: { a: "\u0000" } }],
    ["metadata", { metadata: { a: ["\ud800"] } }],
    ["metadata", { metadata: { a: nested(20) } }],
    ["metadata", { metadata: { a: nested(5_000) } }],
    ["metadata", { metadata: { a: "x".repeat(16 * 1024) } }],
  ])("is refused for its %s", (field, part) => {
    expect(batch({ categories: ["a"], ...part })).toMatchObject({ status: 400, metadata: { field } });
  });

  test("may have any metadata that can be stored", () => {
    const metadata = { a: nested(19), b: "😀 \\u0000", c: null };
    expect(readBatchRequest({ categories: ["a"], metadata }).metadata).toEqual(metadata);
  });

  test("of a body that is wrong half a million times is answered in a few words", () => {
    const wrong = Array.from({ length: 500_000 }, () => 1);
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`c${at}`, 1]));
    const answer = batch({ categories: wrong, custom_elements: many, sizes: wrong });
    expect(JSON.stringify(answer).length).toBeLessThan(1_000);
    const one = batch({ categories: Array.from({ length: 500 }, () => 1) });
    expect(one.errors).toHaveLength(20);
    const name = batch({ categories: ["a"], custom_elements: { ["x".repeat(100_000)]: 1 } });
    expect(name.message.length).toBeLessThan(200);
  });
});

describe("clearing", () => {
  test("is of everything unless it is told", () => {
    for (const body of [undefined, null, {}, { category: null, older_than_days: null }])
      expect(readClearRequest(body)).toEqual({ category: null, olderThanDays: null });
    expect(readClearRequest({ category: "Office Supplies", older_than_days: 7 })).toEqual({
      ...{ category: "office_supplies", olderThanDays: 7 },
    });
  });

  test.each([
    ["category", { category: "" }],
    ["category", { category: ["tools"] }],
    ["older_than_days", { older_than_days: -1 }],
    ["older_than_days", { older_than_days: "7" }],
    ["body", [1]],
  ])("is never of more than was meant: %s", (field, body) => {
    expect(clear(body)).toMatchObject({ status: 400, metadata: { field } });
  });
});

describe("a query", () => {
  test("of cached icons names a category in any words", () => {
    expect(readCachedQuery({})).toEqual({ category: null, limit: 1_000, offset: 0 });
    expect(readCachedQuery({ category: " " })).toMatchObject({ category: null });
    expect(readCachedQuery({ category: ["pens", "Power Tools"], limit: "5", offset: "10" })).toEqual({
      ...{ category: "tools", limit: 5, offset: 10 },
    });
    for (const limit of ["0", "1001", "x", "1.5"])
      expect(answerTo("/api/icons/cached", () => readCachedQuery({ limit })).metadata).toEqual({
        field: "limit",
      });
  });

  test("of suggestions has three names", () => {
    expect(readSuggestionsQuery(undefined)).toEqual({ q: "" });
    for (const name of ["q", "query", "partial"])
      expect(readSuggestionsQuery({ [name]: " off " })).toEqual({ q: "off" });
  });
});

test("the page of the API says of every field what it takes", () => {
  const { properties, required } = z.toJSONSchema(wire.batchBody, { io: "input" });
  const texts = { type: "array", items: { type: "string" } };
  expect(required).toEqual(["categories"]);
  expect(properties).toMatchObject({
    categories: { ...texts, maxItems: 50 },
    style: { anyOf: [{ type: "string", enum: iconStyles }, { type: "null" }] },
    custom_elements: { anyOf: [{ type: "object", additionalProperties: texts }, { type: "null" }] },
  });
});
