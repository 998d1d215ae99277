import type { RawPixels } from "../pixels.ts";
import { toGrey } from "./grey.ts";

/** Bits of a difference between neighbours in a picture that is as unpredictable as can be told apart. */
const fullEntropy = 8;
/** Mean luma step (0 to 255) at which a picture counts as all edges; foliage comes to 44, ordinary photographs to 3–23. */
const fullGradient = 48;

/**
 * How much detail a picture has, 0 to 10 with 2 decimals: `10 · (½ · H / 8 + ½ · min(1, G / 48))`, of its grey values,
 * where H is the entropy in bits of the differences between neighbours (right and below), at most 8, and G the mean
 * length of the gradient. Meant for a copy of at most 512 pixels a side: noise that shrinking removes is not detail.
 *
 * Flat 0 · smooth gradient 0.6 · user interface 2 · photograph 3 to 6 · page of small text 5 · foliage 9 · noise 10.
 *
 * The entropy is that of differences and not of levels, as is more usual: by levels a plain ramp from black to white
 * (5.05) was as complex as a photograph (5.0 to 5.5).
 */
export function complexityScore(pixels: RawPixels): number {
  const { data, width, height } = toGrey(pixels);
  const differences = new Uint32Array(511);
  let gradient = 0;
  for (let row = 0; row < height; row += 1) {
    const lastRow = row === height - 1;
    for (let column = 0, at = row * width; column < width; column += 1, at += 1) {
      const lastColumn = column === width - 1;
      const luma = data[at] ?? 0;
      const right = lastColumn ? 0 : (data[at + 1] ?? 0) - luma;
      const below = lastRow ? 0 : (data[at + width] ?? 0) - luma;
      if (!lastColumn) differences[255 + right] = (differences[255 + right] ?? 0) + 1;
      if (!lastRow) differences[255 + below] = (differences[255 + below] ?? 0) + 1;
      gradient += Math.sqrt(right * right + below * below);
    }
  }
  const meanGradient = gradient / (width * height);
  const score =
    5 * Math.min(1, entropy(differences) / fullEntropy) + 5 * Math.min(1, meanGradient / fullGradient);
  return Math.round(score * 100) / 100;
}

/** Shannon entropy in bits; 0 where nothing was counted, as in a picture of one pixel. */
function entropy(counts: Uint32Array): number {
  let total = 0;
  for (const count of counts) total += count;
  let bits = 0;
  for (const count of counts) {
    if (count > 0) bits -= (count / total) * Math.log2(count / total);
  }
  return bits;
}
