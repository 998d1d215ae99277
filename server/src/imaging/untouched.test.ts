import sharp from "sharp";
import { describe, expect, test } from "vitest";
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
import { noise, PICTURES, SECRET, withSecrets } from "./test-pictures.ts";
import { untouched } from "./untouched.ts";

const turned = {
  jpeg: async (exif: Buffer) =>
    splice(await noise().jpeg().toBuffer(), [
      jpegSegment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), exif])),
    ]),
  png: async (exif: Buffer) => {
    const png = await noise().png().toBuffer();
    return splice(png, [pngChunk("eXIf", exif)], pngChunkOffset(png, "IDAT"));
  },
  webp: async (exif: Buffer) => {
    const [picture] = riffChunks(await noise().webp().toBuffer());
    return webp(canvas(48, 36, 0x08), picture?.bytes ?? Buffer.of(), riffChunk("EXIF", exif));
  },
};

describe.each(["jpeg", "png", "webp"] as const)("a %s that is turned", (format) => {
  test.each([2, 3, 4, 5, 6, 7, 8])(
    "stays so without anything else that it told (%d)",
    async (orientation) => {
      const bytes = await turned[format](exifBlock(orientation, "II", SECRET));
      expect(bytes.includes(SECRET)).toBe(true);
      const result = untouched(bytes, readHeader(bytes));
      expect(result.includes(SECRET)).toBe(false);
      expect(result.length).toBeLessThan(bytes.length);
      expect(readHeader(result)).toMatchObject({ format, orientation });
      expect((await sharp(result).metadata()).orientation).toBe(orientation);
      const [one, other] = await Promise.all([bytes, result].map((file) => sharp(file).raw().toBuffer()));
      expect(one?.equals(other ?? Buffer.of())).toBe(true);
    },
  );
});

test.each(Object.keys(PICTURES))("%s keeps its pixels and nothing else", async (kind) => {
  const bytes = withSecrets((await PICTURES[kind]?.()) ?? Buffer.of());
  const result = untouched(bytes, readHeader(bytes));
  expect(result.includes(SECRET)).toBe(false);
  const [one, other] = await Promise.all(
    [bytes, result].map((file) => sharp(file, { pages: -1 }).raw().toBuffer()),
  );
  expect(one?.equals(other ?? Buffer.of())).toBe(true);
});

test("what is damaged is not passed on", async () => {
  const bytes = await noise().png().toBuffer();
  const header = readHeader(bytes);
  expect(() => untouched(bytes.subarray(0, bytes.length - 20), header)).toThrow(/damaged/);
});
