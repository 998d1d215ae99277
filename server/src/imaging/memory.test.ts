import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ImageHeader } from "./header.ts";
import { estimateMemory } from "./index.ts";

const header: ImageHeader = {
  format: "jpeg",
  width: 4000,
  height: 3000,
  orientation: 1,
  frames: 1,
  bitsPerChannel: 8,
  colour: "rgb",
  hasAlpha: false,
  progressive: false,
  profile: "none",
  hasMetadata: false,
  hasExif: false,
  chromaSubsampled: true,
  estimatedQuality: 90,
};
const result = { width: 1000, height: 750 };
const megabyte = 2 ** 20;

const estimate = (changes: Partial<ImageHeader>) =>
  estimateMemory({ ...header, ...changes }, result, megabyte);

describe("the estimate of memory", () => {
  test("is small for a picture that streams through a few rows, and holds the frame of one that does not", () => {
    const frame = 4000 * 3000;
    expect(estimate({})).toBeLessThan(frame * 2);
    expect(estimate({ format: "png" })).toBeLessThan(frame * 2);
    // Measured by libvips' developers: 72 MB for a baseline JPEG of 24 megapixels, 3.7 GB for a progressive one.
    expect(estimate({ progressive: true })).toBeGreaterThan(frame * 6);
    expect(estimate({ format: "png", progressive: true })).toBeGreaterThan(frame * 4);
    expect(estimate({ format: "gif" })).toBeGreaterThan(frame * 4);
    expect(estimate({ format: "webp" })).toBeGreaterThan(frame * 4);
    expect(estimate({ format: "png", progressive: true, bitsPerChannel: 16 })).toBeGreaterThan(frame * 8);
  });

  test("counts the copy that a turn needs", () => {
    expect(estimate({ orientation: 6 }) - estimate({})).toBeGreaterThanOrEqual(1000 * 750 * 4);
  });

  test("holds at least the bytes that came in and the pixels that go out", () => {
    const worlds = fc.record({
      width: fc.integer({ min: 1, max: 30_000 }),
      height: fc.integer({ min: 1, max: 30_000 }),
      outWidth: fc.integer({ min: 1, max: 8000 }),
      outHeight: fc.integer({ min: 1, max: 8000 }),
      encoded: fc.nat({ max: 50 * megabyte }),
      format: fc.constantFrom("jpeg", "png", "gif", "webp"),
      progressive: fc.boolean(),
    });
    fc.assert(
      fc.property(worlds, ({ width, height, outWidth, outHeight, encoded, format, progressive }) => {
        const of = (bytes: number) =>
          estimateMemory(
            { ...header, width, height, format, progressive },
            { width: outWidth, height: outHeight },
            bytes,
          );
        expect(of(encoded)).toBeGreaterThan(encoded + outWidth * outHeight * 4);
        expect(of(encoded + 1)).toBeGreaterThan(of(encoded));
      }),
    );
  });

  test("of a bomb is beyond any server, though its file is small", () => {
    const bomb = { ...header, format: "gif", width: 65_535, height: 65_535 } as const;
    expect(estimateMemory(bomb, { width: 100, height: 100 }, 1000)).toBeGreaterThan(16 * 1024 * megabyte);
  });
});
