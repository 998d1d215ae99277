import { expect, test } from "vitest";
import type { ImageOutcome, ProductResult } from "./statuses.ts";
import { savedPercent, tallyOf } from "./tally.ts";

const made = (inputBytes: number, outputBytes: number): ImageOutcome => ({
  ...{ state: "made", outputUrl: "https://out.test/1.jpg", inputBytes, outputBytes, format: "jpeg" },
  ...{ width: 1, height: 1, quality: 50, similarity: null, why: null },
});
const failed = (code: string): ImageOutcome => ({ state: "failed", code, message: `${code}!` });

const product = (...outcomes: readonly (ImageOutcome | null)[]): ProductResult => ({
  ...{ serial: 1, name: "a", begun: true, hasEnded: true, outcomes },
  urls: outcomes.map((_, place) => `https://in.test/${place}.jpg`),
});

async function* pages(...some: readonly (readonly ProductResult[])[]) {
  yield* some;
}

test("images are counted by what came of them, failures by code with their first example", async () => {
  const tally = await tallyOf(
    pages(
      [product(made(1_000, 400), failed("http_404")), product()],
      [product(failed("too_large"), null), product(failed("too_large"), made(1_000, 1_000))],
    ),
  );
  expect(tally).toEqual({
    images: { total: 6, made: 2, failed: 3 },
    ...{ inputBytes: 2_000, outputBytes: 1_400 },
    failures: [
      { code: "too_large", count: 2, message: "too_large!", url: "https://in.test/0.jpg" },
      { code: "http_404", count: 1, message: "http_404!", url: "https://in.test/1.jpg" },
      { code: "no_images", count: 1, message: "The product names no image.", url: "" },
    ],
  });
  expect(savedPercent(tally)).toBe(30);
});

test("of nothing no percentage is saved", async () => {
  expect(savedPercent(await tallyOf(pages()))).toBeNull();
});
