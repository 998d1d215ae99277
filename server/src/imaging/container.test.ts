import { deflateSync } from "node:zlib";
import fc from "fast-check";
import sharp, { type Metadata } from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { readHeader, stripMetadata } from "./container.ts";
import {
  canvas,
  exifBlock,
  gifApplication,
  gifExtension,
  jpegSegment,
  PNG_SIGNATURE,
  pngChunk,
  pngChunkOffset,
  pngHeader,
  riffChunk,
  riffChunks,
  splice,
  webp,
  withPngChecksums,
} from "./containers/test-splices.ts";
import { ImagingError } from "./errors.ts";

/** Stands for a GPS position, a name, a text: whatever must not leave. */
const SECRET = "52.5162N-13.3777E";

const noise = (channels: 3 | 4 = 3) =>
  sharp({
    create: {
      width: 48,
      height: 36,
      channels,
      background: { r: 200, g: 40, b: 90, alpha: 0.5 },
      noise: { type: "gaussian", mean: 120, sigma: 45 },
    },
  });

const colours = () => sharp({ create: { width: 48, height: 36, channels: 4, background: "#3355ff80" } });

async function pages(): Promise<Buffer[]> {
  const shades = ["#ff0000", "#00ff00", "#0000ff"];
  return Promise.all(
    shades.map((background) =>
      sharp({ create: { width: 20, height: 16, channels: 4, background } })
        .png()
        .toBuffer(),
    ),
  );
}

const greyPng = (bits: number) =>
  Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(30, 20, bits, 0),
    pngChunk("IDAT", deflateSync(Buffer.alloc((Math.ceil((30 * bits) / 8) + 1) * 20))),
    pngChunk("IEND"),
  ]);

/** One picture for each way in which the encoder, or a hand, can store one. */
const PICTURES: Readonly<Record<string, () => Promise<Buffer>>> = {
  "a baseline JPEG": () => noise().jpeg().toBuffer(),
  "a JPEG of full chroma": () => noise().jpeg({ chromaSubsampling: "4:4:4", quality: 95 }).toBuffer(),
  "a progressive JPEG": () => noise().jpeg({ progressive: true }).toBuffer(),
  "a mozjpeg JPEG": () => noise().jpeg({ mozjpeg: true }).toBuffer(),
  "a grey JPEG": () => noise().toColourspace("b-w").jpeg().toBuffer(),
  "a grey progressive JPEG": () => noise().toColourspace("b-w").jpeg({ progressive: true }).toBuffer(),
  "a CMYK JPEG": () => noise().toColourspace("cmyk").jpeg().toBuffer(),
  "a CMYK JPEG with its profile": () =>
    noise().toColourspace("cmyk").jpeg().withIccProfile("cmyk").toBuffer(),
  "an sRGB JPEG": () => noise().jpeg().withIccProfile("srgb").toBuffer(),
  "a Display P3 JPEG": () => noise().jpeg().withIccProfile("p3").toBuffer(),
  "an RGB PNG": () => noise().png().toBuffer(),
  "an RGB PNG with alpha": () => noise(4).png().toBuffer(),
  "an interlaced PNG": () => noise(4).png({ progressive: true }).toBuffer(),
  "a 16-bit PNG": () => noise().toColourspace("rgb16").png().toBuffer(),
  "a 16-bit PNG with alpha": () => noise(4).toColourspace("rgb16").png().toBuffer(),
  "a grey PNG": () => noise().toColourspace("b-w").png().toBuffer(),
  "a 16-bit grey PNG": () => noise().toColourspace("grey16").png().toBuffer(),
  "a grey PNG with alpha": () => noise(4).toColourspace("b-w").png().toBuffer(),
  "a one-bit grey PNG": async () => greyPng(1),
  "a four-bit grey PNG": async () => greyPng(4),
  "a palette PNG": () => noise().png({ palette: true }).toBuffer(),
  "a palette PNG of two colours": () => noise().png({ palette: true, colours: 2 }).toBuffer(),
  "a palette PNG with transparency": () => noise(4).png({ palette: true, colours: 16 }).toBuffer(),
  "an sRGB PNG": () => noise().png().withIccProfile("srgb").toBuffer(),
  "a Display P3 PNG": () => noise().png().withIccProfile("p3").toBuffer(),
  "a lossy WebP": () => noise().webp().toBuffer(),
  "a lossy WebP with alpha": () => noise(4).webp().toBuffer(),
  "a lossless WebP": () => noise().webp({ lossless: true }).toBuffer(),
  "a lossless WebP with alpha": () => noise(4).webp({ lossless: true }).toBuffer(),
  "an sRGB WebP": () => noise().webp().withIccProfile("srgb").toBuffer(),
  "a Display P3 WebP": () => noise().webp().withIccProfile("p3").toBuffer(),
  "an animated WebP": async () =>
    sharp(await pages(), { join: { animated: true } })
      .webp()
      .toBuffer(),
  "a GIF": () => noise().gif().toBuffer(),
  "a GIF with transparency": () => colours().gif().toBuffer(),
  "an interlaced GIF": () => noise().gif({ progressive: true }).toBuffer(),
  "an animated GIF": async () =>
    sharp(await pages(), { join: { animated: true } })
      .gif({ loop: 3 })
      .toBuffer(),
};

