import { expect, test } from "vitest";
import { rateCurve, usualFile } from "./rate-curve.ts";

const formats = ["jpeg", "webp"] as const;
const kinds = ["photo", "text"] as const;

test("more quality is never fewer bytes, and quality 95 is the measure of the others", () => {
  for (const format of formats) {
    for (const kind of kinds) {
      const curve = rateCurve(format, kind);
      expect(curve(95)).toBe(0);
      for (let quality = 51; quality <= 100; quality += 1) {
        expect(curve(quality), `${format} ${kind} ${quality}`).toBeGreaterThan(curve(quality - 1));
      }
      expect(curve(1)).toBe(curve(50));
    }
  }
});

test("between two measured qualities bytes are between theirs, a point at a time", () => {
  const curve = rateCurve("jpeg", "photo");
  expect(curve(92.5)).toBeCloseTo(curve(92) / 2 + curve(93) / 2, 10);
  expect(curve(90)).toBeCloseTo(-0.351, 10);
  expect(curve(100)).toBeCloseTo(0.741, 10);
});

test("a usual file grows with pixels and quality", () => {
  const file = usualFile("jpeg", "photo", 1_000_000, 95);
  expect(file.bytes).toBeGreaterThan(100_000);
  expect(file.bytes).toBeLessThan(500_000);
  expect(usualFile("jpeg", "photo", 2_000_000, 95).bytes).toBeCloseTo(file.bytes * 2, 5);
  expect(usualFile("jpeg", "photo", 1_000_000, 70).bytes).toBeLessThan(file.bytes / 2);
});
