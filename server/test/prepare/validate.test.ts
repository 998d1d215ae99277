import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { gif } from "../../src/imaging/containers/test-splices.ts";
import { photo } from "../pictures.ts";
import { dataUrl, prepareClient, referencePixel } from "./client.ts";

const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#336699" } });

test("every documented field of an answer is there", async () => {
  const { validate } = await prepareClient();
  const source = await flat(1600, 900).png().toBuffer();
  expect(await validate({ image: dataUrl(source), provider: "claude" })).toMatchObject({
    valid: true,
    provider: "claude",
    error_message: null,
    file_size: source.length,
    file_size_mb: Math.round((source.length / 2 ** 20) * 100) / 100,
    dimensions: { width: 1600, height: 900, aspect_ratio: 1.78 },
    format: "PNG",
    color_mode: "RGB",
    has_transparency: false,
    requirements_met: { size_limit: true, dimension_limit: true, format_supported: true },
    limits: { max_size_mb: 5, max_dimension: 7990, supported_formats: ["JPEG", "PNG", "GIF", "WEBP"] },
    correlation_id: expect.stringMatching(/^req-/),
  });
});

test.each(["claude", "openai", "gemini"])("the reference's pixel is valid for %s", async (provider) => {
  const { validate } = await prepareClient();
  expect(await validate({ image: referencePixel, provider })).toMatchObject({
    valid: true,
    error_message: null,
    file_size: 70,
    file_size_mb: 0,
    dimensions: { width: 1, height: 1, aspect_ratio: 1 },
    has_transparency: true,
    color_mode: "RGBA",
  });
});

describe("an image over a limit is an answer, not an error, and its message says exceed", () => {
  test.each([
    ["claude", 7990],
    ["openai", 2048],
    ["gemini", 4096],
  ])("by a side, for %s above %d pixels and not at them", async (provider, side) => {
    const { validate } = await prepareClient();
    const of = async (width: number, height: number) =>
      validate({ image: dataUrl(await flat(width, height).png().toBuffer()), provider });
    expect(await of(side, 20)).toMatchObject({ valid: true });
    expect(await of(20, side)).toMatchObject({ valid: true });
    const answer = await of(20, side + 1);
    expect(answer).toMatchObject({
      valid: false,
      error_message: expect.stringContaining("exceed"),
      requirements_met: { size_limit: true, dimension_limit: false, format_supported: true },
    });
  });

  test("by its bytes, counted in units of 1024 times 1024: A4", async () => {
    const { validate } = await prepareClient();
    const picture = await (await photo(100, 100)).jpeg().toBuffer();
    const limit = 5 * 2 ** 20;
    const padded = (length: number) =>
      dataUrl(Buffer.concat([picture, Buffer.alloc(length - picture.length)]));
    expect(await validate({ image: padded(limit), provider: "claude" })).toMatchObject({
      valid: true,
      file_size_mb: 5,
    });
    const answer = await validate({ image: padded(limit + 1), provider: "claude" });
    expect(answer).toMatchObject({
      valid: false,
      file_size: limit + 1,
      requirements_met: { size_limit: false, dimension_limit: true },
    });
    expect(answer.error_message).toMatch(/exceed/);
    expect(await validate({ image: padded(limit + 1), provider: "openai" })).toMatchObject({ valid: true });
  });

  test("by both at once, and then the message names both", async () => {
    const { validate } = await prepareClient();
    const picture = await flat(2049, 10).jpeg().toBuffer();
    const image = dataUrl(Buffer.concat([picture, Buffer.alloc(20 * 2 ** 20)]));
    const { error_message } = await validate({ image, provider: "openai" });
    expect(error_message).toContain("20 MB");
    expect(error_message).toContain("2048 pixels");
  });
});

