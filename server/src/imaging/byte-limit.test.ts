import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { page, photo, renderedPage } from "../../test/pictures.ts";
import { encodeToLimit, type LimitRequest } from "./byte-limit.ts";
import { encode, type OutputFormat } from "./encode.ts";
import { readHeader } from "./index.ts";
import type { RawPixels } from "./pixels.ts";

const width = 720;
const height = 540;
const formats = ["jpeg", "webp", "png"] as const;

const limits = () => ({ maxPixels: 1e8, deadline: performance.now() + 30_000 });

async function pixelsOf(picture: Sharp): Promise<RawPixels> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels as 3 };
}

const photoOf = async () => pixelsOf(await photo(width, height, 3));
const pageOf = () => pixelsOf(page(width, height, 3));

/** Bytes that the picture takes where nothing limits it. */
const freely = async (pixels: RawPixels, format: OutputFormat, textLike: boolean) =>
  (await encode(pixels, { format, quality: 95, fullChroma: textLike, purpose: "speed" }, limits())).length;

const fitTo = (
  pixels: RawPixels,
  request: Pick<LimitRequest, "format" | "maxBytes"> & Partial<LimitRequest>,
) =>
  encodeToLimit(pixels, { quality: 95, orLossy: false, grid: null, textLike: false, ...request }, limits());

test.each(formats)("%s that fits is encoded once, and nothing is given up", async (format) => {
  const pixels = await photoOf();
  const maxBytes = await freely(pixels, format, false);
  const result = await fitTo(pixels, { format, maxBytes });
  expect(result).toMatchObject({ width, height, encodes: 1, limitBinds: false });
  expect(result.quality).toBe(format === "png" ? null : 95);
  expect(result.bytes.length).toBe(maxBytes);
});

describe("a photo over the limit", () => {
  test.each(["jpeg", "webp"] as const)("loses quality first, in %s, and uses the limit", async (format) => {
    const pixels = await photoOf();
    const free = await freely(pixels, format, false);
    for (const share of [0.9, 0.7, 0.5, 0.35]) {
      const maxBytes = Math.floor(free * share);
      const result = await fitTo(pixels, { format, maxBytes });
      expect(result).toMatchObject({ width, height, limitBinds: true });
      expect(result.bytes.length, `share ${share}`).toBeLessThanOrEqual(maxBytes);
      expect(result.bytes.length, `share ${share}`).toBeGreaterThanOrEqual(maxBytes * 0.9);
      // The first encode shows that the limit binds; the search is for three more.
      expect(result.encodes, `share ${share}`).toBeLessThanOrEqual(format === "jpeg" ? 4 : 5);
    }
  });

  test.each(formats)(
    "loses dimensions when quality is at its floor, in %s, and uses the limit",
    async (format) => {
      const pixels = await photoOf();
      const maxBytes = Math.floor((await freely(pixels, format, false)) * 0.08);
      const result = await fitTo(pixels, { format, maxBytes });
      expect(result.width).toBeLessThan(width);
      expect(Math.abs(result.height - (result.width * height) / width)).toBeLessThanOrEqual(0.5);
      expect(result.quality ?? 100).toBeGreaterThanOrEqual(50);
      expect(result.bytes.length).toBeLessThanOrEqual(maxBytes);
      expect(result.bytes.length).toBeGreaterThanOrEqual(maxBytes * 0.9);
      expect(result.encodes).toBeLessThanOrEqual(6);
      expect(readHeader(result.bytes)).toMatchObject({ format, width: result.width, height: result.height });
    },
  );

  test.each([28, 32])("loses dimensions in whole patches of %d pixels", async (grid) => {
    const pixels = await photoOf();
    for (const format of formats) {
      const maxBytes = Math.floor((await freely(pixels, format, false)) * 0.15);
      const result = await fitTo(pixels, { format, maxBytes, grid });
      expect(result.width % grid, format).toBe(0);
      expect(result.bytes.length, format).toBeLessThanOrEqual(maxBytes);
    }
  });

  test("keeps a quality below the floor that was asked for", async () => {
    const pixels = await photoOf();
    const asked = await encode(
      pixels,
      { format: "jpeg", quality: 30, fullChroma: false, purpose: "speed" },
      limits(),
    );
    const result = await fitTo(pixels, {
      format: "jpeg",
      quality: 30,
      maxBytes: Math.floor(asked.length * 0.7),
    });
    expect(result).toMatchObject({ quality: 30, limitBinds: true });
    expect(result.width).toBeLessThan(width);
  });
});

