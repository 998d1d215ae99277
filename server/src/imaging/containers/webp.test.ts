import sharp from "sharp";
import { expect, test } from "vitest";
import { matrixProfile, PRIMARIES, srgbParametricCurve } from "./test-profiles.ts";
import { canvas, exifBlock, riffChunk, riffChunks, webp } from "./test-splices.ts";
import { readWebp, stripWebp } from "./webp.ts";

const ANIMATION = 0x02;
const XMP = 0x04;
const EXIF = 0x08;
const ALPHA = 0x10;
const PROFILE = 0x20;
const DAMAGE = expect.objectContaining({ code: "corrupt", details: { format: "webp" } });

const red = () => sharp({ create: { width: 21, height: 13, channels: 4, background: "#ff000080" } });
const raw = (bytes: Buffer) => sharp(bytes, { animated: true }).raw().toBuffer();

/** The picture chunks of an encoder: VP8 alone, VP8L, or ALPH and VP8. */
async function pictureOf(kind: "lossy" | "lossless" | "alpha"): Promise<Buffer> {
  const picture = kind === "lossy" ? red().removeAlpha() : red();
  const chunks = riffChunks(await picture.webp({ lossless: kind === "lossless" }).toBuffer());
  return Buffer.concat(chunks.filter(({ type }) => type !== "VP8X").map(({ bytes }) => bytes));
}

const secret = (type: string) => riffChunk(type, "SECRET!");

test.each(["lossy", "lossless", "alpha"] as const)("a %s picture keeps its chunks alone", async (kind) => {
  const picture = await pictureOf(kind);
  const alpha = kind === "lossy" ? 0 : ALPHA;
  const clean = webp(canvas(21, 13, alpha), picture);
  const chunks = [secret("junk"), picture, secret("EXIF"), secret("XMP "), secret("C2PA")];
  const inside = webp(canvas(21, 13, alpha | EXIF | XMP), ...chunks);
  const file = Buffer.concat([inside, Buffer.from("PK SECRET")]);
  expect(readWebp(file)).toMatchObject({
    width: 21,
    height: 13,
    hasAlpha: alpha !== 0,
    hasExif: true,
    hasMetadata: true,
  });
  expect(stripWebp(file)).toEqual(clean);
  expect(await raw(clean)).toEqual(await raw(file));
  expect(readWebp(clean)).toMatchObject({ hasMetadata: false, hasExif: false });
  expect(stripWebp(clean)).toBe(clean);
});

test("in the simple form everything behind the picture goes", async () => {
  const picture = await pictureOf("lossless");
  const file = webp(picture, riffChunk("EXIF", exifBlock(6)), secret("XMP "));
  expect(readWebp(file)).toMatchObject({
    width: 21,
    height: 13,
    orientation: 1,
    hasAlpha: true,
    hasMetadata: true,
  });
  expect(stripWebp(file)).toEqual(webp(picture));
});

test("EXIF orientation counts where the flags announce it, as decoders read it", async () => {
  const picture = await pictureOf("lossy");
  const prefixed = Buffer.concat([Buffer.from("Exif\0\0"), exifBlock(6)]);
  for (const [flags, block, orientation] of [
    [EXIF, exifBlock(6, "MM"), 6],
    [EXIF, prefixed, 6],
    [0, exifBlock(6), 1],
  ] as const) {
    const file = webp(canvas(21, 13, flags), picture, riffChunk("EXIF", block));
    expect(readWebp(file)).toMatchObject({ orientation, hasExif: true, hasMetadata: true });
    expect((await sharp(file).metadata()).orientation ?? 1).toBe(orientation);
  }
});

test("an sRGB profile goes with its flag, another one stays with it", async () => {
  const picture = await pictureOf("lossy");
  const srgb = riffChunk("ICCP", matrixProfile(PRIMARIES.srgb, srgbParametricCurve));
  const displayP3 = riffChunk("ICCP", matrixProfile(PRIMARIES.displayP3, srgbParametricCurve));
  const tagged = webp(canvas(21, 13, PROFILE), srgb, picture);
  expect(readWebp(tagged)).toMatchObject({ profile: "srgb", hasMetadata: false });
  expect(stripWebp(tagged)).toEqual(webp(canvas(21, 13, 0), picture));
  const wide = webp(canvas(21, 13, PROFILE), displayP3, picture);
  expect(readWebp(wide)).toMatchObject({ profile: "other", hasMetadata: false });
  expect(stripWebp(wide)).toBe(wide);
  expect(stripWebp(webp(canvas(21, 13, PROFILE | EXIF), displayP3, picture, secret("EXIF"), srgb))).toEqual(
    wide,
  );
  const unannounced = webp(canvas(21, 13, 0), displayP3, picture);
  expect(readWebp(unannounced)).toMatchObject({ profile: "none", hasMetadata: true });
  expect(stripWebp(unannounced)).toEqual(webp(canvas(21, 13, 0), picture));
});

