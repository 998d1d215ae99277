import fc from "fast-check";
import { expect, test } from "vitest";
import { createSheetNames } from "./sheet-names.ts";

test.each([
  ["Results", "Results"],
  ["a[b]c:d*e?f/g\\h", "a b c d e f g h"],
  ["'quoted'", "quoted"],
  ["", "Sheet"],
  [" ' ", "Sheet"],
  ["History", "Sheet History"],
  ["x".repeat(40), "x".repeat(31)],
  ["😀".repeat(16), "😀".repeat(15)],
])("%j is called %j", (wanted, name) => {
  expect(createSheetNames()(wanted)).toBe(name);
});

test("a name that is taken, whatever its case, gets a number within the limit", () => {
  const nameOf = createSheetNames();
  const long = "x".repeat(31);
  expect(["Results", "RESULTS", long, long].map(nameOf)).toEqual([
    "Results",
    "RESULTS (2)",
    long,
    `${"x".repeat(27)} (2)`,
  ]);
});

test("whatever is wanted, Excel takes the name", () => {
  const names = fc.array(fc.string({ unit: "binary", maxLength: 40 }), { maxLength: 8 });
  fc.assert(
    fc.property(names, (wanted) => {
      const given = wanted.map(createSheetNames());
      for (const name of given) {
        expect(name).toMatch(/^[^[\]:*?/\\]{1,31}$/);
        expect(name).not.toMatch(/^'|'$|^history$/i);
        expect(name.isWellFormed()).toBe(true);
      }
      expect(new Set(given.map((name) => name.toLowerCase())).size).toBe(given.length);
    }),
  );
});
