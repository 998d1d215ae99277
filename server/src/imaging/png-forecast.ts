import type { Sharp } from "sharp";
import { writeLossless, writePalette } from "./compress-settings.ts";
import { fromPixels, openPicture, type WorkLimits } from "./decode.ts";
import { encoded } from "./encoded.ts";
import type { RawPixels } from "./pixels.ts";
import { comparable, comparedSize, looksAlike, worstSimilarity } from "./similarity.ts";
import { areaOf } from "./smaller-size.ts";

/** Bands of whole rows, spread over a picture, and about how many pixels they have together. */
const bands = 8;
const sampledPixels = 32_768;
/** A picture of fewer samples than this is tried itself: that takes little more. */
const worthSampling = 8;
const compressionLevel = 6;

/** Bytes a pixel without filters from which on a picture is a photograph: those have 1.4 to 2.3, screenshots 0.5. */
const photographic = 1;
/**
 * In a sample every pixel as it is may take this much more than fewer colours do, and yet less in the whole picture,
 * which has more to repeat: drawings of few shapes 1.1 to 1.3, where it does, and screenshots 2.2 or logos 3, where it
 * does not.
 */
const repeats = 1.6;
/** Filters have to save this share: without them, the highest level of compression costs little. */
const filtersSave = 0.1;

/**
 * What fewer colours are likely to make of a picture.
 *
 * - `good`: a smaller file that looks like it.
 * - `larger`: every pixel as it is takes less, for what a palette scatters hides what repeats.
 * - `seen`: another look, so that no colour may be spared.
 */
export type PaletteForecast = "good" | "larger" | "seen";

/** Tries a quality on a sample: 5 to 20 ms, where the picture itself takes 30 to 240 for each million pixels. */
export async function forecastPalette(
  pixels: RawPixels,
  quality: number,
  limits: WorkLimits,
): Promise<PaletteForecast> {
  if (areaOf(pixels) < worthSampling * sampledPixels) return "good";
  const sample = sampleOf(pixels);
  const open = () => fromPixels(sample, limits);
  const whole = await lengthOf(writeLossless(open(), { filtered: false, compressionLevel }));
  const fewer = await encoded(writePalette(open(), { quality, effort: "fast", dither: 1, compressionLevel }));
  if (fewer === null) return "good";
  if (whole < photographic * areaOf(sample)) return whole < repeats * fewer.length ? "larger" : "good";
  // As much smaller as copies of the whole are.
  const { width } = comparedSize(pixels);
  const size = { width, height: Math.max(1, Math.round((sample.height * width) / pixels.width)) };
  const [was, is] = [await comparable(open(), size), await comparable(openPicture(fewer, limits), size)];
  return worstSimilarity(was, is) < looksAlike ? "seen" : "good";
}

/** Whether a PNG of every pixel is smaller with filters, as photographs are, or without, as text and drawings are. */
export async function isSmallerFiltered(pixels: RawPixels, limits: WorkLimits): Promise<boolean> {
  const sample = sampleOf(pixels);
  const length = (filtered: boolean) =>
    lengthOf(writeLossless(fromPixels(sample, limits), { filtered, compressionLevel }));
  return (await length(true)) < (await length(false)) * (1 - filtersSave);
}

const lengthOf = async (picture: Sharp) => (await encoded(picture))?.length ?? Number.POSITIVE_INFINITY;

/** The picture itself where it is small. */
function sampleOf(pixels: RawPixels): RawPixels {
  const { data, width, height, channels } = pixels;
  const rows = Math.max(1, Math.round(sampledPixels / bands / width));
  if (rows * bands >= height) return pixels;
  const rowBytes = width * channels;
  const parts = Array.from({ length: bands }, (_, band) => {
    const top = Math.floor(((band + 0.5) * height) / bands - rows / 2);
    return data.subarray(top * rowBytes, (top + rows) * rowBytes);
  });
  return { data: Buffer.concat(parts), width, height: rows * bands, channels };
}
