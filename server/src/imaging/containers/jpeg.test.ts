import fc from "fast-check";
import sharp from "sharp";
import { expect, test } from "vitest";
import { ImagingError } from "../errors.ts";
import { readJpeg, stripJpeg } from "./jpeg.ts";
import { scanEnd } from "./jpeg-segments.ts";
import { description, matrixProfile, PRIMARIES, profile, srgbParametricCurve } from "./test-profiles.ts";
import { exifBlock, jpegSegment, splice } from "./test-splices.ts";

const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const COM = 0xfe;

const noise = () =>
  sharp({
    create: {
      width: 40,
      height: 30,
      channels: 3,
      background: "red",
      noise: { type: "gaussian", mean: 128, sigma: 50 },
    },
  });

const raw = (bytes: Buffer) => sharp(bytes).raw().toBuffer();

const exifSegment = (orientation: number, order: "II" | "MM" = "II") =>
  jpegSegment(APP1, Buffer.concat([Buffer.from("Exif\0\0"), exifBlock(orientation, order)]));

/** Offset of a marker in the header, where segments are walked by their lengths. */
function markerOffset(bytes: Buffer, matches: (marker: number) => boolean): number {
  let offset = 2;
  while (!matches(bytes[offset + 1] ?? 0)) offset += 2 + bytes.readUInt16BE(offset + 2);
  return offset;
}

const frameOffset = (bytes: Buffer) => markerOffset(bytes, (marker) => marker >= 0xc0 && marker <= 0xc2);

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    if (error instanceof ImagingError) return { code: error.code, details: error.details };
    throw error;
  }
  return null;
}

test.each(["II", "MM"] as const)("every EXIF orientation is read in byte order %s", async (order) => {
  const picture = await noise().jpeg().toBuffer();
  for (let orientation = 1; orientation <= 8; orientation++) {
    const header = readJpeg(splice(picture, [exifSegment(orientation, order)]));
    expect(header).toMatchObject({ orientation, hasExif: true, hasMetadata: true });
  }
  expect(readJpeg(splice(picture, [exifSegment(9, order)])).orientation).toBe(1);
});

test("of two EXIF segments the first counts, as for the decoder", async () => {
  const file = splice(await noise().jpeg().toBuffer(), [exifSegment(6), exifSegment(8)]);
  expect(readJpeg(file).orientation).toBe(6);
  expect((await sharp(file).metadata()).orientation).toBe(6);
});

test("fill bytes before markers are read over", async () => {
  const picture = await noise().jpeg().toBuffer();
  const filled = splice(picture, [Buffer.from([0xff, 0xff, 0xff])]);
  expect(readJpeg(filled)).toEqual(readJpeg(picture));
  expect(await raw(stripJpeg(filled))).toEqual(await raw(picture));
});

test("a JFIF thumbnail goes and the JFIF segment stays in its shortest form", async () => {
  const picture = await noise().jpeg().toBuffer();
  const bare = jpegSegment(APP0, Buffer.from("JFIF\0\x01\x02\x01\0\x48\0\x48\0\0", "latin1"));
  const full = Buffer.concat([
    bare.subarray(4, 16),
    Buffer.from([2, 1]),
    Buffer.from("SECRET"),
    Buffer.from("more than the thumbnail"),
  ]);
  const extension = jpegSegment(APP0, "JFXX\0\x10SECRET");
  const file = splice(picture, [jpegSegment(APP0, full), extension]);
  expect(readJpeg(file).hasMetadata).toBe(true);
  expect(stripJpeg(file)).toEqual(splice(picture, [bare]));
  expect(stripJpeg(splice(picture, [bare, bare]))).toEqual(splice(picture, [bare]));
  const untouched = splice(picture, [bare]);
  expect(readJpeg(untouched).hasMetadata).toBe(false);
  expect(stripJpeg(untouched)).toBe(untouched);
});

const adobe = (transform: number, more = "") =>
  jpegSegment(
    APP14,
    Buffer.concat([Buffer.from("Adobe\0\x64\0\0\0\0"), Buffer.from([transform]), Buffer.from(more)]),
  );

test("the Adobe segment stays, for without it RGB would be taken for YCbCr", async () => {
  const picture = await noise().jpeg().toBuffer();
  const stripped = stripJpeg(splice(picture, [adobe(0, "SECRET")]));
  expect(stripped).toEqual(splice(picture, [adobe(0)]));
  expect(await raw(stripped)).not.toEqual(await raw(picture));
  expect(readJpeg(stripped).hasMetadata).toBe(false);
});

test("of two Adobe segments the last stays, as libjpeg reads them", async () => {
  const picture = await noise().jpeg().toBuffer();
  for (const transform of [0, 1]) {
    const file = splice(picture, [adobe(1 - transform), adobe(transform)]);
    expect(stripJpeg(file)).toEqual(splice(picture, [adobe(transform)]));
    expect(await raw(stripJpeg(file))).toEqual(await raw(file));
  }
});

