import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { page, photo } from "../../test/pictures.ts";
import { analyzeImage } from "./analyze.ts";
import type { ImageHeader } from "./header.ts";
import { hammingDistance } from "./measures/perceptual-hash.ts";

const limits = () => ({ maxPixels: 50_000_000, deadline: performance.now() + 20_000 });

const headerOf = (width: number, height: number, more: Partial<ImageHeader> = {}): ImageHeader => ({
  format: "png",
  width,
  height,
  orientation: 1,
  frames: 1,
  bitsPerChannel: 8,
  colour: "rgb",
  hasAlpha: false,
  progressive: false,
  profile: "none",
  hasMetadata: false,
  hasExif: false,
  chromaSubsampled: null,
  estimatedQuality: null,
  ...more,
});

const analyze = (bytes: Buffer, width: number, height: number, more: Partial<ImageHeader> = {}) =>
  analyzeImage(bytes, headerOf(width, height, more), limits());

/** A picture of three frames, one colour each. */
function frames() {
  const colours = [
    [220, 20, 20],
    [20, 220, 20],
    [20, 20, 220],
  ];
  const data = Buffer.from(colours.flatMap((colour) => Array.from({ length: 40 * 30 }, () => colour).flat()));
  return sharp(data, { raw: { width: 40, height: 90, channels: 3, pageHeight: 30 } });
}

