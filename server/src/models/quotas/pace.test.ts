import fc from "fast-check";
import { expect, test } from "vitest";
import type { QuotaLimits } from "./contract.ts";
import { requestSpacing, tokenSpacing } from "./pace.ts";

const limits = (requestsPerMinute: number, tokensPerMinute: number | null = null): QuotaLimits => ({
  requestsPerMinute,
  requestsPerDay: null,
  tokensPerMinute,
  concurrency: null,
});

test("no 60 seconds see more than the limit, however late each request arrives within a second", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.array(fc.double({ min: 0, max: 999, noNaN: true }), { minLength: 1, maxLength: 40 }),
      (limit, delays) => {
        const spacing = requestSpacing(limits(limit));
        const arrivals = Array.from(
          { length: 3 * limit + 5 },
          (_, slot) => slot * spacing + (delays[slot % delays.length] ?? 0),
        ).sort((one, other) => one - other);
        for (let first = 0; first + limit < arrivals.length; first += 1)
          expect((arrivals[first + limit] ?? 0) - (arrivals[first] ?? 0)).toBeGreaterThanOrEqual(60_000);
      },
    ),
  );
});

test("at least 98 % of the limit are used", () => {
  expect(60_000 / requestSpacing(limits(55)) / 55).toBeGreaterThan(0.98);
});

test("no minute has more tokens than the limit where requests are alike", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 100, max: 1_000_000 }),
      (tokens, limit) => {
        fc.pre(tokens <= limit);
        const inMinute = Math.ceil(60_000 / tokenSpacing(tokens, limits(1, limit)));
        expect(inMinute * tokens).toBeLessThanOrEqual(limit);
      },
    ),
  );
});

test("more tokens never take less time, and none are free where there is a limit", () => {
  const all = [1, 100, 400, 499, 500, 501, 600, 999, 1_000, 1_001, 5_000];
  const spacings = all.map((tokens) => tokenSpacing(tokens, limits(1, 1_000)));
  expect(spacings).toEqual([...spacings].sort((one, other) => one - other));
  expect(spacings[0]).toBeGreaterThan(0);
  expect(tokenSpacing(5_000, limits(1))).toBe(0);
});
