import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { compress } from "./compress.ts";
import { readHeader } from "./container.ts";
import { configureSharp } from "./sharp.ts";
import { animation, limits, make, plain, seen } from "./test-compress.ts";

beforeAll(configureSharp);

describe.each(["gif", "webp"] as const)("an animated %s", (format) => {
  test("keeps its frames, their times and its loops, at another size too", async () => {
    const bytes = await animation(format);
    for (const maxDimension of [null, 48]) {
      const result = await make(bytes, { maxDimension });
      expect(result.unchanged).toBe(false);
      const size = maxDimension ? { width: 48, height: 32 } : { width: 96, height: 64 };
      expect(await seen(result.bytes)).toMatchObject({
        format,
        ...size,
        pages: 3,
        delay: [100, 250, 70],
        loop: 4,
      });
      const shades = await Promise.all([0, 1, 2].map((page) => meanOf(result.bytes, page)));
      const wanted = await Promise.all([0, 1, 2].map((page) => meanOf(bytes, page)));
      const differences = shades.map((shade, at) => Math.abs(shade - (wanted[at] ?? 0)));
      expect(Math.max(...differences)).toBeLessThan(8);
    }
  });

  test("moves as a WebP where an AVIF is asked for", async () => {
    const result = await make(await animation(format), { format: "avif", quality: 30 });
    expect(await seen(result.bytes)).toMatchObject({
      format: "webp",
      pages: 3,
      delay: [100, 250, 70],
      loop: 4,
    });
  });

  test("of more pixels in all its frames than are allowed is handed on as it is, unless one frame has more", async () => {
    const bytes = await animation(format);
    const allowing = (maxPixels: number) =>
      compress(bytes, readHeader(bytes), plain, { ...limits(), maxPixels });
    const result = await allowing(96 * 64 * 3 - 1);
    expect(result).toMatchObject({ unchanged: true, why: "too_many_frames", width: 96, height: 64 });
    expect((await seen(result.bytes)).pages).toBe(3);
    await expect(allowing(96 * 64 - 1)).rejects.toMatchObject({ code: "too_many_pixels" });
  });
});

const meanOf = async (bytes: Buffer, page: number) =>
  (await sharp(bytes, { page }).flatten({ background: "#fff" }).stats()).channels[0]?.mean ?? 0;
