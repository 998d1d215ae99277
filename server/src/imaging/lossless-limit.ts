import { acceptedShare, aimedShare } from "./byte-target.ts";
import { resizePixels, type WorkLimits } from "./decode.ts";
import { encode } from "./encode.ts";
import type { RawPixels } from "./pixels.ts";
import { areaOf, longSide, scaledTo, sideForArea } from "./smaller-size.ts";

interface LosslessRequest {
  readonly maxBytes: number;
  /** Patch size in pixels on which dimensions are given up; null for none. */
  readonly grid: number | null;
  readonly textLike: boolean;
}

interface LosslessResult {
  readonly bytes: Buffer;
  readonly format: "png";
  readonly width: number;
  readonly height: number;
  readonly quality: null;
  readonly encodes: number;
}

type WholeResult =
  | { readonly fits: true; readonly result: LosslessResult & { readonly limitBinds: boolean } }
  /** `expected` bytes of the settings for few, measured or predicted. */
  | { readonly fits: false; readonly expected: number; readonly encodes: number };

/** What the settings for few bytes may leave of a file made by those for speed, at best: worth one encode. */
const savedAtBest = { text: 0.33, photo: 0.9 } as const;
/** The same on average, for predictions. */
const saved = { text: 0.85, photo: 0.97 } as const;
/**
 * Bytes after the slightest change of size over bytes before: every edge of a text becomes a ramp of colours. Mean of
 * 40 screenshots, documents and charts (1.0 to 3.3) and 14 photographs.
 */
const onset = { text: 1.9, photo: 1.06 } as const;
/** ln(bytes) over ln(area) from one changed size to another. */
const areaExponent = { text: 0.75, photo: 0.9 } as const;
/** How often a picture that came out well under the limit is tried a little larger. */
const maxGrowths = 2;

/** A size that was encoded. */
interface Attempt {
  readonly pixels: RawPixels;
  readonly bytes: Buffer;
}

/** Makes a PNG of all the pixels, with the settings for few bytes where those for speed take too many. */
export async function encodeLossless(
  source: RawPixels,
  { maxBytes, textLike: fullChroma }: LosslessRequest,
  limits: WorkLimits,
): Promise<WholeResult> {
  const kind = fullChroma ? "text" : "photo";
  const { width, height } = source;
  const common = { format: "png", width, height, quality: null } as const;
  const settings = { format: "png", quality: 100, fullChroma } as const;
  const fast = await encode(source, { ...settings, purpose: "speed" }, limits);
  if (fast.length <= maxBytes) {
    return { fits: true, result: { ...common, bytes: fast, encodes: 1, limitBinds: false } };
  }
  if (fast.length * savedAtBest[kind] > maxBytes) {
    return { fits: false, expected: fast.length * saved[kind], encodes: 1 };
  }
  const small = await encode(source, { ...settings, purpose: "bytes" }, limits);
  if (small.length <= maxBytes) {
    return { fits: true, result: { ...common, bytes: small, encodes: 2, limitBinds: true } };
  }
  return { fits: false, expected: small.length, encodes: 2 };
}

/**
 * Makes the largest smaller PNG that is within the limit, or near it: dimensions are all that can be given up.
 * `expected` is what all the pixels take. Null when not even a pixel fits.
 *
 * How near depends on the patch grid: a patch more on a side of 20 is a tenth of the area.
 */
export async function shrinkLossless(
  source: RawPixels,
  expected: number,
  { maxBytes, grid, textLike }: LosslessRequest,
  limits: WorkLimits,
): Promise<LosslessResult | null> {
  const kind = textLike ? "text" : "photo";
  let encodes = 0;
  const attempt = async (pixels: RawPixels): Promise<Attempt> => {
    encodes += 1;
    const settings = { format: "png", quality: 100, fullChroma: textLike, purpose: "bytes" } as const;
    return { pixels, bytes: await encode(pixels, settings, limits) };
  };
  const aimedArea = (area: number, bytes: number, exponent: number) =>
    area * ((maxBytes * aimedShare) / bytes) ** (1 / exponent);
  let area = aimedArea(areaOf(source), expected * onset[kind], areaExponent[kind]);
  let tooLarge: Attempt | null = null;
  let best: Attempt | null = null;
  for (let growths = 0; ; ) {
    const side = sideForArea(source, area, longSide(tooLarge?.pixels ?? source), grid);
    if (side <= longSide(best?.pixels ?? { width: 0, height: 0 })) break;
    const size = scaledTo(source, side);
    const made = await attempt(await resizePixels(source, size.width, size.height, limits));
    if (made.bytes.length <= maxBytes) {
      best = made;
      if (growths === maxGrowths || made.bytes.length >= maxBytes * acceptedShare) break;
    } else {
      if (areaOf(made.pixels) === 1) return null;
      tooLarge = made;
    }
    if (best) growths += 1;
    const exponent = best && tooLarge ? exponentBetween(best, tooLarge) : areaExponent[kind];
    area = aimedArea(areaOf(made.pixels), made.bytes.length, exponent);
  }
  if (best === null) return null;
  const { width, height } = best.pixels;
  return { bytes: best.bytes, format: "png", width, height, quality: null, encodes };
}

function exponentBetween(one: Attempt, other: Attempt): number {
  const exponent =
    Math.log(other.bytes.length / one.bytes.length) / Math.log(areaOf(other.pixels) / areaOf(one.pixels));
  return Number.isFinite(exponent) ? Math.max(0.3, exponent) : 1;
}
