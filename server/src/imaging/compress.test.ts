import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { photo } from "../../test/pictures.ts";
import { type CompressRequest, compress, compressedSize } from "./compress.ts";
import { readHeader } from "./container.ts";
import {
  canvas,
  exifBlock,
  jpegSegment,
  pngChunk,
  pngChunkOffset,
  riffChunk,
  riffChunks,
  splice,
  webp,
} from "./containers/test-splices.ts";
import { configureSharp } from "./sharp.ts";
import { animation, limits, make, meanDifference, plain, seen } from "./test-compress.ts";
import { PICTURES, SECRET, withSecrets } from "./test-pictures.ts";

beforeAll(configureSharp);

const kinds = Object.keys(PICTURES);
const picture = async (kind: string) => (await PICTURES[kind]?.()) ?? Buffer.alloc(0);

test.each(kinds)(
  "%s becomes no larger, and keeps its format, size, frames and transparency",
  async (kind) => {
    const bytes = withSecrets(await picture(kind));
    const before = await seen(bytes);
    const result = await make(bytes);
    const after = await seen(result.bytes);
    expect(result.bytes.length).toBeLessThanOrEqual(bytes.length);
    expect(result.bytes.includes(SECRET)).toBe(false);
    const { format, width, height, pages, delay, loop } = before;
    expect(after).toMatchObject({ format, width, height, pages });
    expect([after.delay, after.loop]).toEqual([delay, loop]);
    expect(result).toMatchObject({ format, width, height });
    if (readHeader(bytes).hasAlpha) {
      const [was, is] = await Promise.all([bytes, result.bytes].map(meanAlpha));
      expect(Math.abs((is ?? 0) - (was ?? 0))).toBeLessThan(6);
    }
  },
);

async function meanAlpha(bytes: Buffer): Promise<number> {
  const rgba = sharp(bytes).toColourspace("srgb").ensureAlpha().raw({ depth: "uchar" });
  const pixels = await rgba.toBuffer();
  return pixels.reduce((sum, value, at) => sum + (at % 4 === 3 ? value : 0), 0) / (pixels.length / 4);
}

test("any wishes give a picture that decodes, is no larger in bytes or pixels, and is what is said of it", async () => {
  const worlds = fc.record({
    kind: fc.constantFrom(...kinds),
    quality: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant("auto")),
    maxDimension: fc.option(fc.integer({ min: 1, max: 100 })),
    targetBytes: fc.option(fc.integer({ min: 200, max: 5000 })),
    format: fc.constantFrom("keep", "webp", "avif", "auto"),
    effort: fc.constantFrom("fast", "balanced", "best"),
    orientation: fc.integer({ min: 1, max: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(worlds, async ({ kind, orientation, ...wishes }) => {
      const stored = await picture(kind);
      const still = readHeader(stored).frames === 1;
      const turned = still ? withExif(stored, orientation) : stored;
      const result = await make(turned, wishes);
      const before = await seen(turned);
      const { format, width, height, pages } = await seen(result.bytes);
      expect(result.bytes.length).toBeLessThanOrEqual(turned.length);
      expect({ width, height, pages }).toEqual({
        width: result.width,
        height: result.height,
        pages: before.pages,
      });
      expect(result.format).toBe(format === "heif" ? "avif" : format);
      expect(result.bytes.includes(SECRET)).toBe(false);
      const missed = wishes.targetBytes !== null && result.bytes.length > wishes.targetBytes;
      expect(result.why === "target_missed").toBe(missed);
      const size = result.unchanged ? before : compressedSize(readHeader(turned), wishes.maxDimension);
      if (wishes.targetBytes === null)
        expect({ width, height }).toEqual({ width: size.width, height: size.height });
      else expect(width <= size.width && height <= size.height).toBe(true);
    }),
    { numRuns: 30 },
  );
});

/** Says which way up a picture is, and something that nobody should read; a GIF has no place for either. */
function withExif(bytes: Buffer, orientation: number): Buffer {
  const exif = exifBlock(orientation, "MM", SECRET);
  const { format, width, height, hasAlpha } = readHeader(bytes);
  switch (format) {
    case "jpeg":
      return splice(bytes, [jpegSegment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), exif]))]);
    case "png":
      return splice(bytes, [pngChunk("eXIf", exif)], pngChunkOffset(bytes, "IDAT"));
    case "webp": {
      const chunks = riffChunks(bytes).map((chunk) => chunk.bytes);
      const isExtended = chunks[0]?.toString("latin1", 0, 4) === "VP8X";
      const head = Buffer.from((isExtended && chunks[0]) || canvas(width, height, hasAlpha ? 0x10 : 0));
      head[8] = (head[8] ?? 0) | 0x08;
      return webp(head, ...chunks.slice(isExtended ? 1 : 0), riffChunk("EXIF", exif));
    }
    case "gif":
      return bytes;
  }
}

