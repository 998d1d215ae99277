import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { photo } from "../../test/pictures.ts";
import { toImagingError } from "./decode-error.ts";
import { ImagingError } from "./errors.ts";

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => {
      throw new Error("expected a failure");
    },
    (error: unknown) => error,
  );

async function files() {
  const picture = await photo(300, 200);
  return {
    jpeg: await picture.clone().jpeg().toBuffer(),
    "progressive jpeg": await picture.clone().jpeg({ progressive: true }).toBuffer(),
    png: await picture.clone().png().toBuffer(),
    gif: await picture.clone().gif().toBuffer(),
    webp: await picture.clone().webp().toBuffer(),
    "lossless webp": await picture.clone().webp({ lossless: true }).toBuffer(),
  };
}

describe("failures of the pixel library", () => {
  test("a file cut short anywhere is corrupt, in every format", async () => {
    for (const [name, bytes] of Object.entries(await files())) {
      for (const share of [0.02, 0.3, 0.6, 0.9]) {
        const cut = bytes.subarray(0, Math.floor(bytes.length * share));
        const error = await failureOf(sharp(cut).raw().toBuffer());
        expect(toImagingError(error), `${name} at ${share}`).toMatchObject({
          name: "ImagingError",
          code: "corrupt",
        });
      }
    }
  });

  test("no bytes, and bytes that no decoder takes, are corrupt", async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from("GIF89 is not what follows here")]) {
      const error = await failureOf(Promise.resolve().then(() => sharp(bytes).raw().toBuffer()));
      expect(toImagingError(error)).toMatchObject({ code: "corrupt" });
    }
  });

  test("a damaged colour profile is corrupt", async () => {
    const bytes = await (await photo(40, 30)).toColourspace("cmyk").withIccProfile("cmyk").jpeg().toBuffer();
    // The profile's connection space, 16 bytes before its signature: neither XYZ nor Lab any more.
    bytes.write("????", bytes.indexOf("acsp") - 16, "latin1");
    const error = await failureOf(sharp(bytes).toColourspace("srgb").raw().toBuffer());
    expect(toImagingError(error)).toMatchObject({ code: "corrupt" });
  });

  test("mutated files never fail in a way that is taken for a fault of ours", async () => {
    const originals = Object.values(await files());
    for (let round = 0; round < 240; round += 1) {
      const bytes = Buffer.from(originals[round % originals.length] ?? []);
      for (let change = 0; change < 4; change += 1) {
        const place = change % 2 === 0 ? (round * 7919 + change * 31) % 400 : round * 104_729 + change * 613;
        bytes[place % bytes.length] = (round * 37 + change * 101) & 0xff;
      }
      await sharp(bytes, { limitInputPixels: 1e6 })
        .raw()
        .toBuffer()
        .catch((error: unknown) => expect(toImagingError(error), String(error)).toBeInstanceOf(ImagingError));
    }
  });

  test("a picture above the pixel limit is too_many_pixels", async () => {
    const bytes = await (await photo(300, 200)).jpeg().toBuffer();
    const error = await failureOf(sharp(bytes, { limitInputPixels: 59_999 }).raw().toBuffer());
    expect(toImagingError(error)).toMatchObject({ code: "too_many_pixels" });
  });

  test("work stopped by its time limit is deadline", async () => {
    // Minutes of work, of which one second is done.
    const endless = sharp({
      create: { width: 8000, height: 8000, channels: 3, background: "#808080" },
    }).median(61);
    const error = await failureOf(endless.timeout({ seconds: 1 }).raw().toBuffer());
    expect(toImagingError(error)).toMatchObject({ code: "deadline" });
  });

  test("the public message says nothing of the library, which stays in the cause", async () => {
    const bytes = (await files()).png;
    const error = await failureOf(sharp(bytes.subarray(0, 500)).raw().toBuffer());
    const translated = toImagingError(error);
    expect(translated).toMatchObject({ message: "The image is damaged or cut short.", cause: error });
  });

  test("what is not recognised is returned as it came", () => {
    const bug = new TypeError("Expected integer for width but received undefined");
    const known = new ImagingError("cannot_fit", "no");
    expect(toImagingError(bug)).toBe(bug);
    expect(toImagingError(known)).toBe(known);
    expect(toImagingError("text")).toBe("text");
  });
});
