import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { photo, smoothPhoto } from "../../test/pictures.ts";
import type { CompressRequest } from "./compress.ts";
import { configureSharp } from "./sharp.ts";
import { make as makeAny } from "./test-compress.ts";

beforeAll(configureSharp);

const make = (bytes: Buffer, wishes: Partial<CompressRequest>) =>
  makeAny(bytes, { effort: "fast", ...wishes });
const jpeg = async () => (await photo(640, 480)).jpeg({ quality: 95 }).toBuffer();

describe("a limit of bytes", () => {
  test.each(["keep", "webp", "avif", "auto"] as const)(
    "costs quality first and pixels then, and is used (%s)",
    async (format) => {
      const bytes = await jpeg();
      const free = await make(bytes, { format });
      const tight = await make(bytes, { format, targetBytes: Math.round(free.bytes.length * 0.85) });
      expect(tight).toMatchObject({ width: 640, height: 480, why: null });
      expect(tight.quality).toBeLessThan(free.quality ?? 0);
      for (const share of [0.85, 0.2, 0.05]) {
        const targetBytes = Math.round(free.bytes.length * share);
        const { bytes: file, quality, why } = await make(bytes, { format, targetBytes });
        expect(why).toBeNull();
        expect(file.length).toBeLessThanOrEqual(targetBytes);
        expect(file.length).toBeGreaterThan(targetBytes * 0.5);
        expect(quality).toBeGreaterThanOrEqual(20);
        expect(quality).toBeLessThanOrEqual(50);
      }
    },
  );

  test("that does not bind changes nothing", async () => {
    const bytes = await jpeg();
    const free = await make(bytes, {});
    const result = await make(bytes, { targetBytes: free.bytes.length });
    expect(result.bytes.equals(free.bytes)).toBe(true);
  });

  test("costs a PNG colours and then pixels, and an animation no frame", async () => {
    const png = await (await photo(320, 240)).png().toBuffer();
    const small = await make(png, { targetBytes: 20_000 });
    expect(small).toMatchObject({ format: "png", why: null });
    expect(small.bytes.length).toBeLessThanOrEqual(20_000);
    const frames = await Promise.all(
      [1, 2, 3].map(async (seed) => (await smoothPhoto(160, 120, seed)).png().toBuffer()),
    );
    const film = await sharp(frames, { join: { animated: true } })
      .gif({ delay: [100, 200, 300] })
      .toBuffer();
    const shrunk = await make(film, { targetBytes: 12_000 });
    expect(shrunk.bytes.length).toBeLessThanOrEqual(12_000);
    const { pages, delay } = await sharp(shrunk.bytes, { pages: -1 }).metadata();
    expect({ pages, delay }).toEqual({ pages: 3, delay: [100, 200, 300] });
  });

  test("out of reach gives the smallest that there is, and says so", async () => {
    const bytes = await jpeg();
    const result = await make(bytes, { targetBytes: 100 });
    expect(result).toMatchObject({ why: "target_missed", width: 64, height: 48, unchanged: false });
    expect(result.bytes.length).toBeLessThan(3000);
  });
});
