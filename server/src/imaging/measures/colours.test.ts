import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { photo, seededRandom } from "../../../test/pictures.ts";
import type { RawPixels } from "../pixels.ts";
import { distinctColours, dominantColours, isGreyscale } from "./colours.ts";

/** Vertical stripes of equal width. */
function stripes(...colours: number[][]): RawPixels {
  const channels = colours[0]?.length as RawPixels["channels"];
  const row = colours.flatMap((colour) => Array.from({ length: 10 }, () => colour).flat());
  const data = Uint8Array.from(Array.from({ length: 20 }, () => row).flat());
  return { data, width: colours.length * 10, height: 20, channels };
}

async function pixelsOf(picture: Sharp): Promise<RawPixels> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  // sharp says `number` of what it only ever makes 1 to 4 for 8-bit output.
  return { data, width: info.width, height: info.height, channels: info.channels as RawPixels["channels"] };
}

const encoded = async (picture: Sharp) => pixelsOf(sharp(await picture.jpeg({ quality: 60 }).toBuffer()));

describe("dominant colours", () => {
  test("of a flag are its colours, exactly and in equal shares", () => {
    const italy = stripes([0, 146, 70], [255, 255, 255], [206, 43, 55]);
    const colours = dominantColours(italy);
    expect(colours.map(({ hex }) => hex).sort()).toEqual(["#009246", "#ce2b37", "#ffffff"]);
    for (const { share } of colours) expect(share).toBe(0.3333);
  });

  test("survive JPEG", async () => {
    const { data, width, height } = stripes([0, 146, 70], [255, 255, 255], [206, 43, 55], [255, 255, 255]);
    const flag = sharp(data, { raw: { width, height, channels: 3 } }).resize(400, 300, {
      fit: "fill",
      kernel: "nearest",
    });
    const [first, ...others] = dominantColours(await encoded(flag));
    expect(first).toMatchObject({ hex: "#ffffff" });
    expect(first?.share).toBeCloseTo(0.5, 1);
    expect(others.slice(0, 2).map(({ share }) => Math.round(share * 4))).toEqual([1, 1]);
  });

  test("are most frequent first and no more than asked for", () => {
    const pixels = stripes([255, 0, 0], [0, 0, 255], [0, 0, 255], [0, 255, 0], [0, 0, 255], [0, 255, 0]);
    expect(dominantColours(pixels, 2)).toEqual([
      { hex: "#0000ff", share: 0.5 },
      { hex: "#00ff00", share: 0.3333 },
    ]);
  });

  test("merge what the eye calls one colour, also across the edge of a bin", () => {
    const random = seededRandom(4);
    const data = Uint8Array.from({ length: 3000 * 3 }, () => 120 + random() * 16);
    expect(dominantColours({ data, width: 60, height: 50, channels: 3 })).toHaveLength(1);
  });

  test("leave wholly transparent pixels out", () => {
    const pixels = stripes([255, 0, 0, 255], [0, 255, 0, 0], [0, 0, 0, 0]);
    expect(dominantColours(pixels)).toEqual([{ hex: "#ff0000", share: 1 }]);
    expect(dominantColours(stripes([1, 2, 3, 0]))).toEqual([]);
  });

  test("of grey pictures are greys", () => {
    expect(dominantColours(stripes([17], [200])).map(({ hex }) => hex)).toEqual(["#111111", "#c8c8c8"]);
    expect(dominantColours(stripes([17, 0], [200, 255])).map(({ hex }) => hex)).toEqual(["#c8c8c8"]);
  });
});

describe("distinct colours", () => {
  test("are counted exactly", () => {
    expect(distinctColours(stripes([1, 2, 3], [1, 2, 4], [1, 2, 3], [2, 1, 3]))).toBe(3);
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(distinctColours({ data: all, width: 256, height: 1, channels: 1 })).toBe(256);
  });

  test("agree with a set over the pixels of noise", () => {
    const random = seededRandom(8);
    const data = Uint8Array.from({ length: 40_000 * 3 }, () => random() * 40);
    const seen = new Set<number>();
    for (let at = 0; at < data.length; at += 3) {
      seen.add(((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0));
    }
    expect(distinctColours({ data, width: 200, height: 200, channels: 3 })).toBe(seen.size);
  });

  test("leave wholly transparent pixels out, and differ by no alpha", () => {
    expect(distinctColours(stripes([9, 9, 9, 255], [9, 9, 9, 100], [50, 60, 70, 0]))).toBe(1);
  });
});

describe("greyscale", () => {
  test("is a grey photograph, also as a JPEG that is stored in colour", async () => {
    const grey = await pixelsOf((await photo(300, 200)).greyscale());
    const data = new Uint8Array(grey.width * grey.height * 3);
    for (let at = 0; at < data.length; at += 1) data[at] = grey.data[Math.floor(at / 3) * grey.channels] ?? 0;
    const inColour = sharp(data, { raw: { width: 300, height: 200, channels: 3 } });
    expect(isGreyscale(grey)).toBe(true);
    expect(isGreyscale(await encoded(inColour))).toBe(true);
  });

  test("is a scan of something grey, whose channels each have their own noise", async () => {
    const random = seededRandom(6);
    const data = Uint8Array.from({ length: 300 * 200 * 3 }, () => 200 + random() * 10);
    expect(isGreyscale({ data, width: 300, height: 200, channels: 3 })).toBe(true);
    expect(isGreyscale(await encoded(sharp(data, { raw: { width: 300, height: 200, channels: 3 } })))).toBe(
      true,
    );
  });

  test("is not a faintly tinted surface", () => {
    expect(isGreyscale(stripes([205, 195, 180], [100, 94, 84]))).toBe(false);
  });

  test("is not a sepia photograph, nor one in colour", async () => {
    const sepia = (await photo(300, 200)).recomb([
      [0.393, 0.769, 0.189],
      [0.349, 0.686, 0.168],
      [0.272, 0.534, 0.131],
    ]);
    expect(isGreyscale(await encoded(sepia))).toBe(false);
    expect(isGreyscale(await pixelsOf(await photo(300, 200)))).toBe(false);
  });

  test("is not a grey page with a small red stamp", () => {
    const data = new Uint8Array(512 * 512 * 3).fill(240);
    for (let x = 0; x < 10; x += 1) data.set([200, 30, 30], (256 * 512 + x) * 3);
    expect(isGreyscale({ data, width: 512, height: 512, channels: 3 })).toBe(false);
  });

  test("does not look under transparent pixels", () => {
    expect(isGreyscale(stripes([80, 80, 80, 255], [255, 0, 0, 0]))).toBe(true);
    expect(isGreyscale(stripes([80, 80, 80, 255], [255, 0, 0, 1]))).toBe(false);
  });

  test("is everything that has no colour channels", () => {
    expect(isGreyscale(stripes([5], [250]))).toBe(true);
    expect(isGreyscale(stripes([5, 0], [250, 255]))).toBe(true);
  });
});
