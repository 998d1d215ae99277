import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { page, photo } from "../../test/pictures.ts";
import { readHeader } from "./container.ts";
import { configureSharp } from "./sharp.ts";
import { make, meanDifference, seen } from "./test-compress.ts";

beforeAll(configureSharp);

describe("colour", () => {
  test("of another profile is that of sRGB", async () => {
    const source = sharp({ create: { width: 64, height: 64, channels: 3, background: "#e02020" } });
    const p3 = await source.png({ compressionLevel: 0 }).withIccProfile("p3").toBuffer();
    const result = await make(p3);
    expect(readHeader(result.bytes).profile).not.toBe("other");
    const [red = 0, green = 0, blue = 0] = await sharp(result.bytes).removeAlpha().raw().toBuffer();
    expect(Math.max(Math.abs(red - 0xe0), Math.abs(green - 0x20), Math.abs(blue - 0x20))).toBeLessThan(4);
  });

  test("of grey stays grey, and of print becomes that of screens", async () => {
    const grey = await (await photo(96, 64)).toColourspace("b-w").jpeg({ quality: 95 }).toBuffer();
    expect((await seen((await make(grey)).bytes)).space).toBe("b-w");
    const print = await (await photo(96, 64)).toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer();
    expect(await seen((await make(print)).bytes)).toMatchObject({ format: "jpeg", space: "srgb" });
  });
});

describe("a PNG", () => {
  test("of text gets a palette that shows the same", async () => {
    const bytes = await page(400, 300).png().toBuffer();
    const result = await make(bytes);
    expect(readHeader(result.bytes).colour).toBe("palette");
    const [one, other] = await Promise.all(
      [bytes, result.bytes].map(async (file) => await sharp(file).removeAlpha().raw().toBuffer()),
    );
    expect(await meanDifference(one ?? Buffer.of(), other ?? Buffer.of())).toBeLessThan(3);
  });

  test.each([50, 100])(
    "whose palette would be seen, or of quality 100, keeps every pixel (%d)",
    async (quality) => {
      // Slow changes of hue: with the noise that a palette needs to show them, they are not as smooth.
      const pixels = Buffer.from(
        Array.from({ length: 256 * 256 }, (_, at) => [
          at % 256,
          at >> 8,
          255 - (((at % 256) + (at >> 8)) >> 1),
        ]).flat(),
      );
      const raw = { raw: { width: 256, height: 256, channels: 3 as const } };
      const bytes = await sharp(pixels, raw).png({ compressionLevel: 0 }).toBuffer();
      const result = await make(bytes, { quality });
      expect(result).toMatchObject({ unchanged: false, quality: null });
      const shown = await sharp(result.bytes).removeAlpha().raw().toBuffer();
      expect(shown.equals(pixels)).toBe(true);
    },
  );

  test("of 16 bits a channel is written with 8", async () => {
    const deep = await (await photo(96, 64)).toColourspace("rgb16").png().toBuffer();
    expect(readHeader(deep).bitsPerChannel).toBe(16);
    const result = await make(deep, { quality: 100 });
    expect(result.unchanged).toBe(false);
    expect(readHeader(result.bytes).bitsPerChannel).toBe(8);
  });
});
