import { expect, test } from "vitest";
import { inLowestTerms, parseAspectRatio, parseShape } from "./aspect-ratio.ts";

test.each([
  ["16:9", 16, 9],
  [" 32 : 18 ", 16, 9],
  ["1:1", 1, 1],
  ["1024:1024", 1, 1],
  ["99999:1", 99_999, 1],
])("%j is %d to %d", (text, wide, high) => {
  expect(parseAspectRatio(text)).toEqual({ wide, high });
  expect(parseShape(text)).toBe(wide / high);
});

test.each([
  null,
  "",
  "16",
  "16:",
  "16:9:1",
  "16/9",
  "16x9",
  "1.5:1",
  "-16:9",
  "0:9",
  "16:0",
  "0:0",
  "100000:1",
  "custom",
])("%j is no aspect ratio", (text) => {
  expect(parseAspectRatio(text)).toBeNull();
  expect(parseShape(text)).toBeNull();
});

test("lowest terms are those of a size too", () => {
  expect(inLowestTerms(1_344, 768)).toEqual({ wide: 7, high: 4 });
  expect(inLowestTerms(1_023, 1_024)).toEqual({ wide: 1_023, high: 1_024 });
});
