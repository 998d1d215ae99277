import type { Sharp } from "sharp";
import { rawPixels } from "./decode.ts";
import type { RawPixels } from "./pixels.ts";
import { longSide, type Size, scaledTo } from "./smaller-size.ts";
import { ssim } from "./ssim.ts";

/** Longer side of what is compared: about what of a product's picture is looked at, and little to compute. */
const comparedSide = 512;

/**
 * From this similarity on a file is taken for the picture itself. It is what quality 50, which stands for itself,
 * leaves of photographs as JPEG: 0.938 to 0.979, 0.954 on average, of five with and without grain of 0.6 to 12
 * megapixels.
 */
export const looksAlike = 0.95;

/** Of the copies by which a result of this size is compared with its source. */
export const comparedSize = (result: Size): Size =>
  longSide(result) > comparedSide ? scaledTo(result, comparedSide) : result;

/**
 * A small copy of a picture to compare others with, four channels and what is hidden by transparency black in both,
 * so that only what is seen counts.
 */
export async function comparable(picture: Sharp, { width, height }: Size): Promise<RawPixels> {
  const small = picture.resize(width, height, { fit: "fill" }).toColourspace("srgb").ensureAlpha();
  const pixels = await rawPixels(small);
  const { data } = pixels;
  for (let at = 0; at + 3 < data.length; at += 4) {
    const alpha = data[at + 3] ?? 0;
    if (alpha === 255) continue;
    for (let channel = at; channel < at + 3; channel += 1) {
      data[channel] = alpha === 0 ? 0 : Math.round(((data[channel] ?? 0) * alpha) / 255);
    }
  }
  return pixels;
}

/**
 * Structural similarity of the channel (red, green, blue or alpha) that lost most, 1 where all are equal. Brightness
 * alone would not see a palette that has lost a colour.
 */
export function worstSimilarity(one: RawPixels, other: RawPixels): number {
  const channels = isOpaque(one) && isOpaque(other) ? [0, 1, 2] : [0, 1, 2, 3];
  return Math.min(...channels.map((channel) => ssim(planeOf(one, channel), planeOf(other, channel))));
}

function isOpaque({ data }: RawPixels): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false;
  return true;
}

const planeOf = ({ data, width, height }: RawPixels, channel: number) => ({
  data,
  width,
  height,
  first: channel,
  step: 4,
});
