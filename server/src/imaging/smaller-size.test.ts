import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areaOf, longSide, scaledTo, sideForArea } from "./smaller-size.ts";

describe("the long side for an area", () => {
  test("is that of the source's shape", () => {
    expect(sideForArea({ width: 4000, height: 3000 }, 3_000_000, 4000, null)).toBe(2000);
    expect(sideForArea({ width: 3000, height: 4000 }, 3_000_000, 4000, null)).toBe(2000);
  });

  test("is in whole patches, until few are left", () => {
    expect(sideForArea({ width: 4000, height: 3000 }, 3_000_000, 4000, 28)).toBe(71 * 28);
    expect(sideForArea({ width: 400, height: 300 }, 7500, 400, 28)).toBe(100);
  });

  test("is shorter than the one known to be too long, however large the area", () => {
    expect(sideForArea({ width: 4000, height: 3000 }, 1e9, 1960, 28)).toBe(69 * 28);
    expect(sideForArea({ width: 4000, height: 3000 }, 1e9, 1961, 28)).toBe(70 * 28);
    expect(sideForArea({ width: 40, height: 30 }, 1e9, 17, null)).toBe(16);
  });

  test("of a strip falls with its area, since it stays a pixel thick", () => {
    expect(sideForArea({ width: 3000, height: 1 }, 1000, 3000, null)).toBe(1000);
  });
});

test("any smaller size keeps the shape to half a pixel, has no side of 0, and no more than the area", () => {
  const side = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(side, side, fc.integer({ min: 1, max: 5000 * 5000 }), (width, height, area) => {
      const source = { width, height };
      const long = sideForArea(source, area, longSide(source) + 1, null);
      const size = scaledTo(source, long);
      expect(longSide(size)).toBe(long);
      expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(1);
      const exact = (Math.min(width, height) * long) / Math.max(width, height);
      expect(Math.abs(Math.min(size.width, size.height) - Math.max(1, exact))).toBeLessThanOrEqual(0.5);
      // Rounding the short side may add half a pixel to it.
      expect(areaOf(size)).toBeLessThanOrEqual(area + long / 2 + 1);
    }),
  );
});
