import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { page, photo } from "../../test/pictures.ts";
import { gif, jpegSegment, splice } from "./containers/test-splices.ts";
import { type FitRequest, fit, passThrough, readHeader, uprightSize } from "./index.ts";

const limits = () => ({ maxPixels: 1e8, deadline: performance.now() + 30_000 });

/** A request that changes nothing but what is named: the size is the picture's own, and no limit binds. */
function requestFor(bytes: Buffer, wishes: Partial<FitRequest> = {}): FitRequest {
  return {
    ...uprightSize(readHeader(bytes)),
    maxBytes: 1e8,
    passThrough: ["jpeg", "png", "gif", "webp"],
    format: "auto",
    quality: undefined,
    background: undefined,
    grid: null,
    ...wishes,
  };
}

const fitted = (bytes: Buffer, wishes: Partial<FitRequest> = {}) =>
  fit(bytes, readHeader(bytes), requestFor(bytes, wishes), limits());

const passed = (bytes: Buffer, wishes: Partial<FitRequest> = {}) =>
  passThrough(bytes, readHeader(bytes), requestFor(bytes, wishes));

/** Stored samples, without colour management or orientation. */
const stored = (bytes: Buffer) => sharp(bytes, { ignoreIcc: true, autoOrient: false }).raw().toBuffer();

const flat = (background: string, channels: 3 | 4 = 3) =>
  sharp({ create: { width: 60, height: 40, channels, background } });

describe("a picture that fits passes through", () => {
  test("with its pixels untouched and its metadata gone", async () => {
    const picture = await photo(300, 200);
    const variants = {
      jpeg: await picture.clone().jpeg({ quality: 83, progressive: true }).toBuffer(),
      png: await picture.clone().png().toBuffer(),
      webp: await picture.clone().webp({ quality: 70 }).toBuffer(),
    };
    for (const [format, plain] of Object.entries(variants)) {
      const tagged = await sharp(plain)
        .withExif({ IFD0: { Copyright: "somebody" }, IFD3: { GPSLatitude: "51/1 30/1 0/1" } })
        .withXmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'><place>home</place></x:xmpmeta>")
        .keepIccProfile()
        .toBuffer();
      const header = readHeader(tagged);
      expect(header.hasMetadata, format).toBe(true);
      const result = passed(tagged);
      expect(result).toMatchObject({ format, width: 300, height: 200, passedThrough: true, encodes: 0 });
      expect(result).toMatchObject({ quality: null, textLike: null, averageHash: null, limitBinds: false });
      const bytes = result?.bytes ?? Buffer.alloc(0);
      expect(await stored(bytes), format).toEqual(await stored(tagged));
      expect(readHeader(bytes)).toMatchObject({ hasMetadata: false, hasExif: false });
      expect(bytes.includes("somebody") || bytes.includes("home"), format).toBe(false);
    }
  });

  test("though it is a little over the limit before its metadata is cut, and not when still over it", async () => {
    const plain = await (await photo(120, 80)).jpeg().toBuffer();
    const tagged = splice(plain, [jpegSegment(0xfe, "x".repeat(3000))]);
    expect(passed(tagged, { maxBytes: plain.length })?.bytes.length).toBe(plain.length);
    expect(passed(tagged, { maxBytes: plain.length - 1 })).toBeNull();
    expect(passed(plain, { maxBytes: plain.length - 1 })).toBeNull();
  });

  test("unless a pixel has to change", async () => {
    const plain = await flat("#204060").png().toBuffer();
    const alpha = await flat("#20406080", 4).png().toBuffer();
    expect(passed(plain)).not.toBeNull();
    expect(passed(alpha)).not.toBeNull();
    const refused = {
      size: passed(plain, { width: 30, height: 20 }),
      format: passed(plain, { passThrough: ["jpeg"] }),
      "a quality that was asked for": passed(plain, { quality: 95 }),
      "a background behind transparency": passed(alpha, { background: "#ffffff" }),
      orientation: passed(await flat("#204060").withMetadata({ orientation: 3 }).jpeg().toBuffer()),
      "16 bits": passed(await flat("#204060").toColourspace("rgb16").png().toBuffer()),
      cmyk: passed(await flat("#204060").toColourspace("cmyk").jpeg().toBuffer()),
      "another profile": passed(await flat("#204060").withIccProfile("p3").png().toBuffer()),
      "a second frame": passed(gif({ screen: 4, size: 4, frames: 2 })),
    };
    for (const [reason, result] of Object.entries(refused)) expect(result, reason).toBeNull();
  });

  test("unless its container is damaged: then the decoder has the last word", async () => {
    const whole = await (await photo(120, 80)).png().toBuffer();
    const cut = whole.subarray(0, whole.length - 30);
    expect(passed(cut)).toBeNull();
    await expect(fitted(cut)).rejects.toMatchObject({ code: "corrupt" });
  });

  test("and what a quality is named for is encoded with it", async () => {
    const jpeg = await (await photo(120, 80)).jpeg({ quality: 95 }).toBuffer();
    const result = await fitted(jpeg, { quality: 40 });
    expect(result).toMatchObject({ passedThrough: false, quality: 40, encodes: 1, format: "jpeg" });
    expect(result.bytes.length).toBeLessThan(jpeg.length / 2);
  });
});

