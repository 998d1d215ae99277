import { expect, test } from "vitest";
import { loadCatalog } from "../../models/catalog.ts";
import { storeFacts } from "../../models/instructions.ts";
import { allowedPerMinute, estimate, type Load, type ModelTerms } from "./estimate.ts";

const catalog = loadCatalog();
const load: Load = { rows: 1_200, invalid: 100, questions: 1_000, size: null };
const rates = { requestsPerMinute: 165, requestsPerDay: null, tokensPerMinute: null };
const termsOf = (id: string, more: Partial<ModelTerms["rates"]> = {}): ModelTerms => ({
  name: id,
  entry: catalog.findModel(id) ?? null,
  rates: { ...rates, ...more },
});
const of = (terms: ModelTerms | null, changes: Partial<Load> = {}) =>
  estimate({ ...load, ...changes }, terms, storeFacts);

test("the cost is that of the tokens, at the prices of the catalog", () => {
  const told = of(termsOf("gemini-3.5-flash-lite"));
  const { estimated_tokens_per_instruction: instruction, estimated_tokens_per_answer: answer } = told;
  expect(told).toMatchObject({
    ...{ is_estimate: true, total_urls: 1_200, invalid_urls: 100, questions: 1_000 },
    model: "gemini-3.5-flash-lite",
    estimated_tokens_per_image: { low: 1_120, expected: 1_120, high: 1_120 },
    estimated_tokens_per_answer: { low: 40, expected: 150, high: 600 },
  });
  const expected = Math.round(0.3 * (1_120 + (instruction ?? 0)) + 2.5 * (answer?.expected ?? 0)) * 1_000;
  expect(told.estimated_cost_usd?.expected).toBe(expected / 1e6);
});

test("the size of the pictures makes it exact where the model counts their pixels", () => {
  const terms = termsOf("claude-haiku-4-5");
  const image = of(terms, { size: { width: 1920, height: 1080 } }).estimated_tokens_per_image;
  expect(image).toEqual({ low: 1_560, expected: 1_560, high: 1_560 });
  const guess = of(terms).estimated_tokens_per_image;
  expect(guess?.low).toBeLessThan(200);
  expect(guess?.high).toBeGreaterThan(1_500);
});

test("the limit that takes longest decides about the time", () => {
  const time = (more: Partial<ModelTerms["rates"]>, questions = 1_000) => {
    const told = of(termsOf("gemini-3.5-flash-lite", more), { questions });
    return [told.estimated_seconds, told.limited_by];
  };
  expect(time({})).toEqual([364, "requests_per_minute"]);
  expect(time({ requestsPerDay: 1_000 })).toEqual([364, "requests_per_minute"]);
  expect(time({ requestsPerDay: 1_000 }, 1_001)).toEqual([86_400, "requests_per_day"]);
  expect(time({ requestsPerDay: 100 })).toEqual([9 * 86_400, "requests_per_day"]);
  const [seconds, limit] = time({ tokensPerMinute: 10_000 });
  expect(limit).toBe("tokens_per_minute");
  // 1,000 questions of 1,120 tokens of picture, 150 of answer, and the instruction.
  expect(seconds).toBeGreaterThan((1_270 / 10_000) * 1_000 * 60);
});

test("what a minute allows is the lesser of its requests and its tokens", () => {
  const allowed = (id: string, more: Partial<ModelTerms["rates"]> = {}) =>
    allowedPerMinute(termsOf(id, more), storeFacts);
  expect(allowed("gemini-3.5-flash-lite")).toBe(165);
  expect(allowed("gemini-3.5-flash-lite", { tokensPerMinute: 10_000_000 })).toBe(165);
  const tight = allowed("gemini-3.5-flash-lite", { tokensPerMinute: 100_000 });
  // 1,120 tokens of picture, 150 of answer, and the instruction.
  expect(tight).toBeLessThan(100_000 / 1_270);
  expect(tight).toBeGreaterThan(100_000 / 2_000);
  // Nobody knows how many tokens a picture takes there: about as many as elsewhere.
  expect(allowed("gpt-6-luna", { tokensPerMinute: 100_000 })).toBeLessThan(100_000 / 1_200);
  expect(allowedPerMinute({ name: "local", entry: null, rates: null }, storeFacts)).toBeNull();
  expect(allowedPerMinute(null, storeFacts)).toBeNull();
});

test("what is not known is null, and what runs here costs nothing", () => {
  expect(of(termsOf("gemini-3.7-flash"))).toMatchObject({ estimated_cost_usd: null, estimated_seconds: 364 });
  expect(of(termsOf("gpt-6-luna"))).toMatchObject({
    estimated_tokens_per_image: null,
    estimated_cost_usd: null,
  });
  const nothing = { low: 0, expected: 0, high: 0 };
  expect(of({ name: "local", entry: null, rates: null })).toMatchObject({
    ...{ model: "local", estimated_cost_usd: nothing, estimated_tokens_per_image: null },
    ...{ estimated_seconds: null, limited_by: null },
  });
  expect(of(null)).toMatchObject({ model: null, estimated_cost_usd: null, estimated_seconds: null });
});
