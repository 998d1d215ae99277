import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import sharp, { type Sharp } from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { gradientBmp, through, whole, withEntry } from "../../src/imaging/foreign/test-foreign.ts";
import { bytes } from "../analysis/origin.ts";
import { photo } from "../pictures.ts";
import { type CatalogForm, csvOf } from "./client.ts";
import { type CatalogService, shareDatabase } from "./service.ts";
import { shopUnderTest } from "./shop.ts";

const start = shareDatabase();

/** Uploads these files as a product each, and returns what became of each. */
async function outputsOf({ client }: CatalogService, files: readonly Buffer[], form: CatalogForm = {}) {
  const { origin } = await shopUnderTest();
  const rows = files.map((file, row) => [`${row}`, origin.serve(`/${row}`, bytes(file))] as const);
  const { products } = await client.process(csvOf(...rows), form, {
    status: expect.stringMatching(/^(?:completed|failed)$/),
  });
  return await Promise.all(
    products.map(async ({ outputs: [output] }) => {
      const { output_url: url } = output ?? {};
      const opened = url ? await client.open(url) : null;
      return { ...output, file: opened?.bytes, type: opened?.headers.get("content-type") };
    }),
  );
}

/** The colour in the middle of the left and of the right half. */
async function halves(file: Buffer | undefined) {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const row = Math.floor(info.height / 2) * info.width;
  const at = (share: number) => [...data.subarray((row + Math.floor(info.width * share)) * 4).subarray(0, 4)];
  return [at(0.25), at(0.75)];
}

const photoOf = async (seed: number) => await photo(120, 80, seed);
const none = { compression: "none" } as const;

test("TIFF, AVIF and BMP come out as smaller JPEG, on white where they can be seen through", async () => {
  const files = [
    await (await photoOf(1)).tiff(none).toBuffer(),
    await (await photoOf(2)).toColourspace("rgb16").tiff({ compression: "lzw" }).toBuffer(),
    await (await photoOf(3)).avif({ quality: 100, effort: 0 }).toBuffer(),
    gradientBmp(),
    await through().tiff(none).toBuffer(),
  ];
  const outputs = await outputsOf(await start(), files);
  for (const [row, output] of outputs.entries()) {
    expect(output, `${row}`).toMatchObject({ error: null, format: "jpeg", quality: 50, type: "image/jpeg" });
    expect(output.input_bytes).toBe(files[row]?.length);
    expect(output.file?.length).toBe(output.output_bytes);
    expect(output.output_bytes).toBeLessThan(output.input_bytes ?? 0);
    const { format, width, height, exif } = await sharp(output.file).metadata();
    expect([format, width, height, exif]).toEqual(["jpeg", output.width, output.height, undefined]);
  }
  const [left, right] = await halves(outputs.at(-1)?.file);
  // Of 100 of 255 on white.
  expect(left).toEqual([200, 60, 120, 255].map((value) => expect.closeTo(value, -1.4)));
  expect(right).toEqual([233, 226, 202, 255].map((value) => expect.closeTo(value, -1.4)));
});

test("they become what was wished for, and can still be seen through where that can be", async () => {
  const service = await start();
  const files = [await through().tiff(none).toBuffer(), await (await photoOf(4)).tiff(none).toBuffer()];
  const as = async (format: string) =>
    await outputsOf(service, files, { fields: { format, max_dimension: "50" } });
  const [webp, opaque] = await as("webp");
  expect([webp?.format, opaque?.format]).toEqual(["webp", "webp"]);
  expect([webp?.width, opaque?.height]).toEqual([50, 33]);
  const [left, right] = await halves(webp?.file);
  expect([left?.[3], right?.[3]]).toEqual([255, expect.closeTo(100, -1)]);
  expect((await as("avif")).map(({ format }) => format)).toEqual(["avif", "avif"]);
  for (const { format, output_bytes, input_bytes } of await as("auto")) {
    expect(["webp", "jpeg", "png"]).toContain(format);
    expect(output_bytes).toBeLessThan(input_bytes ?? 0);
  }
});