describe("the format of a result, if it is chosen here,", () => {
  const formatOf = async (picture: Sharp) => {
    const bytes = await picture.toBuffer();
    return (await fitted(bytes, { passThrough: [] })).format;
  };

  test("is JPEG for photos and for text that was JPEG, PNG for transparency and for text that was lossless", async () => {
    expect(await formatOf((await photo(300, 200)).png())).toBe("jpeg");
    expect(await formatOf(page(400, 300).png())).toBe("png");
    expect(await formatOf(page(400, 300).jpeg())).toBe("jpeg");
    expect(await formatOf(flat("#20406080", 4).webp())).toBe("png");
    expect(await formatOf(flat("#204060ff", 4).webp())).toBe("jpeg");
  });
});

describe("transparency", () => {
  const half = () => flat("rgba(255, 0, 0, 0.5)", 4).png().toBuffer();

  test.each(["png", "webp"] as const)("is kept in %s", async (format) => {
    const result = await fitted(await half(), { format });
    expect(result).toMatchObject({ format, hasTransparency: true, mode: "RGBA" });
    const { data, info } = await sharp(result.bytes).raw().toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(4);
    expect(data[3]).toBe(128);
  });

  test.each([
    ["png", "#0000FF", [127, 0, 127]],
    ["webp", "#0000ff", [127, 0, 127]],
    ["jpeg", "#FFFFFF", [255, 127, 127]],
    // JPEG has none: without a colour it is white, not the black of cleared memory.
    ["jpeg", undefined, [255, 127, 127]],
  ] as const)("is flattened in %s on %s", async (format, background, expected) => {
    const result = await fitted(await half(), { format, background, quality: 100 });
    expect(result).toMatchObject({ format, hasTransparency: false, mode: "RGB" });
    const { data, info } = await sharp(result.bytes).raw().toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(3);
    for (const [channel, value] of expected.entries()) {
      expect(Math.abs((data[channel] ?? 0) - value)).toBeLessThanOrEqual(4);
    }
  });

  test("that no pixel has is not claimed", async () => {
    const result = await fitted(await flat("#204060ff", 4).png().toBuffer(), { format: "png" });
    expect(result.hasTransparency).toBe(false);
  });
});

describe("work stops", () => {
  test("with too_many_pixels before a picture beyond the limit is decoded", async () => {
    const bytes = await flat("#204060").png().toBuffer();
    const strict = { ...limits(), maxPixels: 60 * 40 - 1 };
    await expect(fit(bytes, readHeader(bytes), requestFor(bytes), strict)).rejects.toMatchObject({
      code: "too_many_pixels",
    });
  });

  test("with deadline when its time is over", async () => {
    const bytes = await flat("#204060").png().toBuffer();
    const late = { ...limits(), deadline: performance.now() };
    await expect(fit(bytes, readHeader(bytes), requestFor(bytes), late)).rejects.toMatchObject({
      code: "deadline",
    });
  });

  test("with the caller's reason when nobody waits any more", async () => {
    const bytes = await flat("#204060").png().toBuffer();
    const signal = AbortSignal.abort(new Error("gone"));
    await expect(fit(bytes, readHeader(bytes), requestFor(bytes), { ...limits(), signal })).rejects.toThrow(
      "gone",
    );
  });
});
