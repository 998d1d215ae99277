import sharp from "sharp";
import { expect, test } from "vitest";
import { readGif, stripGif } from "./gif.ts";
import { gif, gifApplication, gifControl, gifExtension, splice } from "./test-splices.ts";

const HEAD_BYTES = 19;
const DAMAGE = expect.objectContaining({ code: "corrupt", details: { format: "gif" } });
const loop = gifApplication("NETSCAPE2.0", Buffer.from([1, 5, 0]));
const comment = gifExtension(0xfe, "SECRET");
const raw = (bytes: Buffer) => sharp(bytes, { animated: true }).raw().toBuffer();

test("the size is the screen, grown to hold the first frame as the decoder grows it", async () => {
  for (const [screen, size, expected] of [
    [10, 10, 10],
    [4, 10, 10],
    [0, 10, 10],
    [20, 20, 20],
  ] as const) {
    const file = gif({ screen, size });
    expect(readGif(file)).toMatchObject({ width: expected, height: expected });
    expect((await sharp(file).metadata()).width).toBe(expected);
  }
  const larger = gif({ screen: 9, size: 9 }).subarray(HEAD_BYTES);
  const clipped = Buffer.concat([gif({ screen: 6, size: 6 }).subarray(0, -1), larger]);
  expect(readGif(clipped)).toMatchObject({ width: 6, height: 6, frames: 2 });
  expect((await sharp(clipped).metadata()).width).toBe(6);
  const moved = gif({ screen: 10, size: 10 });
  moved.writeUInt16LE(65_530, HEAD_BYTES + 1);
  expect(readGif(moved)).toMatchObject({ width: 65_540, height: 10 });
});

test("10 000 frames are counted", () => {
  const file = gif({ screen: 4, size: 4, frames: 10_000, beforeFrame: [gifControl(0, 4)] });
  expect(readGif(file)).toMatchObject({ frames: 10_000, hasMetadata: false });
  expect(stripGif(file)).toBe(file);
});

test("transparency is a flag of any frame's graphic control", () => {
  expect(readGif(gif({ screen: 4, size: 4, beforeFrame: [gifControl(1)] })).hasAlpha).toBe(true);
  expect(readGif(gif({ screen: 4, size: 4, beforeFrame: [gifControl(4)] })).hasAlpha).toBe(false);
  const second = Buffer.concat([
    gif({ screen: 4, size: 4 }).subarray(0, -1),
    gifControl(1),
    gif({ screen: 4, size: 4 }).subarray(HEAD_BYTES),
  ]);
  expect(readGif(second)).toMatchObject({ hasAlpha: true, frames: 2 });
});

test("interlaced images and local colour tables are read", () => {
  const file = gif({ screen: 4, size: 4 });
  const flags = HEAD_BYTES + 9;
  const interlaced = Buffer.from(file);
  interlaced[flags] = 0x40;
  expect(readGif(interlaced).progressive).toBe(true);
  // Eight colours, 24 bytes, of which none may be taken for a block.
  const local = splice(file, [Buffer.alloc(24, 0x3b)], flags + 1);
  local[flags] = 0x82;
  expect(readGif(local)).toEqual(readGif(file));
  expect(stripGif(local)).toBe(local);
});

test("comments, texts and application blocks go, before, between and behind the images", async () => {
  const text = gifExtension(0x01, Buffer.concat([Buffer.alloc(12), Buffer.from("SECRET")]));
  const xmp = gifApplication("XMP DataXMP", "SECRET".repeat(200));
  const control = gifControl(0, 7);
  const parts = { screen: 6, size: 6, frames: 3 };
  const dirty = gif({ ...parts, beforeFrame: [comment, control, xmp, text] });
  const clean = gif({ ...parts, beforeFrame: [control] });
  const behind = Buffer.concat([dirty.subarray(0, -1), comment, Buffer.from([0x3b])]);
  const trailing = Buffer.concat([dirty, Buffer.from("PK SECRET")]);
  for (const file of [dirty, behind, trailing]) {
    expect(readGif(file)).toMatchObject({ frames: 3, hasMetadata: true });
    expect(stripGif(file)).toEqual(clean);
    expect(await raw(clean)).toEqual(await raw(file));
  }
});

test("how often an animation repeats stays; in a still picture it goes", async () => {
  const animation = splice(gif({ screen: 4, size: 4, frames: 2 }), [loop], HEAD_BYTES);
  expect(readGif(animation).hasMetadata).toBe(false);
  expect(stripGif(animation)).toBe(animation);
  expect((await sharp(stripGif(animation)).metadata()).loop).toBe((await sharp(animation).metadata()).loop);
  const longer = gifApplication("NETSCAPE2.0", Buffer.from("\x01\x05\0SECRET"));
  expect(stripGif(splice(animation, [loop, longer], HEAD_BYTES))).toEqual(animation);
  const still = splice(gif({ screen: 4, size: 4 }), [loop], HEAD_BYTES);
  expect(readGif(still).hasMetadata).toBe(true);
  expect(stripGif(still)).toEqual(gif({ screen: 4, size: 4 }));
});

test("of several controls before an image the last stays, and one before no image goes", () => {
  const file = gif({ screen: 4, size: 4, beforeFrame: [gifControl(0, 1), gifControl(0, 2)] });
  const clean = gif({ screen: 4, size: 4, beforeFrame: [gifControl(0, 2)] });
  expect(stripGif(file)).toEqual(clean);
  expect(readGif(file).hasMetadata).toBe(true);
  const behind = Buffer.concat([clean.subarray(0, -1), gifControl(), Buffer.from([0x3b])]);
  expect(readGif(behind).hasMetadata).toBe(true);
  expect(stripGif(behind)).toEqual(clean);
});

test.each([
  ["no image", gif({ screen: 4, size: 4, frames: 0 })],
  ["no size at all", gif({ screen: 0, size: 0 })],
  ["an unknown block first", splice(gif({ screen: 4, size: 4 }), [Buffer.from([0])], HEAD_BYTES)],
  ["an overlong control", gif({ screen: 4, size: 4, beforeFrame: [gifExtension(0xf9, "SECRET")] })],
  ["half a colour table", gif({ screen: 4, size: 4 }).subarray(0, 16)],
])("a picture with %s is damage", (_, file) => {
  expect(() => readGif(file)).toThrow(DAMAGE);
});

test("a picture without its trailer, or with an unknown block behind an image, cannot be stripped", () => {
  const file = gif({ screen: 4, size: 4, frames: 2 });
  const unknown = Buffer.concat([file.subarray(0, -1), Buffer.from([0x77, 0x3b])]);
  for (const broken of [file.subarray(0, -1), file.subarray(0, -4), unknown]) {
    expect(readGif(broken)).toMatchObject({ width: 4, frames: 2 });
    expect(() => stripGif(broken)).toThrow(DAMAGE);
  }
});
