import type { RawPixels } from "../pixels.ts";
import { toGrey } from "./grey.ts";
import { sampleTiles } from "./tiles.ts";

/** Luma within which a tile shows one surface; up to `faint`, one surface with a trace of something on it. */
const blankRange = 2;
const faintRange = 10;
/** How much a blank tile counts beside one with something in it, and what it scores. */
const blankWeight = 0.25;
const blankScore = 0.7;

/**
 * From this score on a picture is treated as text: chroma kept whole, a higher quality floor.
 *
 * Of 56 rendered and real screenshots, documents, charts and logos and 30 photographs and photo-like pictures, each at
 * full size, at 1 568 and at 512 pixels, the text-like ones scored 0.44 or more and the photo-like ones 0.38 or less.
 * The line is drawn on the photographs' side of the middle: a photograph taken for text costs some bytes, text taken
 * for a photograph becomes hard to read.
 */
const textLikeFrom = 0.4;

export const isTextLike = (score: number) => score >= textLikeFrom;

/**
 * How much a picture looks like a screenshot, document, user interface or chart and how little like a photograph:
 * 0 to 1, 2 decimals.
 *
 * Works at any resolution on at most 28 672 pixels. Every sampled tile is asked whether somebody drew it: marks with
 * sharp edges, thin marks on an even surface, or surfaces that meet. Downscaling takes the sharp edges away but not
 * the even surface; scanning and JPEG take the even surface away but not the edges: so the best of the three counts.
 * Tiles that show nothing count little, and only if few colours account for them, as in a picture that is flat and
 * not one that is a gradient. A picture of one colour scores 0.7: nothing in it is photographic.
 */
export function textLikeness(pixels: RawPixels): number {
  const surfaces = new Map<number, number>();
  let blank = 0;
  let busy = 0;
  let drawn = 0;
  for (const tile of sampleTiles(pixels)) {
    const score = drawnScore(toGrey(tile));
    if (score === null) {
      const colour = surfaceColour(tile);
      surfaces.set(colour, (surfaces.get(colour) ?? 0) + 1);
      blank += 1;
    } else {
      drawn += score;
      busy += 1;
    }
  }
  // Blank tiles never outvote the others: most of a product photograph on white is blank.
  const weight = Math.min(blank * blankWeight, busy === 0 ? 1 : busy / 2);
  const score = (drawn + weight * blankScore * evenness(surfaces, blank)) / (busy + weight);
  return Math.round(score * 100) / 100;
}

/** 0 where `value` is at `from` or below, 1 at `to` or above. */
const ramp = (value: number, from: number, to: number) =>
  Math.max(0, Math.min(1, (value - from) / (to - from)));

/** Whether four colours account for the blank tiles, 0 to 1. */
function evenness(surfaces: Map<number, number>, blank: number): number {
  const largest = [...surfaces.values()].sort((one, other) => other - one).slice(0, 4);
  return ramp(largest.reduce((sum, tiles) => sum + tiles, 0) / blank || 0, 0.3, 0.8);
}

/** The colour of a tile of one colour, 6 bits a channel. */
function surfaceColour({ data, channels }: RawPixels): number {
  const [first = 0, second = 0, third = 0] = data;
  return channels >= 3 ? ((first >> 2) << 12) | ((second >> 2) << 6) | (third >> 2) : first >> 2;
}

