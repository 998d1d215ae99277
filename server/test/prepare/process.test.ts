import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readHeader } from "../../src/imaging/index.ts";
import { page, photo } from "../pictures.ts";
import { dataUrl, fromDataUrl, prepareClient, referencePixel } from "./client.ts";

const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#336699" } });

const seeThrough = () =>
  sharp({ create: { width: 40, height: 30, channels: 4, background: "rgba(255, 0, 0, 0.5)" } })
    .png()
    .toBuffer();

/** Noise that no format compresses: the only way to many bytes in little time. */
async function noisy(side: number): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const picture = sharp({ create: { width: side, height: side, channels: 3, background: "#888", noise } });
  return picture.png({ compressionLevel: 0 }).toBuffer();
}

test("every documented field of an answer is there and agrees with the picture in it", async () => {
  const { process, send } = await prepareClient();
  const source = await (await photo(900, 600)).png().toBuffer();
  const options = { format: "JPEG", quality: 80, max_dimension: 450 };
  const answer = await process({ image: dataUrl(source), provider: "claude", options });
  const { mediaType, bytes } = fromDataUrl(answer.processed_image);
  expect(mediaType).toBe("image/jpeg");
  expect(await sharp(bytes).metadata()).toMatchObject({ format: "jpeg", width: 450, height: 300 });
  expect(answer).toMatchObject({
    success: true,
    original_format: "PNG",
    processed_format: "JPEG",
    original_size: source.length,
    processed_size: bytes.length,
    dimensions: [450, 300],
    correlation_id: expect.stringMatching(/^req-[0-9a-f-]{36}$/),
    metadata: {
      provider: "claude",
      model: null,
      passed_through: false,
      quality_used: 80,
      resized: true,
      has_transparency: false,
      original_has_transparency: false,
      animated_input: false,
      image_hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      original_format: "PNG",
      target_format: "JPEG",
      color_mode: "RGB",
      processing_options: options,
      text_like: false,
      encodes: 1,
      limit_binds: false,
      warnings: [],
    },
  });
  expect(answer.compression_ratio).toBeCloseTo(bytes.length / source.length, 3);
  expect(answer.metadata.size_reduction_percent).toBeCloseTo((1 - bytes.length / source.length) * 100, 1);
  expect(answer.processing_time_ms).toBeGreaterThan(0);
  const raw = await send("/api/v1/process", { image: dataUrl(source), provider: "claude", options });
  expect(Number(raw.headers["x-image-process-time"])).toBeGreaterThan(0);
});

test("the reference's first example is answered: its pixel becomes a JPEG for claude", async () => {
  const { process } = await prepareClient();
  const answer = await process({ image: referencePixel, provider: "claude" });
  expect(answer).toMatchObject({
    original_format: "PNG",
    processed_format: "JPEG",
    original_size: 70,
    dimensions: [1, 1],
    metadata: { has_transparency: false, original_has_transparency: true, color_mode: "RGB" },
  });
  expect(answer.processed_image).toMatch(/^data:image\/jpeg;base64,/);
});

describe("the target format", () => {
  test.each([
    ["claude", "JPEG"],
    ["openai", "PNG"],
    ["gemini", "JPEG"],
  ])("without one in the options is what %s prefers: %s", async (provider, format) => {
    const { process } = await prepareClient();
    const image = dataUrl(await flat(40, 30).webp().toBuffer());
    expect((await process({ image, provider })).processed_format).toBe(format);
  });

  test.each([
    ["JPEG", "jpeg"],
    ["jpg", "jpeg"],
    ["png", "png"],
    ["WebP", "webp"],
  ])("%s is taken in any case", async (format, expected) => {
    const { process } = await prepareClient();
    const image = dataUrl(await flat(40, 30).gif().toBuffer());
    const answer = await process({ image, provider: "gemini", options: { format } });
    expect(answer.processed_format).toBe(expected.toUpperCase());
    expect((await sharp(fromDataUrl(answer.processed_image).bytes).metadata()).format).toBe(expected);
  });
});

