import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { page, photo, renderedPage } from "../../test/pictures.ts";
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

describe("the quality of a JPEG, if none is named,", () => {
  const onItsSide = async (picture: Sharp, quality: number) =>
    picture.withMetadata({ orientation: 6 }).jpeg({ quality }).toBuffer();

  test("is that of its source, so that turning it upright does not make it larger", async () => {
    for (const quality of [50, 70, 85]) {
      const source = await onItsSide(await photo(400, 300), quality);
      const result = await fitted(source, { format: "jpeg" });
      expect(result).toMatchObject({ quality, width: 300, height: 400, passedThrough: false });
      expect(result.bytes.length, `${quality}`).toBeLessThan(source.length * 1.05);
    }
  });

  test("is higher where the picture becomes smaller, at most 95, and never below that of its kind", async () => {
    const source = await (await photo(400, 300)).jpeg({ quality: 50 }).toBuffer();
    expect((await fitted(source, { width: 200, height: 150 })).quality).toBe(88);
    expect((await fitted(source, { width: 20, height: 15 })).quality).toBe(95);
    expect((await fitted(await onItsSide(await photo(400, 300), 20))).quality).toBe(50);
    expect((await fitted(await onItsSide(page(400, 300), 50))).quality).toBe(90);
    expect((await fitted(await onItsSide(await photo(400, 300), 99))).quality).toBe(95);
  });

  test("is 95 where the source does not tell its own", async () => {
    const source = await (await photo(400, 300)).webp({ quality: 50 }).toBuffer();
    expect((await fitted(source, { format: "jpeg" })).quality).toBe(95);
  });
});

describe("a grey picture", () => {
  test.each([
    ["jpeg", "L", "grey"],
    ["png", "L", "grey"],
    ["webp", "RGB", "rgb"],
  ] as const)("stays grey in %s where the format has it", async (format, mode, colour) => {
    const grey = (await photo(120, 80)).toColourspace("b-w");
    const source = await grey.clone().png().toBuffer();
    const result = await fitted(source, { format, passThrough: [] });
    expect(result).toMatchObject({ format, mode, textLike: false, hasTransparency: false });
    expect(readHeader(result.bytes).colour).toBe(colour);
    const wanted = await grey.raw().toBuffer();
    const { data, info } = await sharp(result.bytes)
      .toColourspace("b-w")
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(1);
    expect(Math.max(...data.map((level, at) => Math.abs(level - (wanted[at] ?? 0))))).toBeLessThanOrEqual(
      format === "png" ? 0 : 24,
    );
  });

  test("measures the same as its copy in colour", async () => {
    const grey = (await photo(300, 200)).toColourspace("b-w");
    const one = await fitted(await grey.clone().png().toBuffer(), { passThrough: [] });
    const raw = { width: 300, height: 200, channels: 3 } as const;
    const tripled = Buffer.from([...(await grey.raw().toBuffer())].flatMap((level) => [level, level, level]));
    const three = await fitted(await sharp(tripled, { raw }).png().toBuffer(), { passThrough: [] });
    expect([one.mode, three.mode]).toEqual(["L", "RGB"]);
    expect(one.averageHash).toBe(three.averageHash);
    expect(one.textLike).toBe(three.textLike);
  });

  test("is made smaller under a limit as one in colour is", async () => {
    const source = await (await photo(600, 400)).toColourspace("b-w").png().toBuffer();
    for (const format of ["jpeg", "png", "webp"] as const) {
      const whole = await fitted(source, { format, passThrough: [] });
      const maxBytes = Math.floor(whole.bytes.length / 4);
      const result = await fitted(source, { format, passThrough: [], maxBytes });
      expect(result.bytes.length).toBeLessThanOrEqual(maxBytes);
      expect(result.bytes.length).toBeGreaterThanOrEqual(maxBytes * 0.85);
      expect(readHeader(result.bytes).colour).toBe(format === "webp" ? "rgb" : "grey");
    }
  });
});

describe("text that is too large as PNG", () => {
  const source = async () => (await renderedPage(600, 450)).png().toBuffer();

  test("becomes a JPEG of full chroma that keeps more pixels, if nobody asked for PNG", async () => {
    const whole = await fitted(await source(), { passThrough: [] });
    expect(whole.format).toBe("png");
    for (const share of [0.7, 0.4, 0.15]) {
      const maxBytes = Math.floor(whole.bytes.length * share);
      const result = await fitted(await source(), { passThrough: [], maxBytes });
      expect(result).toMatchObject({ format: "jpeg", mode: "RGB", limitBinds: true });
      expect(result.bytes.length).toBeLessThanOrEqual(maxBytes);
      expect(result.quality).toBeGreaterThanOrEqual(70);
      expect(readHeader(result.bytes)).toMatchObject({ format: "jpeg", chromaSubsampled: false });
      const asked = await fitted(await source(), { format: "png", maxBytes });
      expect(asked.format).toBe("png");
      expect(asked.width).toBeLessThan(result.width);
    }
  });

  test("stays PNG where a better compression is enough", async () => {
    const strokes = await page(600, 450).png().toBuffer();
    const whole = await fitted(strokes, { passThrough: [] });
    const maxBytes = Math.floor(whole.bytes.length * 0.6);
    const result = await fitted(strokes, { passThrough: [], maxBytes });
    expect(result).toMatchObject({ format: "png", width: 600, height: 450, limitBinds: true });
  });

  test("stays PNG where pixels are transparent", async () => {
    const { data } = await (await renderedPage(600, 450))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    for (let at = 3; at < 400 * 600; at += 4) data[at] = 0;
    const cut = await sharp(data, { raw: { width: 600, height: 450, channels: 4 } })
      .png()
      .toBuffer();
    expect((await fitted(cut, { passThrough: [] })).hasTransparency).toBe(true);
    expect(await fitted(cut, { passThrough: [], maxBytes: 30_000 })).toMatchObject({
      format: "png",
      hasTransparency: true,
    });
  });
});

describe("transparency", () => {
  test("that no pixel has leaves no alpha in the mode of a JPEG", async () => {
    const result = await fitted(await flat("#204060ff", 4).webp().toBuffer(), { passThrough: [] });
    expect(result).toMatchObject({ format: "jpeg", mode: "RGB", hasTransparency: false });
  });

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
