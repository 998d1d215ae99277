import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { page, photo, seededRandom } from "../../../test/pictures.ts";
import type { RawPixels } from "../pixels.ts";
import { hammingDistance, lowFrequencies, perceptualHash } from "./perceptual-hash.ts";

async function hashOf(picture: Sharp): Promise<string> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  // sharp says `number` of what it only ever makes 1 to 4 for 8-bit output.
  return perceptualHash({
    data,
    width: info.width,
    height: info.height,
    channels: info.channels as RawPixels["channels"],
  });
}

/** The sum as textbooks print it, one coefficient at a time. */
function textbookDct(values: ArrayLike<number>, vertical: number, horizontal: number): number {
  let sum = 0;
  for (let y = 0; y < 32; y += 1) {
    for (let x = 0; x < 32; x += 1) {
      sum +=
        (values[y * 32 + x] ?? 0) *
        Math.cos(((2 * x + 1) * horizontal * Math.PI) / 64) *
        Math.cos(((2 * y + 1) * vertical * Math.PI) / 64);
    }
  }
  return sum;
}

describe("the transform", () => {
  test("agrees with the textbook formula in all 64 coefficients", () => {
    const random = seededRandom(3);
    const values = Float64Array.from({ length: 1024 }, () => random() * 255);
    const fast = lowFrequencies(values);
    expect(fast).toHaveLength(64);
    for (const [index, coefficient] of fast.entries()) {
      expect(coefficient).toBeCloseTo(textbookDct(values, Math.floor(index / 8), index % 8), 6);
    }
  });
});

describe("perceptual hash", () => {
  test("is 16 hex digits, half of whose bits are set where the picture has detail", async () => {
    const hash = await hashOf(await photo(400, 300));
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(hammingDistance(hash, "0000000000000000")).toBe(32);
  });

  test("stays within a few bits through resizing, JPEG and brightness", async () => {
    for (const seed of [1, 2, 3, 4]) {
      const png = await (await photo(800, 600, seed)).png().toBuffer();
      const original = await hashOf(sharp(png));
      const copies = {
        half: sharp(png).resize(400),
        stretched: sharp(png).resize(640, 640, { fit: "fill" }),
        compressed: sharp(await sharp(png).jpeg({ quality: 50 }).toBuffer()),
        brighter: sharp(png).linear(1, 20),
        grey: sharp(png).greyscale(),
      };
      for (const [name, copy] of Object.entries(copies)) {
        expect(hammingDistance(original, await hashOf(copy)), `${name}, seed ${seed}`).toBeLessThanOrEqual(6);
      }
    }
  });

  test("of different pictures is far apart", async () => {
    const hashes = await Promise.all([
      ...[1, 2, 3, 4].map(async (seed) => hashOf(await photo(400, 300, seed))),
      hashOf(page(400, 300)),
    ]);
    for (const [index, one] of hashes.entries()) {
      for (const other of hashes.slice(index + 1)) expect(hammingDistance(one, other)).toBeGreaterThan(20);
    }
  });

  test("of a flat picture does not depend on rounding errors", () => {
    const flat = (level: number) =>
      ({ data: new Uint8Array(35).fill(level), width: 7, height: 5, channels: 1 }) as const;
    expect(perceptualHash(flat(0))).toBe("0000000000000000");
    for (const level of [33, 128, 255]) expect(perceptualHash(flat(level))).toBe("8000000000000000");
  });
});

describe("Hamming distance", () => {
  test("counts the bits that differ", () => {
    expect(hammingDistance("0000000000000000", "0000000000000000")).toBe(0);
    expect(hammingDistance("ffffffffffffffff", "0000000000000000")).toBe(64);
    expect(hammingDistance("8000000000000001", "0000000000000003")).toBe(2);
  });
});