describe("analysis", () => {
  test("of a photograph states its size, its sample and every measure", async () => {
    const analysis = await analyze(await (await photo(1200, 800)).jpeg().toBuffer(), 1200, 800);
    expect(analysis).toMatchObject({
      width: 1200,
      height: 800,
      sampleWidth: 512,
      sampleHeight: 341,
      hasTransparency: false,
      minimumAlpha: 255,
      isGreyscale: false,
    });
    expect(analysis.complexity).toBeGreaterThan(2);
    expect(analysis.distinctColours).toBeGreaterThan(10_000);
    expect(analysis.dominantColours).toHaveLength(5);
    expect(analysis.perceptualHash).toMatch(/^[0-9a-f]{16}$/);
    expect(analysis.averageHash).toMatch(/^[0-9a-f]{16}$/);
    expect(Buffer.from(analysis.thumbHash, "base64").length).toBeGreaterThan(15);
    expect(analysis.textLikeness).toBeLessThan(0.3);
  });

  test("of a page of text finds it text-like and grey apart from its bar", async () => {
    const analysis = await analyze(await page(1400, 1000).png().toBuffer(), 1400, 1000);
    expect(analysis.textLikeness).toBeGreaterThan(0.8);
    expect(analysis.dominantColours[0]).toMatchObject({
      hex: expect.stringMatching(/^#f[a-f]f[a-f]f[a-f]$/),
    });
    expect(analysis.isGreyscale).toBe(false);
  });

  test("of the reference's picture of one half-transparent pixel finds it transparent", async () => {
    const pixel = sharp(Buffer.of(0, 255, 0, 127), { raw: { width: 1, height: 1, channels: 4 } });
    expect(await analyze(await pixel.png().toBuffer(), 1, 1, { hasAlpha: true })).toMatchObject({
      width: 1,
      height: 1,
      sampleWidth: 1,
      sampleHeight: 1,
      hasTransparency: true,
      minimumAlpha: 127,
      complexity: 0,
      distinctColours: 1,
      dominantColours: [{ hex: "#00ff00", share: 1 }],
    });
  });

  test("finds one clear pixel among twelve million, and none where there is none", async () => {
    const raw = { width: 4000, height: 3000, channels: 4 } as const;
    const pixels = Buffer.alloc(4000 * 3000 * 4, 255);
    const png = () => sharp(pixels, { raw }).png({ compressionLevel: 1 }).toBuffer();
    expect(await analyze(await png(), 4000, 3000)).toMatchObject({
      hasTransparency: false,
      minimumAlpha: 255,
    });
    pixels[(1234 * 4000 + 777) * 4 + 3] = 0;
    expect(await analyze(await png(), 4000, 3000)).toMatchObject({ hasTransparency: true });
  });

  test("measures the picture upright, whatever way it is stored", async () => {
    const upright = await (await photo(600, 400)).png().toBuffer();
    const stored = await sharp(upright).rotate(270).withMetadata({ orientation: 6 }).png().toBuffer();
    const turned = await analyze(stored, 400, 600, { orientation: 6 });
    const straight = await analyze(upright, 600, 400);
    expect(turned).toMatchObject({ width: 600, height: 400, sampleWidth: 512, sampleHeight: 341 });
    expect(hammingDistance(turned.perceptualHash, straight.perceptualHash)).toBeLessThanOrEqual(2);
    expect(turned.thumbHash).toBe(straight.thumbHash);
  });

  test("of an animation is that of its first frame", async () => {
    const gif = await frames()
      .gif({ delay: [50, 50, 50] })
      .toBuffer();
    const webp = await frames()
      .webp({ lossless: true, delay: [50, 50, 50] })
      .toBuffer();
    for (const bytes of [gif, webp]) {
      expect((await sharp(bytes).metadata()).pages).toBe(3);
      expect(await analyze(bytes, 40, 30, { frames: 3 })).toMatchObject({
        sampleWidth: 40,
        sampleHeight: 30,
        dominantColours: [{ hex: "#dc1414", share: 1 }],
      });
    }
  });

  test("of CMYK, 16-bit, grey and palette files is near that of the plain one", async () => {
    const picture = await photo(480, 320);
    const plain = await analyze(await picture.clone().png().toBuffer(), 480, 320);
    const variants = {
      cmyk: picture.clone().toColourspace("cmyk").jpeg({ quality: 95 }),
      "16-bit": picture.clone().toColourspace("rgb16").png(),
      "16-bit grey": picture.clone().toColourspace("grey16").png(),
      grey: picture.clone().greyscale().jpeg({ quality: 95 }),
      palette: picture.clone().png({ palette: true, colours: 64 }),
      "grey with alpha": picture.clone().greyscale().ensureAlpha().png(),
    };
    for (const [name, variant] of Object.entries(variants)) {
      const analysis = await analyze(await variant.toBuffer(), 480, 320);
      expect(hammingDistance(analysis.perceptualHash, plain.perceptualHash), name).toBeLessThanOrEqual(4);
      expect(hammingDistance(analysis.averageHash, plain.averageHash), name).toBeLessThanOrEqual(6);
      expect(Math.abs(analysis.complexity - plain.complexity), name).toBeLessThan(1);
      expect(analysis.isGreyscale, name).toBe(name.includes("grey"));
      expect(analysis.hasTransparency, name).toBe(false);
    }
  });

  test("of a file cut short fails as corrupt", async () => {
    const bytes = await (await photo(600, 400)).jpeg().toBuffer();
    const cut = bytes.subarray(0, bytes.length / 2);
    await expect(analyze(cut, 600, 400)).rejects.toMatchObject({ name: "ImagingError", code: "corrupt" });
  });

  test("of more pixels than allowed fails as too_many_pixels", async () => {
    const bytes = await (await photo(600, 400)).png().toBuffer();
    const strict = { ...limits(), maxPixels: 239_999 };
    await expect(analyzeImage(bytes, headerOf(600, 400), strict)).rejects.toMatchObject({
      code: "too_many_pixels",
    });
  });

  test("with no time left fails as deadline", async () => {
    const bytes = await (await photo(60, 40)).png().toBuffer();
    const late = { ...limits(), deadline: performance.now() };
    await expect(analyzeImage(bytes, headerOf(60, 40), late)).rejects.toMatchObject({ code: "deadline" });
  });

  test("for a caller who has left fails with the reason", async () => {
    const bytes = await (await photo(60, 40)).png().toBuffer();
    const left = { ...limits(), signal: AbortSignal.abort(new Error("gone")) };
    await expect(analyzeImage(bytes, headerOf(60, 40), left)).rejects.toThrow("gone");
  });
});