test("comments between the scans of a progressive picture go, all scans stay", async () => {
  const picture = await noise().jpeg({ progressive: true }).toBuffer();
  let dirty: Buffer = picture;
  let scans = 0;
  let offset = frameOffset(picture);
  while (dirty[offset + 1] !== 0xd9) {
    const isScan = dirty[offset + 1] === 0xda;
    offset += 2 + dirty.readUInt16BE(offset + 2);
    if (!isScan) continue;
    offset = scanEnd(dirty, offset);
    // A comment that holds the bytes of EOI: the end is found by walking, not by searching.
    dirty = splice(dirty, [jpegSegment(COM, Buffer.from("SECRET\xff\xd9", "latin1"))], offset);
    offset += 12;
    scans += 1;
  }
  expect(scans).toBeGreaterThan(3);
  expect(readJpeg(dirty).hasMetadata).toBe(true);
  expect(stripJpeg(dirty)).toEqual(picture);
});

test("an EXIF thumbnail's own EOI is not taken for the picture's", async () => {
  const picture = await noise().jpeg().toBuffer();
  const thumbnail = await noise().resize(8).jpeg().toBuffer();
  const exif = Buffer.concat([Buffer.from("Exif\0\0"), exifBlock(1), thumbnail]);
  expect(stripJpeg(splice(picture, [jpegSegment(APP1, exif)]))).toEqual(picture);
});

test("a further picture behind EOI goes", async () => {
  const picture = await noise().jpeg().toBuffer();
  const gainMap = await noise().greyscale().jpeg().toBuffer();
  const index = jpegSegment(APP2, "MPF\0II*\0");
  expect(stripJpeg(splice(Buffer.concat([picture, gainMap]), [index]))).toEqual(picture);
  const unannounced = Buffer.concat([picture, gainMap]);
  expect(readJpeg(unannounced).hasMetadata).toBe(true);
  expect(stripJpeg(unannounced)).toEqual(picture);
});

test("a profile of several segments is put together, and stays when it is not sRGB", async () => {
  const picture = await noise().toColourspace("cmyk").jpeg().withIccProfile("cmyk").toBuffer();
  const header = readJpeg(picture);
  expect(header).toMatchObject({ colour: "cmyk", profile: "other", hasMetadata: false });
  expect(stripJpeg(splice(picture, [exifSegment(1)]))).toEqual(picture);
});

const iccSegment = (number: number, count: number, chunk: Buffer) =>
  jpegSegment(APP2, Buffer.concat([Buffer.from("ICC_PROFILE\0"), Buffer.from([number, count]), chunk]));

test("an sRGB profile goes, in whatever order its segments come", async () => {
  const picture = await noise().jpeg().toBuffer();
  const srgb = matrixProfile(PRIMARIES.srgb, srgbParametricCurve);
  const file = splice(picture, [
    iccSegment(2, 2, srgb.subarray(200)),
    iccSegment(1, 2, srgb.subarray(0, 200)),
  ]);
  expect(readJpeg(file)).toMatchObject({ profile: "srgb", hasMetadata: false });
  expect(stripJpeg(file)).toEqual(picture);
});

test.each([
  ["numbered from 0", (bytes: Buffer) => iccSegment(0, 1, bytes)],
  ["whose first segment is missing", (bytes: Buffer) => iccSegment(2, 2, bytes)],
  ["of garbage", () => iccSegment(1, 1, Buffer.from("SECRET".repeat(50)))],
])("a profile %s is none and goes", async (_, segment) => {
  const picture = await noise().jpeg().toBuffer();
  const file = splice(picture, [segment(profile("RGB ", { desc: description("P3") }))]);
  expect(readJpeg(file)).toMatchObject({ profile: "none", hasMetadata: true });
  expect(await raw(file)).toEqual(await raw(picture));
  expect(stripJpeg(file)).toEqual(picture);
});

test.each([0, 1, 2])(
  "a profile in one segment that says it is one of %i counts, as for the decoder",
  async (count) => {
    const displayP3 = matrixProfile(PRIMARIES.displayP3, srgbParametricCurve);
    const file = splice(await noise().jpeg().toBuffer(), [iccSegment(1, count, displayP3)]);
    expect(readJpeg(file)).toMatchObject({ profile: "other", hasMetadata: false });
    expect((await sharp(file).metadata()).hasProfile).toBe(true);
    expect(stripJpeg(file)).toBe(file);
  },
);

test("codings that common decoders do not read are unsupported, not damaged", async () => {
  const picture = await noise().jpeg().toBuffer();
  const frame = frameOffset(picture);
  const changed = (offset: number, value: number) => {
    const bytes = Buffer.from(picture);
    bytes[offset] = value;
    return errorOf(() => readJpeg(bytes));
  };
  const unsupported = (feature: string) => ({
    code: "unsupported_format",
    details: { format: "jpeg", feature },
  });
  expect(changed(frame + 1, 0xc3)).toEqual(unsupported("lossless coding"));
  expect(changed(frame + 1, 0xc5)).toEqual(unsupported("hierarchical coding"));
  expect(changed(frame + 1, 0xc9)).toEqual(unsupported("arithmetic coding"));
  expect(changed(frame + 1, 0xca)).toEqual(unsupported("arithmetic coding"));
  expect(changed(frame + 4, 12)).toEqual(unsupported("12 bits a channel"));
});

