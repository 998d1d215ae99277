import type { RawPixels } from "../pixels.ts";

export interface DominantColour {
  /** `#rrggbb` */
  readonly hex: string;
  /** Share of the pixels that are not wholly transparent, 0 to 1, 4 decimals. */
  readonly share: number;
}

/**
 * Colours closer than this in OKLab are one colour to the eye that asks "which colours is it?". One bin of the
 * histogram is up to 0.07 wide, so a lower figure would split a noisy surface along the edges of its bins.
 */
const sameColour = 0.1;
/** Beyond these, bins join their nearest colour however far: white noise would else compare all bins with all. */
const maxColours = 48;

interface Cluster {
  readonly lightness: number;
  readonly greenRed: number;
  readonly blueYellow: number;
  red: number;
  green: number;
  blue: number;
  count: number;
}

/**
 * The colours that cover most of the picture, most frequent first, at most `count`; shares need not add up to 1.
 *
 * A histogram of 4 096 bins (4 bits a channel), each standing for the mean of its pixels, whose bins join the nearest
 * more frequent one in OKLab. Wholly transparent pixels are not counted; a picture of nothing else has no colours.
 */
export function dominantColours(pixels: RawPixels, count = 5): DominantColour[] {
  const bins = histogram(pixels);
  const order: number[] = [];
  let total = 0;
  for (let bin = 0; bin < 4096; bin += 1) {
    const inBin = bins[bin * 4 + 3] ?? 0;
    if (inBin > 0) order.push(bin);
    total += inBin;
  }
  order.sort((one, other) => (bins[other * 4 + 3] ?? 0) - (bins[one * 4 + 3] ?? 0));
  const clusters: Cluster[] = [];
  for (const bin of order) join(clusters, bins.subarray(bin * 4, bin * 4 + 4));
  return clusters
    .sort((one, other) => other.count - one.count)
    .slice(0, count)
    .map((cluster) => ({
      hex: hexOf(cluster),
      share: Math.round((cluster.count / total) * 10_000) / 10_000,
    }));
}

/** Sums of red, green and blue and the number of pixels, for each of 4 096 bins. */
function histogram({ data, channels }: RawPixels): Float64Array {
  const bins = new Float64Array(4096 * 4);
  const second = channels >= 3 ? 1 : 0;
  const third = channels >= 3 ? 2 : 0;
  const alphaAt = channels === 2 || channels === 4 ? channels - 1 : -1;
  for (let at = 0; at < data.length; at += channels) {
    if (alphaAt >= 0 && data[at + alphaAt] === 0) continue;
    const red = data[at] ?? 0;
    const green = data[at + second] ?? 0;
    const blue = data[at + third] ?? 0;
    const bin = (((red & 0xf0) << 4) | (green & 0xf0) | (blue >> 4)) << 2;
    bins[bin] = (bins[bin] ?? 0) + red;
    bins[bin + 1] = (bins[bin + 1] ?? 0) + green;
    bins[bin + 2] = (bins[bin + 2] ?? 0) + blue;
    bins[bin + 3] = (bins[bin + 3] ?? 0) + 1;
  }
  return bins;
}

function join(clusters: Cluster[], bin: Float64Array): void {
  const [red = 0, green = 0, blue = 0, count = 0] = bin;
  const [lightness, greenRed, blueYellow] = toOklab(red / count, green / count, blue / count);
  let nearest: Cluster | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const cluster of clusters) {
    const distance =
      (cluster.lightness - lightness) ** 2 +
      (cluster.greenRed - greenRed) ** 2 +
      (cluster.blueYellow - blueYellow) ** 2;
    if (distance < least) {
      least = distance;
      nearest = cluster;
    }
  }
  if (nearest && (least < sameColour ** 2 || clusters.length >= maxColours)) {
    nearest.red += red;
    nearest.green += green;
    nearest.blue += blue;
    nearest.count += count;
  } else {
    clusters.push({ lightness, greenRed, blueYellow, red, green, blue, count });
  }
}

const hexOf = ({ red, green, blue, count }: Cluster) =>
  `#${[red, green, blue]
    .map((sum) =>
      Math.round(sum / count)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;

function toLinear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** sRGB (0 to 255) to OKLab, by the matrices of https://bottosson.github.io/posts/oklab/. */
function toOklab(red: number, green: number, blue: number): [number, number, number] {
  const r = toLinear(red);
  const g = toLinear(green);
  const b = toLinear(blue);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Exact number of different colours among the pixels given, wholly transparent ones left out. Alpha is no colour. */
export function distinctColours({ data, channels }: RawPixels): number {
  // One bit for each of the 2^24 colours: 2 MiB, and no hashing.
  const seen = new Uint32Array(1 << 19);
  const second = channels >= 3 ? 1 : 0;
  const third = channels >= 3 ? 2 : 0;
  const alphaAt = channels === 2 || channels === 4 ? channels - 1 : -1;
  let distinct = 0;
  for (let at = 0; at < data.length; at += channels) {
    if (alphaAt >= 0 && data[at + alphaAt] === 0) continue;
    const colour = ((data[at] ?? 0) << 16) | ((data[at + second] ?? 0) << 8) | (data[at + third] ?? 0);
    const word = seen[colour >> 5] ?? 0;
    const bit = 1 << (colour & 31);
    if ((word & bit) === 0) {
      seen[colour >> 5] = word | bit;
      distinct += 1;
    }
  }
  return distinct;
}

/** Chroma noise that JPEG leaves in a grey picture, as the distance between its highest and lowest channel. */
const faint = 12;
/** No compression makes this out of grey: one such pixel is a colour (a stamp, a marker on a grey page). */
const plain = 48;
const faintShare = 0.005;

/** Whether the picture shows no colour, however it is stored; wholly transparent pixels are not looked at. */
export function isGreyscale({ data, width, height, channels }: RawPixels): boolean {
  if (channels < 3) return true;
  const allowed = width * height * faintShare;
  let coloured = 0;
  for (let at = 0; at < data.length; at += channels) {
    if (channels === 4 && data[at + 3] === 0) continue;
    const red = data[at] ?? 0;
    const green = data[at + 1] ?? 0;
    const blue = data[at + 2] ?? 0;
    const spread = Math.max(red, green, blue) - Math.min(red, green, blue);
    if (spread <= faint) continue;
    coloured += 1;
    if (spread >= plain || coloured > allowed) return false;
  }
  return true;
}
