import fc from "fast-check";
import { expect, test } from "vitest";
import { type QualitySearch, searchQuality } from "./quality-search.ts";

/** Counts what it makes of a curve that rises with quality. */
function along(valueAt: (quality: number) => number | null, search: Partial<QualitySearch<number>> = {}) {
  const made: number[] = [];
  const found = searchQuality<number>({
    floor: 30,
    ceiling: 90,
    start: 60,
    goal: 0,
    wanted: "least",
    tolerance: 0,
    slope: 0.02,
    maxAttempts: 60,
    make: async (quality) => {
      made.push(quality);
      const value = valueAt(quality);
      return value === null ? null : { made: quality, value };
    },
    ...search,
  });
  return { made, found };
}

/** Curves of any bend that rise, and cross 0 somewhere or nowhere. */
const curves = fc
  .record({
    zero: fc.integer({ min: 0, max: 120 }),
    slope: fc.double({ min: 0.001, max: 1, noNaN: true }),
    bend: fc.double({ min: 0.3, max: 3, noNaN: true }),
  })
  .map(({ zero, slope, bend }) => (quality: number) => {
    const run = quality + 0.5 - zero;
    return Math.sign(run) * slope * Math.abs(run) ** bend;
  });

test("with attempts enough it is the lowest quality that reaches the goal, or the highest that keeps it", async () => {
  await fc.assert(
    fc.asyncProperty(curves, fc.constantFrom("least", "most"), async (curve, wanted) => {
      const { made, found } = along(curve, { wanted });
      const qualities = Array.from({ length: 61 }, (_, at) => at + 30);
      const right = qualities.filter((quality) =>
        wanted === "least" ? curve(quality) >= 0 : curve(quality) <= 0,
      );
      const best = wanted === "least" ? right[0] : right.at(-1);
      const nearest = wanted === "least" ? 90 : 30;
      expect(await found).toMatchObject({ quality: best ?? nearest, reached: best !== undefined });
      expect(new Set(made).size).toBe(made.length);
    }),
  );
});

test("in four attempts it is on the right side wherever that can be", async () => {
  await fc.assert(
    fc.asyncProperty(curves, fc.constantFrom("least", "most"), async (curve, wanted) => {
      const { made, found } = along(curve, { wanted, maxAttempts: 4, tolerance: 0.1 });
      const possible = wanted === "least" ? curve(90) >= 0 : curve(30) <= 0;
      expect((await found)?.reached).toBe(possible);
      expect(made.length).toBeLessThanOrEqual(4);
    }),
  );
});

test("a curve like the average picture's takes two attempts, and one where the first guess is right", async () => {
  const usual = (quality: number) => (quality - 75) * 0.02;
  const second = along(usual, { tolerance: 0.1 });
  await second.found;
  expect(second.made).toHaveLength(2);
  const first = along(usual, { tolerance: 0.1, start: 77 });
  await first.found;
  expect(first.made).toEqual([77]);
});

test("what cannot be made counts as too much", async () => {
  const { found } = along((quality) => (quality > 40 ? null : -1), { wanted: "most" });
  expect(await found).toMatchObject({ quality: 40, reached: true });
  expect(await along(() => null).found).toBeNull();
});
