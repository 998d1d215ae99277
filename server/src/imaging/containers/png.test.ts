import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { expect, test } from "vitest";
import { readPng, stripPng } from "./png.ts";
import { gammaCurve, matrixProfile, PRIMARIES, srgbParametricCurve } from "./test-profiles.ts";
import { exifBlock, PNG_SIGNATURE, pngChunk, pngChunkOffset, pngHeader, splice } from "./test-splices.ts";

const END = pngChunk("IEND");

/** A picture of zeros in any colour type, with chunks before and behind its pixels. */
function png(
  options: {
    header?: Buffer;
    before?: readonly Buffer[];
    pixels?: readonly Buffer[];
    behind?: readonly Buffer[];
  } = {},
): Buffer {
  const header = options.header ?? pngHeader(2, 2, 8, 2);
  const pixels = options.pixels ?? [pngChunk("IDAT", deflateSync(Buffer.alloc(64)))];
  return Buffer.concat([
    PNG_SIGNATURE,
    header,
    ...(options.before ?? []),
    ...pixels,
    ...(options.behind ?? []),
    END,
  ]);
}

const profileChunk = (profile: Buffer) =>
  pngChunk("iCCP", Buffer.concat([Buffer.from("name\0\0"), deflateSync(profile)]));

const SRGB = profileChunk(matrixProfile(PRIMARIES.srgb, srgbParametricCurve));
const DISPLAY_P3 = profileChunk(matrixProfile(PRIMARIES.displayP3, srgbParametricCurve));
const GAMMA = pngChunk("gAMA", Buffer.from([0, 0, 0xb1, 0x8f]));
const CHROMATICITIES = pngChunk("cHRM", Buffer.alloc(32, 1));
const DAMAGE = expect.objectContaining({ code: "corrupt", details: { format: "png" } });

test.each([
  [0, 1, "grey", 1, false],
  [0, 2, "grey", 2, false],
  [0, 4, "grey", 4, false],
  [0, 8, "grey", 8, false],
  [0, 16, "grey", 16, false],
  [2, 8, "rgb", 8, false],
  [2, 16, "rgb", 16, false],
  [3, 1, "palette", 8, false],
  [3, 8, "palette", 8, false],
  [4, 8, "grey", 8, true],
  [4, 16, "grey", 16, true],
  [6, 8, "rgb", 8, true],
  [6, 16, "rgb", 16, true],
])("colour type %i with %i bits is %s of %i bits a channel", async (type, depth, colour, bits, alpha) => {
  const before = type === 3 ? [pngChunk("PLTE", Buffer.alloc(6, 90))] : [];
  const file = png({ header: pngHeader(2, 2, depth, type), before });
  expect(readPng(file)).toMatchObject({ colour, bitsPerChannel: bits, hasAlpha: alpha, width: 2, height: 2 });
  expect((await sharp(file).metadata()).hasAlpha).toBe(alpha);
});

test.each([
  [0, 3],
  [0, 32],
  [1, 8],
  [2, 4],
  [3, 16],
  [4, 4],
  [5, 8],
  [7, 8],
])("colour type %i with %i bits does not exist", (type, depth) => {
  expect(() => readPng(png({ header: pngHeader(2, 2, depth, type) }))).toThrow(DAMAGE);
});

test("an enormous one-bit picture is read from its header, without its pixels", () => {
  const file = png({ header: pngHeader(30_000, 30_000, 1, 0) });
  expect(readPng(file)).toMatchObject({ width: 30_000, height: 30_000, bitsPerChannel: 1 });
});

test("a tRNS chunk counts and stays only in the length of its colour type", async () => {
  const transparency = (length: number) => pngChunk("tRNS", Buffer.alloc(length));
  const palette = pngChunk("PLTE", Buffer.alloc(6));
  const cases: [type: number, length: number, before: Buffer[], counts: boolean][] = [
    [0, 2, [], true],
    [0, 6, [], false],
    [2, 6, [], true],
    [2, 2, [], false],
    [3, 1, [palette], true],
    [3, 2, [palette], true],
    [3, 3, [palette], false],
    [6, 6, [], false],
  ];
  for (const [type, length, before, counts] of cases) {
    const file = png({ header: pngHeader(2, 2, 8, type), before: [...before, transparency(length)] });
    const header = readPng(file);
    expect(header.hasAlpha, `colour type ${type}, ${length} bytes`).toBe(counts || type === 6);
    expect(header.hasMetadata).toBe(!counts);
    expect(stripPng(file)).toEqual(counts ? file : png({ header: pngHeader(2, 2, 8, type), before }));
  }
});