const names = Object.keys(PICTURES);
const pictures = new Map<string, Buffer>();

beforeAll(async () => {
  for (const [name, build] of Object.entries(PICTURES)) pictures.set(name, await build());
});

function picture(name: string): Buffer {
  const bytes = pictures.get(name);
  if (bytes === undefined) throw new Error(`no picture named ${name}`);
  return bytes;
}

/** The same picture with a secret in every place that its container has for one. */
function withSecrets(bytes: Buffer): Buffer {
  const exif = exifBlock(1, "MM", SECRET);
  switch (readHeader(bytes).format) {
    case "jpeg": {
      const secrets = [
        jpegSegment(0xe0, `JFXX\0\x13${SECRET}`),
        jpegSegment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), exif])),
        jpegSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${SECRET}</x:xmpmeta>`),
        jpegSegment(0xe2, `MPF\0II*\0${SECRET}`),
        jpegSegment(0xeb, `JP\0\x01jumb${SECRET}`),
        jpegSegment(0xed, `Photoshop 3.0\x008BIM${SECRET}`),
        jpegSegment(0xfe, SECRET),
      ];
      return Buffer.concat([splice(bytes, secrets), Buffer.from(`PK\x03\x04${SECRET}`)]);
    }
    case "png": {
      const texts = ["tEXt", "zTXt", "iTXt", "prVt", "caBX"].map((type) =>
        pngChunk(type, `XML:com\0\0${SECRET}`),
      );
      const late = splice(bytes, texts, pngChunkOffset(bytes, "IEND"));
      const early = splice(late, [pngChunk("eXIf", exif), ...texts], pngChunkOffset(bytes, "IDAT"));
      return Buffer.concat([early, Buffer.from(`<html>${SECRET}</html>`)]);
    }
    case "webp": {
      const { width, height } = readHeader(bytes);
      const chunks = riffChunks(bytes).map(({ bytes: chunk }) => chunk);
      const first = chunks[0] ?? Buffer.alloc(0);
      const isExtended = first.toString("latin1", 0, 4) === "VP8X";
      // A lossless picture keeps its alpha in its own bits, but decoders believe the flag.
      const alpha = readHeader(bytes).hasAlpha ? 0x10 : 0;
      const head = isExtended ? Buffer.from(first) : canvas(width, height, alpha);
      head[8] = (head[8] ?? 0) | 0x0c;
      const secrets = [
        riffChunk("EXIF", exif),
        riffChunk("XMP ", `<x>${SECRET}</x>`),
        riffChunk("C2PA", SECRET),
      ];
      return Buffer.concat([
        webp(head, ...chunks.slice(isExtended ? 1 : 0), ...secrets),
        Buffer.from(SECRET),
      ]);
    }
    case "gif": {
      const secrets = [gifExtension(0xfe, SECRET), gifApplication("XMP DataXMP", SECRET)];
      const colourTable = 3 * 2 ** (((bytes[10] ?? 0) & 7) + 1);
      const head = 13 + ((bytes[10] ?? 0) & 0x80 ? colourTable : 0);
      return Buffer.concat([splice(bytes, secrets, head), Buffer.from(`PK\x03\x04${SECRET}`)]);
    }
  }
}

const decode = async (bytes: Buffer) => {
  const { data, info } = await sharp(bytes, { animated: true }).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
};

describe.each(names)("%s", (name) => {
  test("has the header that the decoder reads", async () => {
    const bytes = picture(name);
    const header = readHeader(bytes);
    const metadata = await sharp(bytes).metadata();
    expect(header).toMatchObject({
      format: metadata.format,
      width: metadata.width,
      height: metadata.height,
      orientation: metadata.orientation ?? 1,
      frames: metadata.pages ?? 1,
      hasAlpha: metadata.hasAlpha,
      progressive: metadata.isProgressive,
      hasExif: metadata.exif !== undefined,
    });
    expect(header.profile !== "none").toBe(metadata.hasProfile);
    expect(header.colour).toBe(colourOf(metadata));
    if (header.format !== "gif") {
      expect(header.bitsPerChannel).toBe(metadata.isPalette ? 8 : (metadata.bitsPerSample ?? 8));
    }
    const isSubsampled = metadata.chromaSubsampling?.startsWith("4:2:0") ?? null;
    expect(header.chromaSubsampled).toBe(header.colour === "grey" && isSubsampled ? false : isSubsampled);
  });

  test("is stripped of every secret, with its pixels bit for bit the same", async () => {
    const clean = picture(name);
    const dirty = withSecrets(clean);
    const header = readHeader(dirty);
    expect(header.hasMetadata).toBe(true);
    const stripped = stripMetadata(dirty, header);
    expect(stripped.includes(SECRET)).toBe(false);
    const pixels = await decode(stripped);
    expect(pixels).toEqual(await decode(clean));
    expect(pixels).toEqual(await decode(dirty));
    const after = readHeader(stripped);
    const profile = header.profile === "other" ? "other" : "none";
    expect(after).toEqual({ ...header, hasMetadata: false, hasExif: false, profile });
    expect(stripMetadata(stripped, after)).toBe(stripped);
    expect(stripMetadata(clean, readHeader(clean)).length).toBeLessThanOrEqual(clean.length);
  });

  test("cut short anywhere has a header or a clear error, and is never stripped", () => {
    const bytes = stripMetadata(picture(name), readHeader(picture(name)));
    const strippedLengths: number[] = [];
    const errors = new Set<string | null>();
    for (const length of prefixLengths(bytes.length)) {
      const outcome = outcomeOf(bytes.subarray(0, length));
      errors.add(outcome.error);
      if (outcome.stripped !== null) strippedLengths.push(length);
    }
    expect(strippedLengths).toEqual([]);
    expect([...errors].sort()).toEqual(["corrupt", "not_an_image"]);
    expect(outcomeOf(bytes)).toEqual({ stripped: bytes, error: null });
  });

  test("with secrets and cut short anywhere, is never anything but stripped or refused", () => {
    const bytes = withSecrets(picture(name));
    for (const length of prefixLengths(bytes.length)) outcomeOf(bytes.subarray(0, length));
  });
});

function colourOf(metadata: Metadata): string {
  if (metadata.isPalette) return "palette";
  if (metadata.space === "b-w" || metadata.space === "grey16") return "grey";
  return metadata.space === "cmyk" ? "cmyk" : "rgb";
}

/** Every length of a small file; of the one with a profile of a megabyte, its two ends and some between. */
function* prefixLengths(length: number): Generator<number> {
  const isLarge = length > 50_000;
  for (let prefix = 0; prefix < length; prefix++) {
    if (!isLarge || prefix < 2_000 || prefix > length - 400 || prefix % 9_973 === 0) yield prefix;
  }
}

/**
 * Reads and strips. Whatever is not an ImagingError is thrown on; a header or a stripped file that makes no
 * sense fails the test.
 */
function outcomeOf(bytes: Buffer): { stripped: Buffer | null; error: string | null } {
  try {
    const header = readHeader(bytes);
    const isPossible = [header.width, header.height, header.frames, header.orientation].every(
      (value) => value >= 1,
    );
    if (!isPossible || header.orientation > 8) throw new Error(`impossible header ${JSON.stringify(header)}`);
    if (header.orientation !== 1) return { stripped: null, error: null };
    const stripped = stripMetadata(bytes, header);
    if (!header.hasMetadata && header.profile !== "srgb") expect(stripped).toBe(bytes);
    const after = readHeader(stripped);
    const profile = header.profile === "other" ? "other" : "none";
    expect(after).toEqual({ ...header, hasMetadata: false, hasExif: false, profile });
    expect(stripMetadata(stripped, after)).toBe(stripped);
    return { stripped, error: null };
  } catch (error) {
    if (error instanceof ImagingError) return { stripped: null, error: error.code };
    throw error;
  }
}

test("2 000 mutants are stripped, to something that needs no stripping, or refused", () => {
  // Without bias, which would put most edits on the first bytes, where a mutant is only told to be no image.
  const place = fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((millionths) => millionths / 1_000_000);
  const edit = fc.record({
    at: place,
    // Structure is dense at the beginning of a file.
    isEarly: fc.boolean(),
    kind: fc.constantFrom("set", "set", "set", "remove", "repeat"),
    // Lengths and markers are where a walk goes wrong: their edge values come more often than chance.
    values: fc.array(fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    }),
  });
  const mutant = fc.record({
    name: fc.constantFrom(...names.filter((name) => name !== "a CMYK JPEG with its profile")),
    dirty: fc.boolean(),
    edits: fc.array(edit, { minLength: 1, maxLength: 4 }),
  });
  const outcomes = { stripped: 0, refused: 0 };
  fc.assert(
    fc.property(mutant, ({ name, dirty, edits }) => {
      let bytes: Buffer = Buffer.from(dirty ? withSecrets(picture(name)) : picture(name));
      for (const { at, isEarly, kind, values } of edits) {
        const offset = Math.floor(at * (isEarly ? Math.min(bytes.length, 400) : bytes.length));
        const rest = bytes.subarray(kind === "remove" ? offset + values.length : offset);
        if (kind === "set") bytes.set(values.slice(0, rest.length), offset);
        else if (kind === "remove") bytes = Buffer.concat([bytes.subarray(0, offset), rest]);
        else bytes = splice(bytes, [rest.subarray(0, 40)], offset);
      }
      // Otherwise a checksum would stop most of the mutants of a PNG before its structure is looked at.
      const mended = withPngChecksums(bytes);
      if (outcomeOf(mended).stripped === null) outcomes.refused += 1;
      else outcomes.stripped += 1;
    }),
    { numRuns: 2000 },
  );
  // Both paths must have been walked, or the property says little.
  expect(outcomes.stripped).toBeGreaterThan(200);
  expect(outcomes.refused).toBeGreaterThan(200);
});

test("the reference's 1 × 1 PNG has a header and nothing to strip", async () => {
  const bytes = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  expect(bytes.length).toBe(70);
  expect(readHeader(bytes)).toEqual({
    format: "png",
    width: 1,
    height: 1,
    orientation: 1,
    frames: 1,
    bitsPerChannel: 8,
    colour: "rgb",
    hasAlpha: true,
    progressive: false,
    profile: "none",
    hasMetadata: false,
    hasExif: false,
    chromaSubsampled: null,
  });
  expect(stripMetadata(bytes, readHeader(bytes))).toBe(bytes);
});

test.each(["jpeg", "png", "webp"] as const)(
  "what the encoder writes into a %s of EXIF and XMP goes",
  async (format) => {
    const exif = {
      IFD0: { Copyright: SECRET },
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "52/1 30/1 58/1" },
    };
    const clean = await noise().toFormat(format).toBuffer();
    const dirty = await sharp(clean)
      .toFormat(format, { quality: 100 })
      .withExif(exif)
      .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${SECRET}</x:xmpmeta>`)
      .toBuffer();
    const header = readHeader(dirty);
    expect(header).toMatchObject({ hasExif: true, hasMetadata: true, orientation: 1 });
    const stripped = stripMetadata(dirty, header);
    expect(stripped.includes(SECRET)).toBe(false);
    expect(await decode(stripped)).toEqual(await decode(dirty));
    const { exif: exifAfter, xmp: xmpAfter } = await sharp(stripped).metadata();
    expect({ exifAfter, xmpAfter }).toEqual({ exifAfter: undefined, xmpAfter: undefined });
  },
);

const codeOf = (bytes: Buffer) => outcomeOf(bytes).error;

test("no bytes and bytes of no known format are not an image", () => {
  expect(codeOf(Buffer.alloc(0))).toBe("not_an_image");
  expect(codeOf(Buffer.alloc(1000))).toBe("not_an_image");
  expect(codeOf(Buffer.from("<html><body>no</body></html>"))).toBe("not_an_image");
});

test("a known format that is not read is named in the error", () => {
  expect(() => readHeader(Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"))).toThrow(
    expect.objectContaining({ code: "unsupported_format", details: { format: "svg" } }),
  );
});

test("metadata of a picture that lies on its side is not cut off: it would stay on its side", async () => {
  const bytes = await noise().jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const header = readHeader(bytes);
  expect(header).toMatchObject({ orientation: 6, width: 48, height: 36 });
  expect(() => stripMetadata(bytes, header)).toThrow(RangeError);
});
