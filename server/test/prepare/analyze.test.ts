import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { page, photo } from "../pictures.ts";
import { dataUrl, prepareClient, referencePixel } from "./client.ts";

const flat = (width: number, height: number, background = "#336699") =>
  sharp({ create: { width, height, channels: 3, background } });

const noise = () => {
  const grain = { type: "gaussian", mean: 128, sigma: 80 } as const;
  return sharp({ create: { width: 200, height: 200, channels: 3, background: "#888", noise: grain } });
};

test("every documented field of an answer is there", async () => {
  const { analyze } = await prepareClient();
  const source = await (await photo(800, 450))
    .withExif({ IFD0: { Copyright: "somebody" } })
    .jpeg()
    .toBuffer();
  const { success, analysis, recommendations, correlation_id } = await analyze({ image: dataUrl(source) });
  expect(success).toBe(true);
  expect(correlation_id).toMatch(/^req-/);
  expect(analysis).toMatchObject({
    dimensions: { width: 800, height: 450, aspect_ratio: 1.78 },
    format: "JPEG",
    mode: "RGB",
    size_bytes: source.length,
    size_mb: Math.round((source.length / 2 ** 20) * 100) / 100,
    has_transparency: false,
    has_animation: false,
    frames: 1,
    is_grayscale: false,
    has_exif: true,
    exif_orientation: 1,
    image_hash: expect.stringMatching(/^[0-9a-f]{16}$/),
    perceptual_hash: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  expect(Number.isInteger(analysis.dominant_colors)).toBe(true);
  expect(analysis.dominant_colors).toBeGreaterThan(1000);
  expect(analysis.palette).toHaveLength(5);
  expect(analysis.palette[0]?.hex).toMatch(/^#[0-9a-f]{6}$/);
  expect(analysis.complexity_score).toBeGreaterThan(0);
  expect(analysis.complexity_score).toBeLessThanOrEqual(10);
  expect(analysis.estimated_compression_ratio).toBeGreaterThan(0);
  expect(analysis.analysis_time_ms).toBeGreaterThan(0);
  expect(Buffer.from(analysis.thumb_hash, "base64").length).toBeGreaterThan(4);
  expect(recommendations).toEqual({
    best_provider: expect.stringMatching(/^(claude|openai|gemini)$/),
    suggested_format: "JPEG",
    estimated_quality: expect.any(Number),
    processing_notes: [expect.stringContaining("EXIF")],
  });
});

test("the reference's pixel has transparency, and so goes to openai", async () => {
  const { analyze } = await prepareClient();
  const { analysis, recommendations } = await analyze({ image: referencePixel });
  expect(analysis).toMatchObject({
    dimensions: { width: 1, height: 1, aspect_ratio: 1 },
    has_transparency: true,
    mode: "RGBA",
    complexity_score: 0,
    dominant_colors: 1,
    size_mb: 0,
  });
  expect(recommendations).toMatchObject({ best_provider: "openai", suggested_format: "PNG" });
});

describe("complexity is", () => {
  test("0 for a flat picture of any grey, high for noise, and between for a photo", async () => {
    const { analyze } = await prepareClient();
    const score = async (bytes: Buffer) =>
      (await analyze({ image: dataUrl(bytes) })).analysis.complexity_score;
    for (const background of ["#000000", "#808080", "#ffffff"]) {
      expect(await score(await flat(300, 200, background).png().toBuffer())).toBe(0);
    }
    const most = await score(await noise().png().toBuffer());
    const middle = await score(await (await photo(400, 400)).png().toBuffer());
    expect(most).toBeGreaterThan(8);
    expect(middle).toBeGreaterThan(1);
    expect(middle).toBeLessThan(most);
  });
});

describe("the recommendation agrees with the reference's rule", () => {
  test.each([
    ["gemini for more than 2048 pixels", "gemini", () => flat(2049, 100).png().toBuffer()],
    ["openai for transparency", "openai", () => flat(100, 100).ensureAlpha(0.5).png().toBuffer()],
    [
      "claude for more than 5 MB, however complex",
      "claude",
      async () => Buffer.concat([await noise().jpeg().toBuffer(), Buffer.alloc(5.02 * 2 ** 20)]),
    ],
    ["gemini for complexity above 7", "gemini", () => noise().png().toBuffer()],
    ["claude for the rest", "claude", () => flat(2048, 100).png().toBuffer()],
  ])("%s", async (_, provider, make) => {
    const { analyze } = await prepareClient();
    const { analysis, recommendations } = await analyze({ image: dataUrl(await make()) });
    expect(recommendations.best_provider).toBe(provider);
    // The document's own words, on the facts of this very answer.
    const { complexity_score, has_transparency, dimensions, size_mb } = analysis;
    const byDocument =
      dimensions.width > 2048 || dimensions.height > 2048
        ? "gemini"
        : has_transparency
          ? "openai"
          : size_mb > 5
            ? "claude"
            : complexity_score > 7
              ? "gemini"
              : "claude";
    expect(recommendations.best_provider).toBe(byDocument);
  });
});

test("a page of text, a grey picture and an animation are recognised", async () => {
  const { analyze } = await prepareClient();
  const text = await analyze({ image: dataUrl(await page(800, 600).png().toBuffer()) });
  expect(text.analysis.text_likeness).toBeGreaterThan(0.8);
  expect(text.recommendations).toMatchObject({ suggested_format: "PNG", estimated_quality: 95 });
  const grey = await (await photo(200, 150)).toColourspace("b-w").jpeg().toBuffer();
  expect((await analyze({ image: dataUrl(grey) })).analysis).toMatchObject({ mode: "L", is_grayscale: true });
  const frames = sharp(Buffer.alloc(20 * 60 * 3).fill(255, 0, 1200), {
    raw: { width: 20, height: 60, channels: 3, pageHeight: 20 },
  });
  const moving = await analyze({ image: dataUrl(await frames.gif({ delay: [50, 50, 50] }).toBuffer()) });
  expect(moving.analysis).toMatchObject({ has_animation: true, format: "GIF", mode: "P" });
  expect(moving.analysis.frames).toBeGreaterThan(1);
});

test("the size told is that of the upright picture, with its orientation", async () => {
  const { analyze } = await prepareClient();
  const image = dataUrl(await (await photo(300, 200)).withMetadata({ orientation: 6 }).jpeg().toBuffer());
  expect((await analyze({ image })).analysis).toMatchObject({
    dimensions: { width: 200, height: 300 },
    exif_orientation: 6,
  });
});

test("one picture in two formats and sizes has nearly one perceptual hash, another has not", async () => {
  const { analyze } = await prepareClient();
  const hash = async (bytes: Buffer) =>
    BigInt(`0x${(await analyze({ image: dataUrl(bytes) })).analysis.perceptual_hash}`);
  const distance = (one: bigint, other: bigint) => (one ^ other).toString(2).replaceAll("0", "").length;
  const original = await hash(await (await photo(600, 400, 5)).png().toBuffer());
  const copy = await hash(await (await photo(600, 400, 5)).resize(300).jpeg({ quality: 60 }).toBuffer());
  const other = await hash(await (await photo(600, 400, 6)).png().toBuffer());
  expect(distance(original, copy)).toBeLessThanOrEqual(6);
  expect(distance(original, other)).toBeGreaterThan(12);
});