test("an sRGB profile goes and takes gAMA and cHRM along, which it had overridden", () => {
  const file = png({ before: [GAMMA, CHROMATICITIES, SRGB] });
  expect(readPng(file)).toMatchObject({ profile: "srgb", hasMetadata: false });
  expect(stripPng(file)).toEqual(png());
});

test("any other profile and the colour chunks stay", () => {
  const signal = pngChunk("cICP", Buffer.from([12, 13, 0, 1]));
  const file = png({ before: [signal, GAMMA, CHROMATICITIES, DISPLAY_P3] });
  expect(readPng(file)).toMatchObject({ profile: "other", hasMetadata: false });
  expect(stripPng(file)).toBe(file);
  const tagged = png({ before: [pngChunk("sRGB", Buffer.from([0])), GAMMA] });
  expect(readPng(tagged)).toMatchObject({ profile: "none", hasMetadata: false });
  expect(stripPng(tagged)).toBe(tagged);
});

test.each([
  ["that does not inflate", pngChunk("iCCP", "name\0\0SECRET, not deflated")],
  ["without a name", pngChunk("iCCP", Buffer.alloc(90, 65))],
  ["that inflates to garbage", profileChunk(Buffer.alloc(300, 65))],
  [
    "that inflates without end",
    profileChunk(
      Buffer.concat([
        matrixProfile(PRIMARIES.displayP3, srgbParametricCurve),
        Buffer.alloc(16 * 1024 * 1024),
      ]),
    ),
  ],
])("a profile %s is none and goes", (_, chunk) => {
  const file = png({ before: [chunk] });
  expect(readPng(file)).toMatchObject({ profile: "none", hasMetadata: true });
  expect(stripPng(file)).toEqual(png());
});

test("a profile whose zlib checksum is wrong counts, as for the decoder", async () => {
  const deflated = deflateSync(matrixProfile(PRIMARIES.displayP3, srgbParametricCurve));
  deflated[deflated.length - 1] = (deflated.at(-1) ?? 0) ^ 1;
  const file = png({ before: [pngChunk("iCCP", Buffer.concat([Buffer.from("name\0\0"), deflated]))] });
  expect((await sharp(file).metadata()).hasProfile).toBe(true);
  expect(readPng(file).profile).toBe("other");
});

test("repeated, late and overlong colour chunks go, as decoders ignore them", () => {
  const overlong = pngChunk("sRGB", "\0SECRET");
  const file = png({ before: [overlong, GAMMA, GAMMA, DISPLAY_P3, SRGB], behind: [CHROMATICITIES] });
  expect(readPng(file)).toMatchObject({ profile: "other", hasMetadata: true });
  expect(stripPng(file)).toEqual(png({ before: [GAMMA, DISPLAY_P3] }));
  expect(
    readPng(png({ before: [profileChunk(matrixProfile(PRIMARIES.srgb, gammaCurve(1.8)))] })).profile,
  ).toBe("other");
});

test("texts, times, sizes and private chunks go, before and behind the pixels", () => {
  const secrets = [
    "tEXt",
    "zTXt",
    "iTXt",
    "tIME",
    "pHYs",
    "bKGD",
    "sBIT",
    "hIST",
    "sPLT",
    "caBX",
    "prVt",
  ].map((type) => pngChunk(type, "SECRET"));
  const file = png({ before: secrets, behind: secrets });
  expect(readPng(file).hasMetadata).toBe(true);
  expect(stripPng(file)).toEqual(png());
});

