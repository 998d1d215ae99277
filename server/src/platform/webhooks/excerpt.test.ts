import { expect, test } from "vitest";
import { excerptOf } from "./excerpt.ts";

test("an answer without a body has no excerpt", () => {
  expect(excerptOf(Buffer.alloc(0))).toBeNull();
});

test("a short answer is kept as it is", () => {
  expect(excerptOf(Buffer.from("no\tsuch\r\nhöok 👍"))).toBe("no\tsuch\r\nhöok 👍");
});

test.each([0, 1, 2, 3])("of a long one at most 1 KB is kept, and no half of a character (%i)", (shift) => {
  const text = excerptOf(Buffer.from("x".repeat(shift) + "👍".repeat(2_000))) ?? "";
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_024);
  expect(Buffer.byteLength(text)).toBeGreaterThan(1_020);
  expect(text).toMatch(/^x*👍+$/u);
});

test("what is no text stays within 1 KB, and has nothing that cannot be stored", () => {
  const text = excerptOf(Buffer.alloc(5_000, Buffer.from([0x00, 0xff, 0x1b, 0x9b]))) ?? "";
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_024);
  expect(text).toMatch(/^\ufffd+$/);
});