describe("A1: process repairs an image that is over the provider's limits instead of refusing it", () => {
  test.each([
    ["claude", 7990, { width: 9000, height: 60 }, [7990, 53]],
    ["openai", 2048, { width: 1500, height: 3000 }, [1024, 2048]],
    ["gemini", 4096, { width: 5000, height: 5000 }, [4096, 4096]],
  ])("by its sides, for %s to %d pixels", async (provider, _, { width, height }, dimensions) => {
    const { process } = await prepareClient();
    const image = dataUrl(await flat(width, height).png().toBuffer());
    const answer = await process({ image, provider, options: { format: "JPEG" } });
    expect(answer.dimensions).toEqual(dimensions);
    expect(answer.metadata.resized).toBe(true);
  });

  test("by its bytes, and uses the limit it has", async () => {
    const { process } = await prepareClient();
    const limit = 5 * 2 ** 20;
    const source = await noisy(2000);
    expect(source.length).toBeGreaterThan(limit * 2);
    const answer = await process({ image: dataUrl(source), provider: "claude", options: { quality: 100 } });
    expect(answer.processed_size).toBeLessThanOrEqual(limit);
    expect(answer.processed_size).toBeGreaterThan(limit * 0.9);
    expect(answer.dimensions).toEqual([2000, 2000]);
    expect(answer.metadata.limit_binds).toBe(true);
    expect(answer.metadata.encodes).toBeLessThanOrEqual(4);
  });

  test("and equal to a limit is within it", async () => {
    const { process } = await prepareClient();
    const image = dataUrl(await flat(2048, 2048).png().toBuffer());
    const answer = await process({ image, provider: "openai" });
    expect(answer).toMatchObject({
      dimensions: [2048, 2048],
      metadata: { resized: false, passed_through: true },
    });
  });

  test("and a longest side that was asked for holds too; nothing is ever enlarged", async () => {
    const { process } = await prepareClient();
    const image = dataUrl(await flat(800, 400).png().toBuffer());
    const sides = async (max_dimension: number) =>
      (await process({ image, provider: "claude", options: { max_dimension } })).dimensions;
    expect(await sides(400)).toEqual([400, 200]);
    expect(await sides(10)).toEqual([10, 5]);
    expect(await sides(8000)).toEqual([800, 400]);
  });
});

test("A2: the compression ratio is processed over original size, and above 1 where the result is larger", async () => {
  const { process } = await prepareClient();
  const answer = await process({ image: referencePixel, provider: "claude" });
  expect(answer.compression_ratio).toBeGreaterThan(1);
  expect(answer.compression_ratio).toBeCloseTo(answer.processed_size / 70, 3);
  expect(answer.metadata.size_reduction_percent).toBeLessThan(0);
  const huge = await process({
    image: dataUrl(await noisy(1200)),
    provider: "claude",
    options: { max_dimension: 10, quality: 1 },
  });
  expect(huge.compression_ratio).toBeGreaterThan(0);
});

test("A3: has_transparency describes the result, original_has_transparency the source", async () => {
  const { process } = await prepareClient();
  const image = dataUrl(await seeThrough());
  const flags = async (options: object) => {
    const { metadata } = await process({ image, provider: "claude", options });
    return [metadata.original_has_transparency, metadata.has_transparency];
  };
  expect(await flags({ format: "JPEG" })).toEqual([true, false]);
  expect(await flags({ format: "PNG" })).toEqual([true, true]);
  expect(await flags({ format: "WEBP", max_dimension: 20 })).toEqual([true, true]);
});

describe("A7: transparency", () => {
  const colour = async (url: string) => [
    ...(await sharp(fromDataUrl(url).bytes).removeAlpha().raw().toBuffer()).subarray(0, 3),
  ];

  test("an explicit JPEG wins over preserve_transparency, and the answer warns", async () => {
    const { process } = await prepareClient();
    const options = { format: "JPEG", preserve_transparency: true, background_color: "#0000ff" };
    const answer = await process({ image: dataUrl(await seeThrough()), provider: "openai", options });
    expect(answer.processed_format).toBe("JPEG");
    expect(answer.metadata.warnings.join(" ")).toContain("#0000ff");
    const [red = 0, , blue = 0] = await colour(answer.processed_image);
    expect(Math.abs(red - 127) + Math.abs(blue - 127)).toBeLessThan(8);
  });

  test("preserved without a format makes a PNG of a transparent picture, and of no other", async () => {
    const { process } = await prepareClient();
    const options = { preserve_transparency: true };
    const kept = await process({ image: dataUrl(await seeThrough()), provider: "claude", options });
    expect(kept).toMatchObject({
      processed_format: "PNG",
      metadata: { has_transparency: true, warnings: [] },
    });
    const opaque = dataUrl(await flat(40, 30).png().toBuffer());
    expect((await process({ image: opaque, provider: "claude", options })).processed_format).toBe("JPEG");
  });

  test.each(["PNG", "WEBP"])("not preserved is flattened in %s too", async (format) => {
    const { process } = await prepareClient();
    const options = { format, preserve_transparency: false, quality: 100, background_color: "#00ff00" };
    const answer = await process({ image: dataUrl(await seeThrough()), provider: "claude", options });
    expect(answer.metadata).toMatchObject({ has_transparency: false, original_has_transparency: true });
    const [red = 0, green = 0] = await colour(answer.processed_image);
    expect(Math.abs(red - 127) + Math.abs(green - 127)).toBeLessThan(8);
  });

  test("on no colour named is put on white", async () => {
    const { process } = await prepareClient();
    const answer = await process({ image: dataUrl(await seeThrough()), provider: "claude" });
    const [red = 0, green = 0] = await colour(answer.processed_image);
    expect(red).toBeGreaterThan(250);
    expect(Math.abs(green - 127)).toBeLessThan(8);
  });
});

