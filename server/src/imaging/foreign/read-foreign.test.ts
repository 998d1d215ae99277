import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { ImagingError } from "../errors.ts";
import { readForeign } from "./read-foreign.ts";
import { foreignFormat, readForeignHeader } from "./read-header.ts";
import { gradientBmp, height, through, whole, width, withEntry } from "./test-foreign.ts";

const maxPixels = 1_000_000;

async function converted(bytes: Buffer, opaque = true) {
  const format = foreignFormat(bytes);
  if (format === null) throw new Error("it is not foreign");
  const file = await readForeign({ bytes, format, opaque, maxPixels });
  const metadata = await sharp(file).metadata();
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) =>
    [...data.subarray((y * info.width + x) * info.channels)].slice(0, info.channels);
  return { metadata, at, size: [info.width, info.height], header: readForeignHeader(bytes, format) };
}

async function codeOf(bytes: Buffer, limit = maxPixels): Promise<string | null> {
  const format = foreignFormat(bytes);
  if (format === null) return "another format";
  try {
    await readForeign({ bytes, format, opaque: true, maxPixels: limit });
    return null;
  } catch (error) {
    if (error instanceof ImagingError) return error.code;
    throw error;
  }
}

/** Of a picture that is as the gradient; CMYK has not all of its colours. */
function expectLike(got: readonly number[], wanted: readonly number[], within: number, what: string) {
  expect(got.length, what).toBe(wanted.length);
  for (const [channel, value] of got.entries())
    expect(Math.abs(value - (wanted[channel] ?? 0)), `${what}: ${got} for ${wanted}`).toBeLessThanOrEqual(
      within,
    );
}

const none = { compression: "none" } as const;

describe("a picture of a foreign format", () => {
  const kinds: readonly (readonly [kind: string, picture: () => Promise<Buffer> | Buffer, within: number])[] =
    [
      ["TIFF", () => whole().tiff(none).toBuffer(), 4],
      ["TIFF of LZW", () => whole().tiff({ compression: "lzw", predictor: "horizontal" }).toBuffer(), 4],
      ["TIFF of JPEG", () => whole().tiff({ compression: "jpeg", quality: 95 }).toBuffer(), 12],
      [
        "TIFF of tiles",
        () =>
          whole()
            .tiff({ tile: true, pyramid: true, tileWidth: 16, tileHeight: 16, ...none })
            .toBuffer(),
        4,
      ],
      [
        "BigTIFF",
        () =>
          whole()
            .tiff({ bigtiff: true, ...none })
            .toBuffer(),
        4,
      ],
      ["TIFF of 16 bits", () => whole().toColourspace("rgb16").tiff(none).toBuffer(), 4],
      ["TIFF of CMYK", () => whole().withIccProfile("cmyk").toColourspace("cmyk").tiff(none).toBuffer(), 40],
      ["TIFF of another profile", () => whole().withIccProfile("p3").tiff(none).toBuffer(), 5],
      ["AVIF", () => whole().avif({ quality: 90 }).toBuffer(), 8],
      ["AVIF of 10 bits", () => whole().avif({ quality: 90, bitdepth: 10 }).toBuffer(), 8],
      ["AVIF of 12 bits", () => whole().avif({ quality: 90, bitdepth: 12 }).toBuffer(), 8],
      ["BMP", gradientBmp, 4],
    ];
  it.each(kinds)("has its colours as JPEG: %s", async (kind, picture, within) => {
    const { metadata, at, size, header } = await converted(await picture());
    expect(metadata).toMatchObject({ format: "jpeg", channels: 3, hasProfile: false });
    expect(size).toEqual([width, height]);
    expect(header).toMatchObject({ width, height });
    for (const [x, y] of [
      [5, 5],
      [50, 5],
      // Inks have no such violet.
      ...(kind.endsWith("CMYK") ? [] : ([[5, 35]] as const)),
      [50, 35],
    ] as const)
      expectLike(at(x, y), [200, x * 4, y * 6], within, kind);
  });

  it("stays grey where it is", async () => {
    const grey = (space: string) => whole().toColourspace(space);
    const eight = await converted(await grey("b-w").tiff(none).toBuffer());
    const sixteen = await converted(await grey("grey16").tiff(none).toBuffer());
    const black = await converted(
      await grey("b-w").threshold(110).tiff({ bitdepth: 1, compression: "ccittfax4" }).toBuffer(),
    );
    for (const { metadata } of [eight, sixteen, black]) expect(metadata.channels).toBe(1);
    expectLike(sixteen.at(30, 20), eight.at(30, 20), 1, "16 bits");
    expect([black.at(2, 20)[0], black.at(57, 20)[0]]).toEqual([0, 255]);
  });

  it.each([
    ["TIFF", () => through().tiff(none).toBuffer()],
    ["AVIF", () => through().avif({ quality: 95 }).toBuffer()],
  ])("that can be seen through becomes a PNG, or is put on white: %s", async (kind, picture) => {
    const bytes = await picture();
    const [png, jpeg] = [await converted(bytes, false), await converted(bytes)];
    expect([png.metadata.format, jpeg.metadata.format]).toEqual(["png", "jpeg"]);
    expectLike(png.at(50, 20), [200, 200, 120, 100], 6, kind);
    expectLike(
      jpeg.at(50, 20),
      [...[200, 200, 120].map((value) => (value * 100 + 255 * 155) / 255)],
      6,
      kind,
    );
  });

  it.each([
    ["TIFF", (picture: Sharp) => picture.tiff(none).toBuffer()],
    ["AVIF", (picture: Sharp) => picture.avif({ quality: 95 }).toBuffer()],
  ])("is turned upright, and says nothing of who took it: %s", async (kind, write) => {
    const exif = { IFD0: { Artist: "SECRET" } };
    const { metadata, at, size, header } = await converted(
      await write(whole().withExif(exif).withMetadata({ orientation: 6 })),
    );
    expect(size).toEqual([height, width]);
    expectLike(at(height - 1 - 5, 50), [200, 200, 30], 8, kind);
    expect(metadata.exif ?? metadata.icc ?? metadata.xmp ?? metadata.orientation).toBeUndefined();
    expect(header.hasMetadata).toBe(true);
  });

  it("of several pages is its first one, also of a thousand", async () => {
    const page = await whole().tiff(none).toBuffer();
    expect(readForeignHeader(manyPages(page, 1_000), "tiff")).toMatchObject({ width, height });
    expectLike((await converted(manyPages(page, 1_000))).at(5, 5), [200, 20, 30], 4, "pages");
  });
});

