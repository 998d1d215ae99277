import sharp from "sharp";
import { expect, test } from "vitest";
import { readHeader } from "./container.ts";
import { square, squarePixels } from "./square.ts";

const limits = () => ({ maxPixels: 1e6, deadline: performance.now() + 10_000 });

const plain = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 4, background } });
const make = async (bytes: Buffer, side: number | null, format: "png" | "webp" = "png") =>
  await square(bytes, readHeader(bytes), { side, format, quality: "lossless" }, limits());

/** Red, green, blue and alpha of each pixel of a row, in hexadecimal. */
async function row(bytes: Buffer, y: number): Promise<readonly string[]> {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return Array.from({ length: info.width }, (_, x) =>
    data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4).toString("hex"),
  );
}
const clear = "00000000";
const red = "ff0000ff";

test("a square has the whole picture in its middle, and nothing beside it", async () => {
  const { bytes, side } = await make(await plain(4, 8, "#ff0000").png().toBuffer(), null);
  expect(side).toBe(8);
  for (const y of [0, 4, 7])
    expect(await row(bytes, y)).toEqual([clear, clear, red, red, red, red, clear, clear]);
  const small = await make(await plain(8, 4, "#ff0000").jpeg({ quality: 100 }).toBuffer(), 4);
  expect(await row(small.bytes, 0)).toEqual([clear, clear, clear, clear]);
  expect((await row(small.bytes, 1)).map((pixel) => pixel.slice(6))).toEqual(["ff", "ff", "ff", "ff"]);
});

test("a square is never larger than its picture, nor without any of it", async () => {
  const long = await plain(900, 1, "#ff0000").png().toBuffer();
  expect((await make(long, 2000)).side).toBe(900);
  const { bytes, side } = await make(long, 3);
  expect(side).toBe(3);
  expect(await row(bytes, 1)).toEqual([red, red, red]);
});

test("a square is upright, and as clear as its picture is", async () => {
  const half = await plain(2, 1, "#ff000080").png().toBuffer();
  const turned = await sharp(half).withMetadata({ orientation: 6 }).png().toBuffer();
  for (const format of ["png", "webp"] as const) {
    const { bytes } = await make(turned, null, format);
    expect((await sharp(bytes).metadata()).format).toBe(format);
    expect((await row(bytes, 0)).map((pixel) => pixel.slice(6)).toSorted()).toEqual(["00", "80"]);
  }
});

test("grey pictures are squares in colour, with their grey", async () => {
  const values = [0x10, 0x50, 0x90, 0xd0, 0x20, 0x60, 0xa0, 0xe0];
  const grey = await sharp(Buffer.from(values), { raw: { width: 4, height: 2, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
  expect(readHeader(grey).colour).toBe("grey");
  const pixels = await squarePixels(grey, readHeader(grey), { side: null, background: "#FFFFFF" }, limits());
  expect(pixels).toMatchObject({ width: 4, height: 4, channels: 4 });
  const white = "ffffffff".repeat(4);
  const hex = Buffer.from(pixels.data).toString("hex");
  expect(hex).toBe(`${white}${values.map((value) => `${value.toString(16).repeat(3)}ff`).join("")}${white}`);
});