test("an AVIF that is the smallest already stays as it is, and whatever else is small becomes a WebP within its bytes", async () => {
  const small = (picture: Sharp) => picture.avif({ quality: 20 }).toBuffer();
  const avif = await small(await photoOf(5));
  const told = await small((await photoOf(5)).withExif({ IFD0: { Artist: "SECRET ".repeat(8) } }));
  const fax = await whole()
    .toColourspace("b-w")
    .threshold(110)
    .tiff({ bitdepth: 1, compression: "ccittfax4" })
    .toBuffer();
  const [stays, cleaned, scan] = await outputsOf(await start(), [avif, told, fax]);
  expect(stays).toMatchObject({
    ...{
      format: "avif",
      type: "image/avif",
      width: 120,
      height: 80,
      quality: null,
      saved_bytes: 0,
      why: "not_smaller",
    },
  });
  expect(stays?.file).toEqual(avif);
  for (const [output, before] of [
    [cleaned, told],
    [scan, fax],
  ] as const) {
    expect(output).toMatchObject({ error: null, format: "webp", why: "not_smaller" });
    expect(output?.file?.length).toBeLessThan(before.length);
    expect(output?.file?.includes("SECRET")).toBe(false);
  }
});

test("what is hostile, cut off or of a format that is not read fails alone, with the reason", async () => {
  const tiff = await (await photoOf(6)).tiff({ compression: "lzw" }).toBuffer();
  const avif = await (await photoOf(6)).avif().toBuffer();
  const bomb = withEntry(withEntry(await whole().tiff(none).toBuffer(), 256, 11_000), 257, 10_000);
  const heic = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1");
  const cases = [
    [tiff, null],
    [bomb, "too_many_pixels", "The image has 11000x10000 pixels, more than this service decodes."],
    [tiff.subarray(0, tiff.length / 2), "decode_error", "The image is damaged or cut short."],
    [avif.subarray(0, avif.length / 2), "decode_error", "The image is damaged or cut short."],
    [gradientBmp().subarray(0, 900), "decode_error", "The image is damaged or cut short."],
    [
      heic,
      "unsupported_format",
      "The format HEIC is not supported. Supported formats: JPEG, PNG, GIF, WEBP, AVIF, TIFF, BMP.",
    ],
    [avif, null],
  ] as const;
  const outputs = await outputsOf(
    await start(),
    cases.map(([file]) => file),
  );
  expect(outputs.map(({ error_code, error }) => [error_code, error])).toEqual(
    cases.map(([, code, sentence = null]) => [code, sentence]),
  );
});

test("a process that is killed while it reads is started again, and what kills it each time fails alone", async () => {
  const tiffs = await Promise.all(
    [7, 8, 9].map(async (seed) => await (await photoOf(seed)).tiff(none).toBuffer()),
  );
  const jpeg = await (await photoOf(10)).jpeg({ quality: 95 }).toBuffer();
  const service = await start();
  // The first picture loses its process once, the second one each time.
  const kills = [true, false, true, true];
  let readers = 0;
  const onStart = (message: unknown) => {
    readers += 1;
    // As Node.js documents the channel's messages.
    const { process: reader } = message as { readonly process: ChildProcess };
    if (kills.shift()) reader.once("spawn", () => reader.kill("SIGKILL"));
    else if (kills.length > 0) reader.once("message", () => setImmediate(() => reader.kill("SIGKILL")));
  };
  subscribe("child_process", onStart);
  onTestFinished(() => void unsubscribe("child_process", onStart));

  const [first] = await outputsOf(service, tiffs.slice(0, 1));
  expect(first).toMatchObject({ error: null, format: "jpeg" });
  const [second, beside] = await outputsOf(service, [tiffs[1] ?? jpeg, jpeg]);
  expect(second).toMatchObject({
    error_code: "decode_error",
    error: "The image could not be decoded: whatever reads it ended.",
  });
  expect(beside).toMatchObject({ error: null, format: "jpeg" });
  const [third] = await outputsOf(service, tiffs.slice(2));
  expect(third).toMatchObject({ error: null, format: "jpeg" });
  expect(readers).toBe(5);
});
