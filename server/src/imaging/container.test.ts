import fc from "fast-check";
import sharp, { type Metadata } from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { readHeader, stripMetadata } from "./container.ts";
import { splice, withPngChecksums } from "./containers/test-splices.ts";
import { ImagingError } from "./errors.ts";
import { noise, PICTURES, SECRET, withSecrets } from "./test-pictures.ts";

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
    estimatedQuality: null,
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