test("EXIF orientation is read where decoders read it: before the pixels, without a prefix", async () => {
  const exif = pngChunk("eXIf", exifBlock(6, "MM"));
  const prefixed = pngChunk("eXIf", Buffer.concat([Buffer.from("Exif\0\0"), exifBlock(6)]));
  for (const [file, orientation] of [
    [png({ before: [exif] }), 6],
    [png({ behind: [exif] }), 1],
    [png({ before: [prefixed] }), 1],
  ] as const) {
    expect(readPng(file)).toMatchObject({ orientation, hasExif: true, hasMetadata: true });
    expect((await sharp(file).metadata()).orientation ?? 1).toBe(orientation);
  }
});

const animationControl = (frames: number) => pngChunk("acTL", Buffer.from([0, 0, 0, frames, 0, 0, 0, 0]));
const frameControl = pngChunk("fcTL", Buffer.alloc(26));

test("an animation keeps its frames, one of a single frame becomes a still picture", () => {
  const frameData = pngChunk("fdAT", "\0\0\0\x01data");
  const still = png({ before: [animationControl(1), frameControl] });
  expect(readPng(still)).toMatchObject({ frames: 1, hasMetadata: true });
  expect(stripPng(still)).toEqual(png());
  const parts = { before: [animationControl(3), frameControl], behind: [frameControl, frameData] };
  expect(readPng(png(parts))).toMatchObject({ frames: 3, hasMetadata: false });
  expect(stripPng(png({ ...parts, behind: [...parts.behind, pngChunk("tEXt", "SECRET")] }))).toEqual(
    png(parts),
  );
  expect(readPng(png({ behind: [animationControl(3)] })).frames).toBe(1);
});

const data = deflateSync(Buffer.alloc(64));

test.each([
  ["a critical chunk that does not exist", png({ before: [pngChunk("ABCD")] })],
  ["a second IHDR", png({ behind: [pngHeader(2, 2, 8, 2)] })],
  ["two palettes", png({ before: [pngChunk("PLTE", "abc"), pngChunk("PLTE", "abc")] })],
  ["a palette behind the pixels", png({ behind: [pngChunk("PLTE", "abc")] })],
  [
    "a chunk between its IDAT",
    png({
      pixels: [pngChunk("IDAT", data.subarray(0, 4)), pngChunk("tIME"), pngChunk("IDAT", data.subarray(4))],
    }),
  ],
  ["bytes in IEND", Buffer.concat([png().subarray(0, -12), pngChunk("IEND", "x")])],
  ["no IEND", png().subarray(0, -12)],
  ["half an IEND", png().subarray(0, -3)],
])("a picture with %s has a header or none, and cannot be stripped", (_, file) => {
  expect(() => stripPng(file)).toThrow(DAMAGE);
});

test("a kept chunk whose checksum does not match is damage, a cut one does not matter", () => {
  const text = pngChunk("tEXt", "SECRET");
  text[text.length - 1] = (text.at(-1) ?? 0) ^ 1;
  expect(stripPng(png({ before: [text] }))).toEqual(png());
  const file = png({ before: [GAMMA] });
  for (const type of ["gAMA", "IDAT", "IEND"]) {
    const broken = Buffer.from(file);
    const last = pngChunkOffset(file, type) + 11 + file.readUInt32BE(pngChunkOffset(file, type));
    broken[last] = (broken[last] ?? 0) ^ 1;
    expect(readPng(broken)).toEqual(readPng(file));
    expect(() => stripPng(broken), type).toThrow(DAMAGE);
  }
  const header = Buffer.from(file);
  header[19] = 3;
  expect(() => readPng(header)).toThrow(DAMAGE);
});

test.each([
  ["no width", pngHeader(0, 2, 8, 2)],
  ["no height", pngHeader(2, 0, 8, 2)],
  ["a width past 31 bits", pngHeader(0x80000000, 2, 8, 2)],
  ["another first chunk", GAMMA],
  ["a palette picture without a palette", pngHeader(2, 2, 8, 3)],
])("a header with %s is damage", (_, header) => {
  expect(() => readPng(png({ header }))).toThrow(DAMAGE);
});

test("a file without pixels, or with a chunk longer than the file, is damage", () => {
  expect(() => readPng(png({ pixels: [] }))).toThrow(DAMAGE);
  const endless = splice(png(), [Buffer.from("\x7f\xff\xff\xfftEXt", "latin1")], 33);
  expect(() => readPng(endless)).toThrow(DAMAGE);
});