describe("a picture that lies on its side", () => {
  test("is stood up where it is encoded", async () => {
    const stored = await (await photo(120, 80)).jpeg({ quality: 95 }).toBuffer();
    const result = await make(withExif(stored, 6));
    expect(result).toMatchObject({ width: 80, height: 120, unchanged: false });
    const difference = await meanDifference(
      await sharp(withExif(stored, 6)).autoOrient().raw().toBuffer(),
      await sharp(result.bytes).raw().toBuffer(),
    );
    expect(difference).toBeLessThan(12);
  });

  test("keeps what says so, and nothing else of its metadata, where its own bytes are smallest", async () => {
    const stored = await (await photo(120, 80)).jpeg({ quality: 3, mozjpeg: true }).toBuffer();
    const result = await make(withExif(stored, 6), { quality: 90, effort: "fast" });
    expect(result).toMatchObject({
      unchanged: true,
      why: "not_smaller",
      quality: null,
      width: 80,
      height: 120,
    });
    expect(readHeader(result.bytes)).toMatchObject({ orientation: 6, width: 120, height: 80 });
    expect(result.bytes.includes(SECRET)).toBe(false);
  });
});

test("more effort takes fewer bytes of the same JPEG, and more quality takes more", async () => {
  const bytes = await (await photo(600, 400)).jpeg({ quality: 95 }).toBuffer();
  const sizeOf = async (wishes: Partial<CompressRequest>) => (await make(bytes, wishes)).bytes.length;
  const efforts = [await sizeOf({ effort: "best" }), await sizeOf({}), await sizeOf({ effort: "fast" })];
  expect(efforts).toEqual(efforts.toSorted((one, other) => one - other));
  expect(new Set(efforts).size).toBe(3);
  const qualities = [await sizeOf({ quality: 20 }), await sizeOf({}), await sizeOf({ quality: 80 })];
  expect(qualities).toEqual(qualities.toSorted((one, other) => one - other));
});

test("a JPEG is not stored with more quality than it had", async () => {
  const bytes = await (await photo(600, 400)).jpeg({ quality: 40, optimiseCoding: false }).toBuffer();
  expect(await make(bytes, { quality: 90 })).toMatchObject({ quality: 40, unchanged: false });
});

test("a picture too long for WebP stays what it was", async () => {
  const long = await sharp({ create: { width: 17_000, height: 2, channels: 3, background: "#123456" } })
    .jpeg()
    .toBuffer();
  expect(await make(long, { format: "webp" })).toMatchObject({ format: "jpeg", why: "beyond_format" });
});

test("nothing is begun for whom nobody waits, or when no time is left", async () => {
  for (const bytes of [await (await photo(60, 40)).jpeg().toBuffer(), await animation("gif")]) {
    const header = readHeader(bytes);
    const late = { ...limits(), deadline: performance.now() - 1 };
    await expect(compress(bytes, header, plain, late)).rejects.toMatchObject({ code: "deadline" });
    const left = { ...limits(), signal: AbortSignal.abort(new Error("left")) };
    await expect(compress(bytes, header, plain, left)).rejects.toThrow("left");
  }
});

test.each(kinds)("%s that was cut short is no success, whatever is wished", async (kind) => {
  const bytes = await picture(kind);
  for (const share of [0.4, 0.7, 0.9]) {
    for (const quality of [50, 100, "auto"] as const) {
      const short = bytes.subarray(0, Math.floor(bytes.length * share));
      await expect((async () => make(short, { quality }))()).rejects.toMatchObject({ code: "corrupt" });
    }
  }
});
