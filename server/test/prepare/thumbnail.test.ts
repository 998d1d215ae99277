import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { photo } from "../pictures.ts";
import { dataUrl, fromDataUrl, prepareClient, referencePixel } from "./client.ts";

test("every documented field of an answer is there and agrees with the picture in it", async () => {
  const { thumbnail } = await prepareClient();
  const source = await (await photo(600, 400)).png().toBuffer();
  const answer = await thumbnail({ image: dataUrl(source), width: 150, height: 150 });
  const { mediaType, bytes } = fromDataUrl(answer.thumbnail);
  expect(mediaType).toBe("image/jpeg");
  expect(await sharp(bytes).metadata()).toMatchObject({ format: "jpeg", width: 150, height: 100 });
  expect(answer).toMatchObject({
    success: true,
    dimensions: { width: 150, height: 100 },
    original_dimensions: { width: 600, height: 400 },
    file_size: bytes.length,
    correlation_id: expect.stringMatching(/^req-/),
  });
  expect(answer.compression_ratio).toBeCloseTo(bytes.length / source.length, 3);
  expect(answer.processing_time_ms).toBeGreaterThan(0);
});

test("the ratio of a tiny thumbnail to a huge source is small, not zero", async () => {
  const { thumbnail } = await prepareClient();
  const source = await (await photo(1500, 1000)).png().toBuffer();
  const answer = await thumbnail({ image: dataUrl(source), width: 10, height: 10, options: { quality: 1 } });
  expect(answer.file_size / source.length).toBeLessThan(0.0005);
  expect(answer.compression_ratio).toBeCloseTo(answer.file_size / source.length, 5);
  expect(answer.compression_ratio).toBeGreaterThan(0);
});

test("the reference's pixel becomes 50x50", async () => {
  const { thumbnail } = await prepareClient();
  const answer = await thumbnail({ image: referencePixel, width: 50, height: 50 });
  expect(answer).toMatchObject({
    dimensions: { width: 50, height: 50 },
    original_dimensions: { width: 1, height: 1 },
  });
});

describe("the options of the reference", () => {
  test("keep the aspect ratio by default, and stretch when told not to", async () => {
    const { thumbnail } = await prepareClient();
    const image = dataUrl(await (await photo(300, 100)).jpeg().toBuffer());
    const size = async (options?: object) =>
      (await thumbnail({ image, width: 60, height: 60, ...(options ? { options } : {}) })).dimensions;
    expect(await size()).toEqual({ width: 60, height: 20 });
    expect(await size({ maintain_aspect_ratio: true })).toEqual({ width: 60, height: 20 });
    expect(await size({ maintain_aspect_ratio: false })).toEqual({ width: 60, height: 60 });
  });

  test("change quality and background", async () => {
    const { thumbnail } = await prepareClient();
    const image = dataUrl(await (await photo(300, 300)).png().toBuffer());
    const bytes = async (quality: number) =>
      (await thumbnail({ image, width: 200, height: 200, options: { quality } })).file_size;
    expect(await bytes(10)).toBeLessThan(await bytes(80));
    expect(await bytes(80)).toBeLessThan(await bytes(100));
    const clear = sharp({ create: { width: 20, height: 20, channels: 4, background: "rgba(0,0,0,0)" } });
    const answer = await thumbnail({
      image: dataUrl(await clear.png().toBuffer()),
      width: 20,
      height: 20,
      options: { background_color: "#ff0000" },
    });
    const [red = 0, green = 255] = await sharp(fromDataUrl(answer.thumbnail).bytes).raw().toBuffer();
    expect(red).toBeGreaterThan(245);
    expect(green).toBeLessThan(10);
  });
});

describe("width and height", () => {
  test.each([10, 500])("may be %d", async (side) => {
    const { thumbnail } = await prepareClient();
    const answer = await thumbnail({ image: referencePixel, width: side, height: side });
    expect(answer.dimensions).toEqual({ width: side, height: side });
  });

  test.each([9, 501, 0, -50, 50.5, "50", null, undefined])("may not be %s", async (side) => {
    const { refuse } = await prepareClient();
    const byWidth = await refuse("/api/v1/thumbnail", { image: referencePixel, width: side, height: 50 });
    expect(byWidth.details).toMatchObject({ field: "width" });
    const byHeight = await refuse("/api/v1/thumbnail", { image: referencePixel, width: 50, height: side });
    expect(byHeight.details).toMatchObject({ field: "height" });
  });
});