describe("a page of text over the limit", () => {
  test("keeps full chroma and a quality of 70, and then loses dimensions, as JPEG", async () => {
    const pixels = await pageOf();
    const free = await freely(pixels, "jpeg", true);
    for (const share of [0.8, 0.5, 0.2, 0.05]) {
      const maxBytes = Math.floor(free * share);
      const result = await fitTo(pixels, { format: "jpeg", maxBytes, textLike: true });
      expect(result.bytes.length, `share ${share}`).toBeLessThanOrEqual(maxBytes);
      expect(result.quality, `share ${share}`).toBeGreaterThanOrEqual(70);
      expect(readHeader(result.bytes).chromaSubsampled).toBe(false);
    }
  });

  test("keeps a quality of 70 as WebP", async () => {
    const pixels = await pageOf();
    const maxBytes = Math.floor((await freely(pixels, "webp", true)) * 0.4);
    const result = await fitTo(pixels, { format: "webp", maxBytes, textLike: true });
    expect(result.quality).toBeGreaterThanOrEqual(70);
    expect(result.bytes.length).toBeLessThanOrEqual(maxBytes);
  });

  test("keeps its size as PNG where a better compression does", async () => {
    // A page that is made smaller gets more bytes, not fewer: every edge becomes a ramp of colours.
    const pixels = await pageOf();
    const free = await freely(pixels, "png", true);
    for (const share of [0.95, 0.7, 0.45]) {
      const result = await fitTo(pixels, {
        format: "png",
        maxBytes: Math.floor(free * share),
        textLike: true,
      });
      expect(result, `share ${share}`).toMatchObject({ width, height, encodes: 2, limitBinds: true });
    }
  });
});

describe("a limit far below what pictures of this size take", () => {
  test("is met in few encodes: the quality wanted is not tried", async () => {
    const pixels = await photoOf();
    const free = await freely(pixels, "jpeg", false);
    for (const share of [0.3, 0.2, 0.12]) {
      const maxBytes = Math.floor(free * share);
      const result = await fitTo(pixels, { format: "jpeg", maxBytes });
      expect(result.encodes, `share ${share}`).toBeLessThanOrEqual(3);
      expect(result.bytes.length, `share ${share}`).toBeLessThanOrEqual(maxBytes);
      expect(result.bytes.length, `share ${share}`).toBeGreaterThanOrEqual(maxBytes * 0.9);
    }
  });

  test.each(["jpeg", "webp"] as const)("costs an empty picture nothing, as %s", async (format) => {
    const data = Buffer.alloc(1600 * 1200 * 3, 240);
    const blank = { data, width: 1600, height: 1200, channels: 3 } as const;
    const result = await fitTo(blank, { format, maxBytes: 30_000 });
    expect(result).toMatchObject({ width: 1600, height: 1200, quality: 95 });
    expect(result.encodes).toBeLessThanOrEqual(3);
  });

  test.each(["jpeg", "webp"] as const)(
    "is used in full by text that loses more with its size than expected, as %s",
    async (format) => {
      const pixels = await pixelsOf(await renderedPage(1200, 900, 3));
      const maxBytes = Math.floor((await freely(pixels, format, true)) * 0.08);
      const result = await fitTo(pixels, { format, maxBytes, grid: 28, textLike: true });
      expect(result.bytes.length).toBeLessThanOrEqual(maxBytes);
      expect(result.bytes.length).toBeGreaterThanOrEqual(maxBytes * 0.9);
      // Pixels before quality: what is left of the limit is not spent on 95.
      expect(result.quality).toBeLessThan(92);
      expect(result.encodes).toBeLessThanOrEqual(5);
    },
  );
});

describe("a limit that is not of this world", () => {
  test("above the smallest picture gives a tiny one", async () => {
    const pixels = await photoOf();
    const result = await fitTo(pixels, { format: "jpeg", maxBytes: 700 });
    expect(result.bytes.length).toBeLessThanOrEqual(700);
    expect(await sharp(result.bytes).metadata()).toMatchObject({
      width: result.width,
      height: result.height,
    });
  });

  test.each(formats)("below a single pixel of %s fails as cannot_fit and says the limit", async (format) => {
    const pixels = await photoOf();
    await expect(fitTo(pixels, { format, maxBytes: 30 })).rejects.toMatchObject({
      name: "ImagingError",
      code: "cannot_fit",
      details: { max_bytes: 30 },
    });
  });

  test("for a strip one pixel high gives a shorter strip", async () => {
    const pixels = await pixelsOf(await photo(3000, 1, 3));
    const result = await fitTo(pixels, { format: "png", maxBytes: 2000, grid: 28 });
    expect(result.height).toBe(1);
    expect(result.encodes).toBeLessThanOrEqual(5);
    expect(result.bytes.length).toBeLessThanOrEqual(2000);
  });
});
