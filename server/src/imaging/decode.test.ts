import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { photo } from "../../test/pictures.ts";
import { exifBlock, jpegSegment, splice } from "./containers/test-splices.ts";
import { decode } from "./decode.ts";
import { readHeader, uprightSize } from "./index.ts";

const limits = () => ({ maxPixels: 1e8, deadline: performance.now() + 30_000 });

/** The picture at its own size. */
const decoded = (bytes: Buffer) =>
  decode(bytes, { ...uprightSize(readHeader(bytes)), background: undefined }, limits());

const flat = (background: string) => sharp({ create: { width: 60, height: 40, channels: 3, background } });

/** Largest difference of two runs of samples. */
function largestDifference(one: Uint8Array, other: Uint8Array): number {
  expect(one.length).toBe(other.length);
  return one.reduce((largest, sample, at) => Math.max(largest, Math.abs(sample - (other[at] ?? 0))), 0);
}

/** Root of the mean square of the differences of two runs of samples. */
function difference(one: Uint8Array, other: Uint8Array): number {
  expect(one.length).toBe(other.length);
  const sum = one.reduce((total, sample, at) => total + (sample - (other[at] ?? 0)) ** 2, 0);
  return Math.sqrt(sum / one.length);
}

describe("a picture comes out upright", () => {
  const width = 6;
  const height = 4;
  /** Every pixel of the upright picture has its own colour. */
  const colourAt = (x: number, y: number) => [x * 40, y * 60, 255 - x * 20 - y * 20];

  /** Row and column at which EXIF 2.32, 4.6.4, stores the upright pixel x, y. */
  const places: Readonly<Record<number, (x: number, y: number) => [row: number, column: number]>> = {
    1: (x, y) => [y, x],
    2: (x, y) => [y, width - 1 - x],
    3: (x, y) => [height - 1 - y, width - 1 - x],
    4: (x, y) => [height - 1 - y, x],
    5: (x, y) => [x, y],
    6: (x, y) => [width - 1 - x, y],
    7: (x, y) => [width - 1 - x, height - 1 - y],
    8: (x, y) => [x, height - 1 - y],
  };

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("that is stored with orientation %d", async (orientation) => {
    const size = orientation < 5 ? { width, height } : { width: height, height: width };
    const stored = Buffer.alloc(width * height * 3);
    const upright = Buffer.alloc(width * height * 3);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const [row, column] = places[orientation]?.(x, y) ?? [0, 0];
        stored.set(colourAt(x, y), (row * size.width + column) * 3);
        upright.set(colourAt(x, y), (y * width + x) * 3);
      }
    }
    const picture = sharp(stored, { raw: { ...size, channels: 3 } });
    const png = await picture.clone().withMetadata({ orientation }).png().toBuffer();
    const webp = await picture.clone().webp({ lossless: true }).withMetadata({ orientation }).toBuffer();
    const jpeg = splice(await picture.jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer(), [
      jpegSegment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), exifBlock(orientation)])),
    ]);
    for (const bytes of [png, webp, jpeg]) {
      expect(readHeader(bytes).orientation).toBe(orientation);
      const pixels = await decoded(bytes);
      expect(pixels).toMatchObject({ width, height, channels: 3 });
      expect(largestDifference(pixels.data, upright)).toBeLessThanOrEqual(bytes === jpeg ? 6 : 0);
    }
  });
});

describe("colours come out as sRGB", () => {
  test("from Display P3, whose stored numbers are others", async () => {
    const plain = await flat("rgb(200, 60, 40)").raw().toBuffer();
    const wide = await flat("rgb(200, 60, 40)").withIccProfile("p3").png().toBuffer();
    expect(readHeader(wide).profile).toBe("other");
    const stored = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
    expect(largestDifference(stored, plain)).toBeGreaterThan(10);
    expect(largestDifference((await decoded(wide)).data, plain)).toBeLessThanOrEqual(2);
  });

  test.each([
    ["a CMYK file", 12, (picture) => picture.toColourspace("cmyk").jpeg({ quality: 98 })],
    ["a 16-bit file", 1, (picture) => picture.toColourspace("rgb16").png()],
    ["a palette", 20, (picture) => picture.png({ palette: true, colours: 256, dither: 0 })],
    ["a progressive file", 6, (picture) => picture.jpeg({ quality: 98, progressive: true })],
    ["an interlaced file", 0, (picture) => picture.png({ progressive: true })],
  ] satisfies [string, number, (picture: Sharp) => Sharp][])("from %s", async (_, tolerance, encode) => {
    const picture = await photo(240, 160);
    const bytes = await encode(picture.clone()).toBuffer();
    const pixels = await decoded(bytes);
    expect(pixels).toMatchObject({ width: 240, height: 160, channels: 3 });
    expect(difference(pixels.data, await picture.raw().toBuffer())).toBeLessThanOrEqual(tolerance);
  });

  test("from grey of 8 and 16 bits", async () => {
    const picture = await photo(240, 160);
    const grey = await picture.clone().toColourspace("b-w").raw().toBuffer();
    for (const bytes of [
      await picture.clone().toColourspace("b-w").png().toBuffer(),
      await picture.clone().toColourspace("grey16").png().toBuffer(),
    ]) {
      expect(readHeader(bytes).colour).toBe("grey");
      const { data, channels } = await decoded(bytes);
      const first = data.filter((_, at) => at % channels === 0);
      expect(difference(first, grey)).toBeLessThanOrEqual(1);
      for (let at = 0; at < data.length; at += channels) expect(data[at + channels - 1]).toBe(data[at]);
    }
  });
});

test.each(["gif", "webp"] as const)("of an animated %s the first frame comes out", async (format) => {
  // Three frames of one colour each: red, green, blue.
  const frames = Buffer.concat(
    ["#dc1414", "#14dc14", "#1414dc"].map((colour) => Buffer.alloc(40 * 30 * 3, colour.slice(1), "hex")),
  );
  const joined = sharp(frames, { raw: { width: 40, height: 90, channels: 3, pageHeight: 30 } });
  const delay = [50, 50, 50];
  const bytes = await (format === "gif"
    ? joined.gif({ delay })
    : joined.webp({ lossless: true, delay })
  ).toBuffer();
  expect(readHeader(bytes).frames).toBe(3);
  const pixels = await decoded(bytes);
  expect(pixels).toMatchObject({ width: 40, height: 30 });
  const { channels } = pixels;
  for (let at = 0; at < pixels.data.length; at += channels) {
    expect([...pixels.data.subarray(at, at + 3)]).toEqual([0xdc, 0x14, 0x14]);
  }
});