test("impossible frame headers and table segments are damage", async () => {
  const picture = await noise().jpeg().toBuffer();
  const frame = frameOffset(picture);
  const table = markerOffset(picture, (marker) => marker === 0xdb);
  const huffman = markerOffset(picture, (marker) => marker === 0xc4);
  const damaged = { code: "corrupt", details: { format: "jpeg" } };
  const edits: [offset: number, bytes: number[]][] = [
    [frame + 5, [0, 0]],
    [frame + 7, [0, 0]],
    [frame + 9, [4]],
    [frame + 11, [0x51]],
    [frame + 11, [0x20]],
    [frame + 2, [0, 1]],
    [table + 4, [0x10]],
    [huffman + 5, [200]],
    [2, [0]],
    [3, [0x02]],
  ];
  for (const [offset, values] of edits) {
    const bytes = Buffer.from(picture);
    bytes.set(values, offset);
    expect(
      errorOf(() => readJpeg(bytes)),
      `${values} at ${offset}`,
    ).toEqual(damaged);
  }
  const twice = splice(picture, [picture.subarray(frame, frame + 19)], frame);
  expect(errorOf(() => readJpeg(twice))).toEqual(damaged);
});

test("millions of empty segments are refused, before and behind the pixels", async () => {
  const picture = await noise().jpeg().toBuffer();
  const flood = Buffer.alloc(4 * 2_000_000, jpegSegment(COM, ""));
  const damaged = { code: "corrupt", details: { format: "jpeg" } };
  expect(errorOf(() => readJpeg(splice(picture, [flood])))).toEqual(damaged);
  const behind = splice(picture, [flood], picture.length - 2);
  expect(readJpeg(behind)).toMatchObject({ width: 40, hasMetadata: true });
  expect(errorOf(() => stripJpeg(behind))).toEqual(damaged);
  expect(stripJpeg(splice(picture, [flood.subarray(0, 40_000)]))).toEqual(picture);
});

test("a picture without EOI has a header and cannot be stripped", async () => {
  const picture = await noise().jpeg().toBuffer();
  const cut = picture.subarray(0, -2);
  expect(readJpeg(cut)).toMatchObject({ width: 40, height: 30, hasMetadata: false });
  expect(errorOf(() => stripJpeg(cut))).toEqual({ code: "corrupt", details: { format: "jpeg" } });
});

test("the end of a scan is where a byte-by-byte reading of T.81 finds it", () => {
  // Long runs between few values, so that every path through stuffing, restarts, fill bytes and jumps is met.
  const bytes = fc
    .array(
      fc.tuple(fc.constantFrom(0xff, 0xff, 0, 0xd0, 0xd7, 0x41, 0xd9, 0xc4), fc.integer({ min: 1, max: 60 })),
      {
        maxLength: 20,
      },
    )
    .map((runs) =>
      Buffer.concat(
        runs.map(([value, length]) => Buffer.alloc(value === 0xff ? 1 + (length % 3) : length, value)),
      ),
    );
  fc.assert(
    fc.property(bytes, (data) => scanEnd(data, 0) === slowScanEnd(data)),
    { numRuns: 3000 },
  );
});

function slowScanEnd(data: Buffer): number {
  for (let offset = 0; offset < data.length; offset++) {
    if (data[offset] !== 0xff) continue;
    let code = offset;
    while (data[code] === 0xff) code++;
    const marker = data[code];
    if (marker === undefined) return data.length;
    if (marker !== 0 && !(marker >= 0xd0 && marker <= 0xd7)) return offset;
    offset = code;
  }
  return data.length;
}

test("the quality a picture was stored with is told by its luminance table", async () => {
  for (const quality of [25, 35, 50, 51, 75, 80, 90, 95, 99, 100]) {
    const picture = await noise().jpeg({ quality }).toBuffer();
    expect(Math.abs((readJpeg(picture).estimatedQuality ?? 0) - quality), `${quality}`).toBeLessThanOrEqual(
      1,
    );
  }
  const grey = await noise().toColourspace("b-w").jpeg({ quality: 60, progressive: true }).toBuffer();
  expect(readJpeg(grey).estimatedQuality).toBe(60);
});

test("of two definitions of a table the last counts, and steps may have 16 bits", async () => {
  const picture = await noise().jpeg({ quality: 80 }).toBuffer();
  const wide = Buffer.alloc(129);
  wide[0] = 0x10;
  for (let index = 0; index < 64; index++) wide.writeUInt16BE(1000, 1 + index * 2);
  const frame = frameOffset(picture);
  expect(readJpeg(splice(picture, [jpegSegment(0xdb, wide)], frame)).estimatedQuality).toBeLessThan(5);
  expect(readJpeg(splice(picture, [jpegSegment(0xdb, wide)])).estimatedQuality).toBe(80);
});

test("a picture whose luminance table is missing has no quality", async () => {
  const picture = await noise().jpeg({ quality: 80 }).toBuffer();
  const bytes = Buffer.from(picture);
  bytes[frameOffset(bytes) + 12] = 3;
  expect(readJpeg(bytes).estimatedQuality).toBeNull();
});
