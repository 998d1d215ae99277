import sharp from "sharp";
import { expect, test } from "vitest";
import { photo } from "../test/pictures.ts";
import { createSizes } from "./assets/testing.ts";
import { createResize } from "./picture-sizes.ts";
import { createAdmission } from "./platform/limits/admission.ts";

const { signal } = new AbortController();
const clear = await sharp({
  create: { width: 40, height: 20, channels: 4, background: { r: 200, g: 30, b: 60, alpha: 0 } },
})
  .png()
  .toBuffer();

test("another size keeps what is transparent; a JPEG has white there", async () => {
  const { resize } = createSizes();
  const size = { width: 20, height: 10, quality: 90 };
  for (const format of ["png", "webp"] as const) {
    const made = await resize(clear, { ...size, format }, signal);
    expect(made).toMatchObject({ width: 20, height: 10, contentType: `image/${format}` });
    const { data, info } = await sharp(made.bytes).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 20, height: 10, channels: 4 });
    expect(data[3]).toBe(0);
  }
  const jpeg = await resize(clear, { ...size, format: "jpeg" }, signal);
  expect([...(await sharp(jpeg.bytes).raw().toBuffer()).subarray(0, 3)]).toEqual([255, 255, 255]);
});

test("another format has the same pixels, upright", async () => {
  const { convert } = createSizes();
  const stored = await (await photo(60, 40)).withMetadata({ orientation: 6 }).png().toBuffer();
  const turned = await convert(stored, { format: "png", quality: 100 }, signal);
  expect(turned).toMatchObject({ width: 40, height: 60, contentType: "image/png" });
  const upright = await sharp(stored).autoOrient().removeAlpha().raw().toBuffer();
  expect((await sharp(turned.bytes).removeAlpha().raw().toBuffer()).equals(upright)).toBe(true);
  expect((await sharp(turned.bytes).metadata()).orientation).toBeUndefined();
});

test("a square has room for all of a picture, and as pixels it stands on white", async () => {
  const { square, squareOnWhite } = createSizes();
  const made = await square(clear, { side: 20, format: "webp", quality: 90 }, signal);
  expect(made.side).toBe(20);
  expect(await sharp(made.bytes).metadata()).toMatchObject({ format: "webp", width: 20, height: 20 });
  const pixels = await squareOnWhite(clear, 100, signal);
  expect(pixels).toMatchObject({ width: 40, height: 40, channels: 4 });
  expect(pixels.data.every((value) => value === 255)).toBe(true);
  const damaged = clear.subarray(0, clear.length / 2);
  await expect(squareOnWhite(damaged, 8, signal)).rejects.toMatchObject({ code: "picture_unreadable" });
});

test("what cannot be decoded, is too large, or came too late is told so, and is no fault of the request's body", async () => {
  const { convert } = createSizes();
  const to = { format: "webp", quality: 80 } as const;
  const whole = await (await photo(300, 200)).jpeg().toBuffer();
  await expect(convert(whole.subarray(0, whole.length / 2), to, signal)).rejects.toMatchObject({
    code: "picture_unreadable",
    status: 400,
  });
  await expect(convert(Buffer.from("<svg/>"), to, signal)).rejects.toMatchObject({
    code: "picture_unreadable",
  });
  const settings = { slots: 1, uploadBytes: 0, maxWaitMs: 1000, now: () => performance.now() };
  const small = createResize({
    admission: createAdmission({ ...settings, memoryBytes: 2 ** 20 }),
    maxPixels: 1e6,
    deadlineMs: 1000,
  });
  const tooLarge = { code: "picture_too_large", status: 400 };
  await expect(small.convert(whole, to, signal)).rejects.toMatchObject(tooLarge);
  const few = createResize({
    admission: createAdmission({ ...settings, memoryBytes: 2 ** 30 }),
    maxPixels: 59_999,
    deadlineMs: 1000,
  });
  await expect(few.convert(whole, to, signal)).rejects.toMatchObject(tooLarge);
  const left = AbortSignal.abort(new Error("left"));
  await expect(convert(whole, to, left)).rejects.toThrow("left");
});