test("the size told is that of the upright picture", async () => {
  const { validate } = await prepareClient();
  const image = dataUrl(await (await photo(300, 200)).withMetadata({ orientation: 6 }).jpeg().toBuffer());
  expect((await validate({ image, provider: "claude" })).dimensions).toEqual({
    width: 200,
    height: 300,
    aspect_ratio: 0.67,
  });
});

test("the colour mode is told in the words of the reference's samples", async () => {
  const { validate } = await prepareClient();
  const modes = {
    RGB: flat(20, 20).png(),
    RGBA: flat(20, 20).ensureAlpha(0.5).png(),
    L: flat(20, 20).toColourspace("b-w").png(),
    P: flat(20, 20).png({ palette: true }),
    CMYK: flat(20, 20).toColourspace("cmyk").jpeg(),
  };
  for (const [mode, picture] of Object.entries(modes)) {
    const image = dataUrl(await picture.toBuffer());
    expect((await validate({ image, provider: "claude" })).color_mode).toBe(mode);
  }
});

describe("A5: what decodes from base64 and is no image is told as invalid, with an unknown format", () => {
  test.each([
    ["text", Buffer.from("This is not an image, however it is called.")],
    ["zeros", Buffer.alloc(2000)],
    ["an archive", Buffer.from("504b0304140000000800", "hex")],
  ])("%s", async (_, bytes) => {
    const { validate } = await prepareClient();
    expect(await validate({ image: dataUrl(bytes), provider: "claude" })).toMatchObject({
      valid: false,
      format: "unknown",
      error_message: expect.stringContaining("not an image"),
      dimensions: { width: 0, height: 0, aspect_ratio: 0 },
      requirements_met: { size_limit: false, dimension_limit: false, format_supported: false },
      metadata: null,
    });
  });

  test("a damaged image has its format, and is not valid", async () => {
    const { validate } = await prepareClient();
    for (const whole of [
      await (await photo(200, 100)).png().toBuffer(),
      await (await photo(200, 100)).jpeg().toBuffer(),
      await (await photo(200, 100)).webp().toBuffer(),
      gif({ screen: 30, size: 30 }),
    ]) {
      const cut = whole.subarray(0, Math.floor(whole.length * 0.7));
      const answer = await validate({ image: dataUrl(cut), provider: "claude" });
      expect(answer).toMatchObject({ valid: false, error_message: expect.stringContaining("damaged") });
      expect(["PNG", "JPEG", "WEBP", "GIF"]).toContain(answer.format);
    }
  });
});

describe("A8: an image of another format is told as invalid, by name", () => {
  test.each([
    ["BMP", Buffer.concat([Buffer.from("BM"), Buffer.alloc(12), Buffer.from([40]), Buffer.alloc(60)])],
    ["TIFF", Buffer.concat([Buffer.from("II*\0"), Buffer.alloc(60)])],
    ["SVG", Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
    ["PDF", Buffer.from("%PDF-1.7\n")],
    ["AVIF", Buffer.from("\0\0\0\x18ftypavif\0\0\0\0avifmif1", "latin1")],
    ["HEIC", Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1")],
    ["ICO", Buffer.from([0, 0, 1, 0, 1, 0, 16, 16, 0, 0])],
    ["JXL", Buffer.from([0xff, 0x0a, 0, 0])],
  ])("%s", async (format, bytes) => {
    const { validate, refuse } = await prepareClient();
    const image = dataUrl(bytes);
    const problem = `The format ${format} is not supported. Supported formats: JPEG, PNG, GIF, WEBP.`;
    expect(await validate({ image, provider: "claude" })).toMatchObject({
      valid: false,
      format,
      error_message: problem,
      requirements_met: { format_supported: false },
    });
    for (const [path, fields] of [
      ["process", { provider: "claude" }],
      ["analyze", {}],
      ["thumbnail", { width: 50, height: 50 }],
    ] as const) {
      const error = await refuse(`/api/v1/${path}`, { image, ...fields });
      expect(error.details).toMatchObject({ field: "image", reason: "invalid_format" });
      expect(error.message).toBe(problem);
    }
  });
});
