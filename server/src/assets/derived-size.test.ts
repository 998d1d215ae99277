import { expect, test } from "vitest";
import { readDerivedSize } from "./derived-size.ts";

const nothing = { width: null, height: null, format: null, quality: null };

test("a query without a wish asks for the picture as it is", () => {
  expect(readDerivedSize({ expires: "1795000000", signature: "x" })).toBeNull();
});

test.each([
  [{ width: "16" }, { width: 16 }],
  [
    { width: "4096", height: "+100", format: "JPG" },
    { width: 4096, height: 100, format: "jpeg" },
  ],
  [{ format: "jpeg" }, { format: "jpeg" }],
  [
    { format: "webp", quality: "1" },
    { format: "webp", quality: 1 },
  ],
])("%j is understood", (query, size) => {
  expect(readDerivedSize(query)).toEqual({ ...nothing, ...size });
});

test("everything that cannot be followed is told at once, with what was sent", () => {
  const query = { width: "15", height: "4097", format: "gif", quality: "good", page: "x" };
  expect(readDerivedSize(query)).toEqual({
    errors: [
      { name: "width", value: "15", problem: { type: "greater_equal", limit: 16 } },
      { name: "height", value: "4097", problem: { type: "less_equal", limit: 4096 } },
      {
        name: "format",
        value: "gif",
        problem: { type: "enum", expected: ["png", "jpg", "jpeg", "webp"] },
      },
      { name: "quality", value: "good", problem: { type: "int_parsing" } },
    ],
  });
});

test.each(["", "1e3", "100.5", "0x40", "Infinity", ["100", "200"]])("a width of %j is no number", (width) => {
  expect(readDerivedSize({ width })).toEqual({
    errors: [{ name: "width", value: width, problem: { type: "int_parsing" } }],
  });
});
