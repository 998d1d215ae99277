import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCatalog } from "./catalog.ts";
import { costMicros, estimateMicros, estimateQuestion, estimateTokens, type PricedModel } from "./cost.ts";
import { storeFacts } from "./instructions.ts";

const catalog = loadCatalog();
const modelOf = (id: string) => {
  const model = catalog.findModel(id);
  if (!model) throw new Error(`${id} is in the catalog`);
  return model;
};
const priced = (input: number | null, output: number | null, discount: number | null = 0.5): PricedModel => ({
  input_price_usd_per_million: input,
  output_price_usd_per_million: output,
  batch_discount: discount,
});

/** Prices as vendors list them: up to six decimals. */
const price = fc.integer({ min: 0, max: 100_000_000 }).map((millionths) => millionths / 1e6);
const tokens = fc.integer({ min: 0, max: 2_000_000 });

test("a dollar per million tokens is a micro-dollar per token, and halves are rounded up", () => {
  expect(costMicros(priced(1, 2), { inputTokens: 1_320, outputTokens: 150 })).toBe(1_620);
  expect(costMicros(priced(0.1, 0.4), { inputTokens: 5, outputTokens: 0 })).toBe(1);
  expect(costMicros(priced(0.1, 0.4), { inputTokens: 4, outputTokens: 0 })).toBe(0);
  // In floats 1.005 × 100 is 100.49999999999999.
  expect(costMicros(priced(1.005, 0), { inputTokens: 100, outputTokens: 0 })).toBe(101);
});

test("a missing price makes the cost unknown, never 0", () => {
  fc.assert(
    fc.property(price, tokens, tokens, (known, inputTokens, outputTokens) => {
      const usage = { inputTokens, outputTokens };
      expect(costMicros(priced(null, known), usage)).toBeNull();
      expect(costMicros(priced(known, null), usage)).toBeNull();
      expect(costMicros(priced(known, known, null), usage, "batch")).toBeNull();
      expect(costMicros(priced(known, known, null), usage)).not.toBeNull();
    }),
  );
});

test("every cost is a whole number within half a micro-dollar of the exact one, and grows with the tokens", () => {
  fc.assert(
    fc.property(price, price, tokens, tokens, tokens, (input, output, inputTokens, outputTokens, more) => {
      const model = priced(input, output);
      const cost = costMicros(model, { inputTokens, outputTokens }) ?? Number.NaN;
      expect(Number.isSafeInteger(cost)).toBe(true);
      const exact = Math.round(input * 1e6) * inputTokens + Math.round(output * 1e6) * outputTokens;
      // Of numbers up to 4e14 millionths, which floats hold exactly.
      expect(Math.abs(cost * 1e6 - exact)).toBeLessThanOrEqual(500_000);
      expect(costMicros(model, { inputTokens: inputTokens + more, outputTokens })).toBeGreaterThanOrEqual(
        cost,
      );
    }),
  );
});

test("the batch lane leaves off its share", () => {
  fc.assert(
    fc.property(price, tokens, (output, outputTokens) => {
      const usage = { inputTokens: 0, outputTokens: outputTokens * 2 };
      const half = costMicros(priced(0, output), usage, "batch") ?? Number.NaN;
      const whole = costMicros(priced(0, output), usage) ?? Number.NaN;
      expect(Math.abs(half * 2 - whole)).toBeLessThanOrEqual(1);
    }),
  );
});

test("a million pictures with a known model cost what its prices say", () => {
  const usage = { inputTokens: 1_320_000_000, outputTokens: 150_000_000 };
  const dollars = (id: string, lane?: "batch") =>
    Math.round((costMicros(modelOf(id), usage, lane) ?? 0) / 1e6);
  expect(dollars("gemini-2.5-flash-lite")).toBe(192);
  expect(dollars("gemini-3.5-flash-lite")).toBe(771);
  expect(dollars("gemini-3.5-flash-lite", "batch")).toBe(386);
  expect(dollars("gpt-5.6-luna")).toBe(444);
  expect(dollars("gpt-6-luna")).toBe(207);
});

test("an estimate is in its order for every model and size, and covers the picture that is sent", () => {
  const side = fc.integer({ min: 1, max: 12_000 });
  fc.assert(
    fc.property(
      fc.constantFrom(...catalog.models()),
      fc.option(fc.record({ width: side, height: side })),
      (model, size) => {
        const { image, instruction, output } = estimateQuestion(model, size, storeFacts);
        expect(instruction).toBeGreaterThan(0);
        for (const range of [image, output, estimateMicros(model, { image, instruction, output })]) {
          if (range === null) continue;
          expect(range.low).toBeLessThanOrEqual(range.expected);
          expect(range.expected).toBeLessThanOrEqual(range.high);
        }
        expect(estimateTokens(model, size, storeFacts)).toBeGreaterThan(instruction);
      },
    ),
  );
});

test("nothing is estimated where the tokens of a picture or a price are not known", () => {
  const size = { width: 800, height: 600 };
  expect(estimateQuestion(modelOf("gpt-6-luna"), size, storeFacts).image).toBeNull();
  const unpriced = modelOf("gemini-3.7-flash");
  const question = estimateQuestion(unpriced, size, storeFacts);
  expect(question.image?.expected).toBe(1_120);
  expect(estimateMicros(unpriced, question)).toBeNull();
});