test("flags and reserved bits that nothing stands for are cleared", async () => {
  const picture = await pictureOf("lossy");
  const file = webp(canvas(21, 13, 0xffffffed), picture);
  const original = Buffer.from(file);
  expect(readWebp(file).hasMetadata).toBe(true);
  expect(stripWebp(file)).toEqual(webp(canvas(21, 13, 0), picture));
  expect(file).toEqual(original);
});

async function animation(): Promise<Buffer> {
  const frames = [0, 1, 2].map((index) => ({
    create: {
      width: 16,
      height: 16,
      channels: 4 as const,
      background: { r: index * 90, g: 80, b: 9, alpha: 0.5 },
    },
  }));
  const pages = await Promise.all(frames.map((frame) => sharp(frame).png().toBuffer()));
  return sharp(pages, { join: { animated: true } })
    .webp({ loop: 4, delay: [70, 80, 90] })
    .toBuffer();
}

test("an animation keeps its frames and times, and loses what hides inside a frame", async () => {
  const clean = await animation();
  expect(readWebp(clean)).toMatchObject({ width: 16, height: 16, frames: 3, hasMetadata: false });
  expect(stripWebp(clean)).toBe(clean);
  const chunks = riffChunks(clean).map(({ type, bytes }) =>
    type === "ANMF" ? riffChunk("ANMF", Buffer.concat([bytes.subarray(8), secret("junk")])) : bytes,
  );
  const dirty = webp(...chunks, secret("XMP "));
  expect(readWebp(dirty)).toMatchObject({ frames: 3, hasMetadata: true });
  expect(stripWebp(dirty)).toEqual(clean);
  const { pages, delay, loop } = await sharp(stripWebp(dirty), { animated: true }).metadata();
  expect({ pages, delay, loop }).toEqual({ pages: 3, delay: [70, 80, 90], loop: 4 });
});

test("a last chunk without its padding byte is damage, as the decoder finds it", async () => {
  const padded = webp(await pictureOf("lossless"));
  expect(padded.readUInt32LE(16) % 2).toBe(1);
  const file = Buffer.from(padded.subarray(0, -1));
  file.writeUInt32LE(file.length - 8, 4);
  expect(() => stripWebp(file)).toThrow(DAMAGE);
  await expect(raw(file)).rejects.toThrow();
});

test("a picture that its RIFF size says is longer has a header and cannot be stripped", async () => {
  const file = webp(await pictureOf("lossy"));
  const short = file.subarray(0, -2);
  expect(readWebp(short)).toMatchObject({ width: 21, height: 13 });
  expect(() => stripWebp(short)).toThrow(DAMAGE);
  const inner = Buffer.from(file);
  inner.writeUInt32LE(inner.readUInt32LE(16) + 50, 16);
  expect(() => stripWebp(inner)).toThrow(DAMAGE);
});

test.each([
  ["another size than its canvas", async () => webp(canvas(22, 13, 0), await pictureOf("lossy"))],
  ["a canvas past 32 bits of pixels", async () => webp(canvas(70_000, 70_000, ANIMATION))],
  ["no picture", async () => webp(canvas(21, 13, 0))],
  ["no frame", async () => webp(canvas(21, 13, ANIMATION), riffChunk("ANIM", Buffer.alloc(6)))],
  ["an unknown first chunk", async () => webp(secret("junk"), await pictureOf("lossy"))],
  ["a bitstream of another kind", async () => webp(riffChunk("VP8L", Buffer.alloc(20)))],
  ["a frame that is no key frame", async () => webp(riffChunk("VP8 ", Buffer.alloc(20, 1)))],
])("a file with %s is damage", async (_, build) => {
  const file = await build();
  expect(() => readWebp(file)).toThrow(DAMAGE);
});

test("millions of empty frames are refused", () => {
  const picture = riffChunk("VP8L", Buffer.from([0x2f, 0, 0, 0, 0]));
  const frame = riffChunk("ANMF", Buffer.concat([Buffer.alloc(16), picture]));
  const animated = (frames: number) =>
    webp(
      canvas(1, 1, ANIMATION),
      riffChunk("ANIM", Buffer.alloc(6)),
      Buffer.alloc(frame.length * frames, frame),
    );
  expect(stripWebp(animated(10_000))).toHaveLength(animated(10_000).length);
  expect(readWebp(animated(10_000)).frames).toBe(10_000);
  expect(() => stripWebp(animated(1_000_000))).toThrow(DAMAGE);
});

test("two alpha planes are damage, for decoders do not agree on which counts", async () => {
  const picture = await pictureOf("alpha");
  const plane = riffChunks(picture, 0)[0]?.bytes ?? Buffer.alloc(0);
  expect(plane.toString("latin1", 0, 4)).toBe("ALPH");
  expect(() => stripWebp(webp(canvas(21, 13, ALPHA), plane, picture))).toThrow(DAMAGE);
});