describe("what already fits", () => {
  test("passes through with its pixels, and without its metadata", async () => {
    const { process } = await prepareClient();
    const source = await (await photo(300, 200))
      .withExif({ IFD0: { Copyright: "somebody" }, IFD3: { GPSLatitude: "51/1 30/1 0/1" } })
      .jpeg({ quality: 60 })
      .toBuffer();
    const answer = await process({ image: dataUrl(source), provider: "claude" });
    expect(answer.metadata).toMatchObject({
      passed_through: true,
      encodes: 0,
      quality_used: null,
      resized: false,
    });
    const { bytes } = fromDataUrl(answer.processed_image);
    expect(bytes.length).toBeLessThan(source.length);
    expect(readHeader(bytes)).toMatchObject({ hasExif: false, hasMetadata: false });
    expect(await sharp(bytes).raw().toBuffer()).toEqual(await sharp(source).raw().toBuffer());
  });

  test("is encoded again where a quality is named", async () => {
    const { process } = await prepareClient();
    const image = dataUrl(await (await photo(300, 200)).jpeg({ quality: 95 }).toBuffer());
    const answer = await process({ image, provider: "claude", options: { quality: 50 } });
    expect(answer.metadata).toMatchObject({ passed_through: false, quality_used: 50 });
    expect(answer.compression_ratio).toBeLessThan(0.7);
  });

  test("is turned upright, if it lies on its side", async () => {
    const { process } = await prepareClient();
    const image = dataUrl(await (await photo(300, 200)).withMetadata({ orientation: 8 }).jpeg().toBuffer());
    const answer = await process({ image, provider: "claude" });
    expect(answer).toMatchObject({ dimensions: [200, 300], metadata: { passed_through: false } });
  });
});

test("of an animation the first frame is used, and the answer says so", async () => {
  const { process } = await prepareClient();
  const frames = Buffer.alloc(20 * 40 * 3, 200);
  const joined = sharp(frames, { raw: { width: 20, height: 40, channels: 3, pageHeight: 20 } });
  frames.fill(90, 0, 20 * 20 * 3);
  const image = dataUrl(await joined.gif({ delay: [50, 50] }).toBuffer());
  const answer = await process({ image, provider: "openai" });
  expect(answer).toMatchObject({
    dimensions: [20, 20],
    original_format: "GIF",
    metadata: { animated_input: true },
  });
  expect(answer.metadata.warnings.join(" ")).toContain("2 frames");
});

test("text keeps its full chroma as JPEG", async () => {
  const { process } = await prepareClient();
  const image = dataUrl(await page(700, 500).png().toBuffer());
  const answer = await process({ image, provider: "claude" });
  expect(answer.metadata.text_like).toBe(true);
  expect(readHeader(fromDataUrl(answer.processed_image).bytes).chromaSubsampled).toBe(false);
});

test("A6: the bytes tell the format, whatever the media type says", async () => {
  const { process, analyze, validate } = await prepareClient();
  const image = dataUrl(await flat(40, 30).jpeg().toBuffer(), "image/png");
  expect((await process({ image, provider: "claude" })).original_format).toBe("JPEG");
  expect((await validate({ image, provider: "claude" })).format).toBe("JPEG");
  expect((await analyze({ image })).analysis.format).toBe("JPEG");
});
