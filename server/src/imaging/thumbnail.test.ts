import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { photo } from "../../test/pictures.ts";
import { readHeader, type ThumbnailRequest, thumbnail } from "./index.ts";

const limits = () => ({ maxPixels: 1e8, deadline: performance.now() + 30_000 });
const request: ThumbnailRequest = {
  width: 100,
  height: 100,
  keepAspectRatio: true,
  quality: 80,
  background: "#FFFFFF",
};

/** Makes one, and checks that it is what it says of itself. */
async function made(bytes: Buffer, wishes: Partial<ThumbnailRequest> = {}) {
  const result = await thumbnail(bytes, readHeader(bytes), { ...request, ...wishes }, limits());
  const { width, height, format } = await sharp(result.bytes).metadata();
  expect({ width, height, format }).toEqual({ width: result.width, height: result.height, format: "jpeg" });
  return result;
}

const colourOf = async (jpeg: Buffer) => [...(await sharp(jpeg).raw().toBuffer()).subarray(0, 3)];

describe("a thumbnail", () => {
  test.each([
    [400, 300, 100, 75],
    [300, 400, 75, 100],
    [1000, 10, 100, 1],
    [3000, 2, 100, 1],
    [50, 20, 100, 40],
    [100, 100, 100, 100],
  ])("of %dx%d fits inside 100x100 as %dx%d, small pictures enlarged", async (width, height, ...expected) => {
    const picture = sharp({ create: { width, height, channels: 3, background: "#336699" } });
    const result = await made(await picture.png().toBuffer());
    expect([result.width, result.height]).toEqual(expected);
  });

  test("of the reference's picture of one pixel fills the box of 50x50", async () => {
    const pixel = sharp(Buffer.of(0, 255, 0, 127), { raw: { width: 1, height: 1, channels: 4 } });
    const result = await made(await pixel.png().toBuffer(), { width: 50, height: 50 });
    expect([result.width, result.height]).toEqual([50, 50]);
  });

  test("stretches to exactly the box where the aspect ratio is not to be kept", async () => {
    const bytes = await (await photo(400, 100)).jpeg().toBuffer();
    const result = await made(bytes, { width: 37, height: 500, keepAspectRatio: false });
    expect([result.width, result.height]).toEqual([37, 500]);
  });

  test("shows a picture upright, whatever way it is stored", async () => {
    const bytes = await (await photo(300, 200)).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const result = await made(bytes);
    expect([result.width, result.height]).toEqual([67, 100]);
  });

  test("puts transparent pixels on the background", async () => {
    const clear = sharp({ create: { width: 20, height: 20, channels: 4, background: "rgba(0,0,0,0)" } });
    const result = await made(await clear.png().toBuffer(), { background: "#00A0FF", quality: 100 });
    const [red = 255, green = 0, blue = 0] = await colourOf(result.bytes);
    expect(red).toBeLessThan(6);
    expect(Math.abs(green - 160)).toBeLessThan(6);
    expect(blue).toBeGreaterThan(249);
  });

  test("of higher quality takes more bytes", async () => {
    const bytes = await (await photo(300, 200)).png().toBuffer();
    const sizes = await Promise.all(
      [10, 50, 80, 100].map(async (quality) => (await made(bytes, { quality })).bytes.length),
    );
    expect(sizes).toEqual(sizes.toSorted((one, other) => one - other));
    expect(new Set(sizes).size).toBe(4);
  });

  test("of a damaged picture fails as corrupt", async () => {
    const bytes = await (await photo(300, 200)).jpeg().toBuffer();
    await expect(made(bytes.subarray(0, bytes.length / 2))).rejects.toMatchObject({ code: "corrupt" });
  });
});