/** The directory of a file again and again, each leading to the next. */
function manyPages(page: Buffer, count: number): Buffer {
  const at = page.readUInt32LE(4);
  const length = 2 + page.readUInt16LE(at) * 12;
  const directory = page.subarray(at, at + length);
  const file = Buffer.concat([
    page,
    ...Array.from({ length: count }, () => [directory, Buffer.alloc(4)]).flat(),
  ]);
  let next = at + length;
  for (let index = 0; index < count; index += 1) {
    const begins = page.length + index * (length + 4);
    file.writeUInt32LE(begins, next);
    next = begins + length;
  }
  return file;
}

describe("a hostile file", () => {
  it("is damaged wherever it is cut off", async () => {
    const files = [
      await whole().tiff({ compression: "lzw" }).toBuffer(),
      await whole().avif().toBuffer(),
      gradientBmp(),
    ];
    for (const file of files) {
      for (let tenths = 1; tenths < 10; tenths += 1) {
        const cut = file.subarray(0, Math.max(18, Math.floor((file.length * tenths) / 10)));
        expect(await codeOf(cut), `${foreignFormat(file)} ${tenths}`).toBe("corrupt");
      }
    }
  });

  it("of more pixels than are decoded is refused by what it says, before it is decoded", async () => {
    const bomb = (picture: Sharp) => picture.resize(1_100, 1_000, { fit: "fill" });
    const tiff = await bomb(whole()).tiff({ compression: "deflate" }).toBuffer();
    const avif = await bomb(whole()).avif({ effort: 0 }).toBuffer();
    for (const file of [tiff, avif]) {
      expect(await codeOf(file)).toBe("too_many_pixels");
      // Nothing behind what is read of it is looked at.
      expect(await codeOf(file, 2_000_000)).toBeNull();
    }
    expect(await codeOf(gradientBmp(), width * height - 1)).toBe("too_many_pixels");
    const wide = await whole().tiff(none).toBuffer();
    expect(await codeOf(withEntry(wide, 256, 70_000))).toBe("too_many_pixels");
  });

  it("that says it is smaller than it is does not get its pixels", async () => {
    const avif = await whole().avif().toBuffer();
    const at = avif.indexOf("ispe");
    avif.writeUInt32BE(8, at + 8);
    expect(await codeOf(avif)).toBe("corrupt");
  });

  it("of countless parts is not looked through", async () => {
    const avif = await whole().avif().toBuffer();
    const empty = (count: number) => Buffer.alloc(count * 8, Buffer.from("\0\0\0\x08free", "latin1"));
    expect(await codeOf(Buffer.concat([avif, empty(100)]))).toBeNull();
    expect(await codeOf(Buffer.concat([avif, empty(20_000)]))).toBe("corrupt");
  });

  it("that leads in a circle ends", async () => {
    const tiff = await whole().tiff(none).toBuffer();
    const at = tiff.readUInt32LE(4);
    tiff.writeUInt32LE(at, at + 2 + tiff.readUInt16LE(at) * 12);
    expect([null, "corrupt"]).toContain(await codeOf(tiff));
    const deep = Buffer.alloc(64_000);
    const ftyp = Buffer.from("0000001c6674797061766966000000006d6966316176696661766966", "hex");
    ftyp.copy(deep);
    for (let offset = ftyp.length; offset + 8 < deep.length; offset += 8) {
      deep.writeUInt32BE(deep.length - offset, offset);
      deep.write("meta", offset + 4);
    }
    expect(await codeOf(deep)).toBe("corrupt");
  });

  it("of a kind that is not read is named as such", async () => {
    const float = await whole().toColourspace("scrgb").tiff(none).toBuffer();
    expect(await codeOf(float)).toBe("unsupported_format");
    const plain = await whole().tiff(none).toBuffer();
    expect(await codeOf(withEntry(plain, 339, 3))).toBe("unsupported_format");
    // A compression that nobody has heard of.
    expect(await codeOf(withEntry(plain, 259, 60_000))).toBe("unsupported_format");
  });

  it("of whatever bytes is converted or refused in the words of a picture", async () => {
    const files = [
      await whole().tiff({ compression: "lzw" }).toBuffer(),
      await whole()
        .tiff({ tile: true, tileWidth: 16, tileHeight: 16, ...none })
        .toBuffer(),
      await through().avif().toBuffer(),
      gradientBmp(),
    ];
    const codes = new Set<string | null>();
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (const file of files) {
      for (let round = 0; round < 60; round += 1) {
        const mutant = Buffer.from(file);
        for (let change = 0; change < 4; change += 1) mutant[8 + random(mutant.length - 8)] = random(256);
        codes.add(await codeOf(mutant));
      }
    }
    expect([...codes].filter((code) => code !== null && code !== "another format").sort()).toContain(
      "corrupt",
    );
  });
});