/** How surely a tile was drawn and not photographed, 0 to 1; null where it shows one surface and nothing on it. */
function drawnScore(tile: RawPixels): number | null {
  const { data } = tile;
  const total = data.length;
  const counts = new Uint16Array(256);
  let darkest = 255;
  let lightest = 0;
  for (let at = 0; at < total; at += 1) {
    const luma = data[at] ?? 0;
    counts[luma] = (counts[luma] ?? 0) + 1;
    if (luma < darkest) darkest = luma;
    if (luma > lightest) lightest = luma;
  }
  const range = lightest - darkest;
  if (range <= blankRange) return null;
  // A photographed surface has this little contrast too, but noise: no one level holds most of it.
  if (range < faintRange) return peak(counts, 0).count > 0.6 * total ? null : 0;

  const { level: paper, count: onPaper } = peak(counts, 1);
  const second = peak(counts, 1, paper);
  // Any three levels of a texture hold some pixels, strewn over it as thin marks would be; a surface holds more.
  const [otherPaper, onOtherPaper] = second.count > total / 8 ? [second.level, second.count] : [paper, 0];
  const paperShare = (onPaper + onOtherPaper) / total;
  const surfacesThatMeet = ramp(paperShare, 0.85, 0.95) * ramp(range, 8, 12);
  if (surfacesThatMeet === 1) return 1;
  // The walks over the pixels come last, and only where the counts leave something to win.
  const even = ramp(paperShare, 0.4, 0.6) * ramp(onPaper / total, 0.25, 0.45) * ramp(range, faintRange, 24);
  const thin = even === 0 ? 0 : even * ramp(thinness(tile, paper, otherPaper), 0.2, 0.6);
  if (thin === 1) return 1;
  // Antialiasing, ringing and scanner noise grow with contrast, and so does what counts as one level.
  const reach = Math.max(3, Math.min(12, Math.round(range / 18)));
  const ink = peak(counts, reach);
  const otherInk = peak(counts, reach, ink.level);
  const twoLevels = ramp((ink.count + otherInk.count) / total, 0.45, 0.7) * ramp(ink.count / total, 0.2, 0.4);
  const crisp = twoLevels === 0 ? 0 : twoLevels * ramp(sharpShare(tile), 0.2, 0.6);
  return Math.max(crisp, thin, surfacesThatMeet);
}

/** The level around which, `reach` to either side, most pixels lie; levels that overlap with `taken` are left out. */
function peak(counts: Uint16Array, reach: number, taken = Number.NEGATIVE_INFINITY) {
  const span = 2 * reach + 1;
  let count = 0;
  let level = 0;
  let inReach = 0;
  for (let top = 0; top < 256 + reach; top += 1) {
    if (top < 256) inReach += counts[top] ?? 0;
    if (top >= span) inReach -= counts[top - span] ?? 0;
    if (inReach > count && Math.abs(top - reach - taken) >= span) {
      count = inReach;
      level = top - reach;
    }
  }
  return { count, level };
}

/** Of the pixels at which luma changes at all, the share at which it jumps. */
function sharpShare({ data, width, height }: RawPixels): number {
  let sharp = 0;
  let soft = 0;
  for (let row = 0, at = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1, at += 1) {
      const luma = data[at] ?? 0;
      const right = column + 1 < width ? Math.abs((data[at + 1] ?? 0) - luma) : 0;
      const below = row + 1 < height ? Math.abs((data[at + width] ?? 0) - luma) : 0;
      const step = Math.max(right, below);
      if (step >= 32) sharp += 1;
      else if (step > 4) soft += 1;
    }
  }
  return sharp === 0 ? 0 : sharp / (sharp + soft);
}

/** Border crossings between paper and marks for each pixel of the marks: strokes have one or more, an object few. */
function thinness({ data, width, height }: RawPixels, paper: number, otherPaper: number): number {
  const isMark = new Uint8Array(data.length);
  let marks = 0;
  let crossings = 0;
  for (let row = 0, at = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1, at += 1) {
      const luma = data[at] ?? 0;
      const here = Math.abs(luma - paper) <= 1 || Math.abs(luma - otherPaper) <= 1 ? 0 : 1;
      isMark[at] = here;
      marks += here;
      if (column > 0 && isMark[at - 1] !== here) crossings += 1;
      if (row > 0 && isMark[at - width] !== here) crossings += 1;
    }
  }
  return marks === 0 ? 1 : crossings / marks;
}
