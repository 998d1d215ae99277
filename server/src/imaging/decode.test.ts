import { deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { photo } from "../../test/pictures.ts";
import { gammaCurve, greyProfile, linearOfSrgb } from "./containers/test-profiles.ts";
import { exifBlock, jpegSegment, pngChunk, pngChunkOffset, splice } from "./containers/test-splices.ts";
import { decode } from "./decode.ts";
import { readHeader, uprightSize } from "./index.ts";

const limits = () => ({ maxPixels: 1e8, deadline: performance.now() + 30_000 });

/** The picture at its own size. */
const decoded = (bytes: Buffer, background?: string) => {
  const header = readHeader(bytes);
  return decode(bytes, header, { ...uprightSize(header), background }, limits());
};

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
});

describe("grey stays grey, in one channel,", () => {
  const picture = () => photo(240, 160);
  const grey = async () => (await picture()).toColourspace("b-w");

  test.each([
    ["8-bit PNG", 0, async () => (await grey()).png()],
    ["16-bit PNG", 1, async () => (await picture()).toColourspace("grey16").png()],
    ["JPEG", 6, async () => (await grey()).jpeg({ quality: 98 })],
    ["progressive JPEG", 6, async () => (await grey()).jpeg({ quality: 98, progressive: true })],
  ] satisfies [string, number, () => Promise<Sharp>][])("from %s", async (_, tolerance, encoded) => {
    const bytes = await (await encoded()).toBuffer();
    expect(readHeader(bytes).colour).toBe("grey");
    const pixels = await decoded(bytes);
    expect(pixels).toMatchObject({ width: 240, height: 160, channels: 1 });
    expect(largestDifference(pixels.data, await (await grey()).raw().toBuffer())).toBeLessThanOrEqual(
      tolerance,
    );
  });

  test("from a file with a profile, whose stored numbers are others", async () => {
    const stored = await (await grey()).raw().toBuffer();
    const linear = Buffer.from(stored.map((level) => Math.round(255 * linearOfSrgb(level / 255))));
    const raw = { width: 240, height: 160, channels: 1 } as const;
    const plain = await sharp(linear, { raw }).toColourspace("b-w").png().toBuffer();
    const profile = Buffer.concat([Buffer.from("linear\0\0"), deflateSync(greyProfile(gammaCurve(1)))]);
    const bytes = splice(plain, [pngChunk("iCCP", profile)], pngChunkOffset(plain, "IDAT"));
    expect(readHeader(bytes)).toMatchObject({ colour: "grey", profile: "other" });
    const pixels = await decoded(bytes);
    expect(pixels.channels).toBe(1);
    expect(difference(linear, stored)).toBeGreaterThan(40);
    // Eight bits of linear light are coarse in the shadows.
    expect(difference(pixels.data, stored)).toBeLessThanOrEqual(4);
  });

  const half = async () =>
    sharp({ create: { width: 60, height: 40, channels: 4, background: "rgba(60, 60, 60, 0.5)" } })
      .toColourspace("b-w")
      .png()
      .toBuffer();

  test("unless it is transparent: then alpha is kept", async () => {
    expect(readHeader(await half())).toMatchObject({ colour: "grey", hasAlpha: true });
    const { data, channels } = await decoded(await half());
    expect(channels).toBe(4);
    expect([...data.subarray(0, 4)]).toEqual([60, 60, 60, 128]);
  });

  test("and transparent pixels are put on grey or on a colour", async () => {
    const white = await decoded(await half(), "#FFFFFF");
    expect([white.channels, white.data[0]]).toEqual([1, 157]);
    const blue = await decoded(await half(), "#0000ff");
    expect(blue.channels).toBe(3);
    expect([...blue.data.subarray(0, 3)]).toEqual([30, 30, 157]);
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
