import sharp, { type Sharp } from "sharp";
import { beforeAll, expect, test } from "vitest";
import { photo, renderedPage, smoothPhoto } from "../../test/pictures.ts";
import { writePalette } from "./compress-settings.ts";
import { fromPixels, rawPixels } from "./decode.ts";
import { forecastPalette, isSmallerFiltered } from "./png-forecast.ts";
import { configureSharp } from "./sharp.ts";
import { comparable, comparedSize, looksAlike, worstSimilarity } from "./similarity.ts";
import { limits, make } from "./test-compress.ts";

beforeAll(configureSharp);

/** A disc on a slow change of colour: rows that repeat, which the noise of a palette would end. */
function drawing(): Sharp {
  const pixels = Array.from({ length: 900 * 600 }, (_, at) => {
    const [x, y] = [at % 900, Math.floor(at / 900)];
    return Math.hypot(x - 400, y - 300) < 120 ? [228, 68, 51] : [150 - x / 8, 200 - x / 8, 255 - x / 8];
  });
  return sharp(Buffer.from(pixels.flat()), { raw: { width: 900, height: 600, channels: 3 } });
}

/** Slow changes between more colours than a palette has: what it scatters instead is seen. */
const vivid = async (side: number) => (await smoothPhoto(side, side, 5)).modulate({ saturation: 3 });

const forecast = async (picture: Sharp) => forecastPalette(await rawPixels(picture), 50, limits());

/** What does come of it. */
async function withPalette(picture: Sharp) {
  const source = await rawPixels(picture);
  const settings = { quality: 50, effort: "balanced", dither: 1, compressionLevel: 6 } as const;
  const bytes = await writePalette(fromPixels(source, limits()), settings).toBuffer();
  const compared = comparedSize(source);
  const was = await comparable(fromPixels(source, limits()), compared);
  return { bytes, similarity: worstSimilarity(was, await comparable(sharp(bytes), compared)) };
}

test("a drawing of few shapes is forecast to take less with every pixel as it is, and does", async () => {
  expect(await forecast(drawing())).toBe("larger");
  const result = await make(await drawing().png().toBuffer());
  expect(result).toMatchObject({ quality: null, similarity: 1 });
  expect(result.bytes.length).toBeLessThan((await withPalette(drawing())).bytes.length);
});

test("of many vivid colours the palette is forecast to be seen, and is", async () => {
  expect(await forecast(await vivid(600))).toBe("seen");
  expect((await withPalette(await vivid(600))).similarity).toBeLessThan(looksAlike);
});

test.each([
  ["a page of text", () => renderedPage(900, 600)],
  ["a photograph", () => photo(900, 600)],
])("of %s fewer colours are forecast to do, and do", async (_, picture) => {
  expect(await forecast(await picture())).toBe("good");
  const result = await make(await (await picture()).png().toBuffer());
  expect(result.quality).toBe(50);
  expect(result.similarity).toBeGreaterThanOrEqual(looksAlike);
});

test("nothing is forecast of a picture that is tried as soon itself", async () => {
  expect(await forecast(await vivid(300))).toBe("good");
});

test("filters are for photographs, not for text", async () => {
  const filtered = async (picture: Sharp) => isSmallerFiltered(await rawPixels(picture), limits());
  expect(await filtered(await photo(900, 600))).toBe(true);
  expect(await filtered(await photo(60, 40))).toBe(true);
  expect(await filtered(await renderedPage(900, 600))).toBe(false);
});
