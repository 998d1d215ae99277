import fc from "fast-check";
import { expect, test } from "vitest";
import { dollarsOf, overBudget, readDollars } from "./budget.ts";

test("dollars are read to the micro-dollar, and told as they were read", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999_999_999_999 }), (micros) => {
      const text = `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, "0")}`;
      expect(readDollars(text)).toBe(micros);
      expect(dollarsOf(micros)).toBe(Number(text));
    }),
  );
  expect(["7", "7.", "+7.0", " 007.000000 "].map(readDollars)).toEqual(Array(4).fill(7_000_000));
});

test("what is no amount of dollars is none", () => {
  for (const text of [
    "",
    "0",
    "0.000000",
    "-1",
    "1e2",
    "1,5",
    "$1",
    ".5",
    "0.1234567",
    "1 000",
    "Infinity",
    "١",
  ])
    expect(readDollars(text), text).toBeNull();
});

test("a batch goes on until it has cost what it may, and is then told how to go on", async () => {
  const hold = (maxCostMicros: number | null, costMicros: number, isPriced = true, unpriced = 0) =>
    overBudget({ id: "batch", maxCostMicros, lane: "online" }, "model", {
      spent: async (id) => ({ costMicros: id === "batch" ? costMicros : Number.NaN, unpriced }),
      isPriced: () => isPriced,
    });
  expect(await hold(null, 1e12, false)).toBeNull();
  expect(await hold(1_000_000, 999_999)).toBeNull();
  expect(await hold(1_000_000, 1_000_000)).toMatch(/has cost about \$1\.00 of at most \$1\.00\. Resume/);
  expect(await hold(500, 12_345_678)).toMatch(/about \$12\.345678 of at most \$0\.0005\./);
  expect(await hold(1_000_000, 0, false)).toMatch(/^What model costs is not known/);
  expect(await hold(1_000_000, 0, true, 2)).toMatch(/^2 calls were billed without a word/);
  expect(await hold(null, 0, true, 2)).toBeNull();
});
