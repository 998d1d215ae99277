import { aimedShare, type ByteTargetResult, encodeWithin } from "./byte-target.ts";
import { resizePixels, type WorkLimits } from "./decode.ts";
import { type EncodeSettings, encode } from "./encode.ts";
import { ImagingError } from "./errors.ts";
import type { RawPixels } from "./pixels.ts";
import { type PictureKind, rateCurve, type Sample, usualFile, usualSpread } from "./rate-curve.ts";
import { areaOf, longSide, scaledTo, sideForArea } from "./smaller-size.ts";

interface LossyRequest {
  readonly format: "jpeg" | "webp";
  readonly quality: number;
  readonly maxBytes: number;
  readonly grid: number | null;
  readonly textLike: boolean;
}

interface LossyResult {
  readonly bytes: Buffer;
  readonly format: "jpeg" | "webp";
  readonly width: number;
  readonly height: number;
  readonly quality: number;
  readonly encodes: number;
  readonly limitBinds: boolean;
}

/** Under these, artefacts cost a model accuracy that fewer pixels would not: text sooner than photographs. */
const qualityFloor = { text: 70, photo: 50 } as const;
/**
 * A smaller size is chosen for this much more quality than the floor: if its bytes were predicted too low, there is
 * quality to give before yet another size.
 */
const headroom = 10;
/** What the settings for few bytes leave of a file made by those for speed, on average; deviation 0.09. */
const savedBySmallSettings = {
  jpeg: { photo: 0.87, text: 0.82 },
  webp: { photo: 0.98, text: 0.89 },
} as const;
const settingsDeviation = 0.09;
/** ln(bytes) over ln(area): a picture made smaller has more detail in each pixel. */
const areaExponent = { jpeg: 0.75, webp: 0.68 } as const;
/** By how much a prediction over sizes is off, in ln(bytes). */
const sizeDeviation = 0.15;
/** How often a size that left much of the limit is followed by a larger one. */
const maxGrowths = 1;
/** A limit under this share of a usual file is met at the quality wanted by one picture in five: it is not tried. */
const worthAnEncode = 0.6;

/**
 * Encodes at the quality wanted, then searches quality down to the floor of the kind of picture, then gives up
 * dimensions. Where the limit is far below what pictures of this size usually take, the first of these is left out.
 * Null when not even a pixel fits.
 */
export async function encodeLossy(
  source: RawPixels,
  request: LossyRequest,
  limits: WorkLimits,
): Promise<LossyResult | null> {
  const { format, maxBytes, quality, textLike: fullChroma } = request;
  const { width, height } = source;
  const kind = fullChroma ? "text" : "photo";
  const usual = usualFile(format, kind, areaOf(source), quality);
  const tryIt = maxBytes >= usual.bytes * worthAnEncode;
  const fast = tryIt
    ? await tryEncode(source, { format, fullChroma, quality, purpose: "speed" }, limits)
    : null;
  if (fast && fast.length <= maxBytes) {
    return { bytes: fast, format, width, height, quality, encodes: 1, limitBinds: false };
  }
  const expected = fast
    ? { quality, bytes: fast.length * savedBySmallSettings[format][kind], deviation: settingsDeviation }
    : { ...usual, bytes: Math.max(usual.bytes, maxBytes * 1.5) };
  const found = await spendQuality(source, expected, request, limits);
  return found && { ...found, format, encodes: found.encodes + (tryIt ? 1 : 0), limitBinds: true };
}

/** Searches from what is expected of the quality wanted. */
async function spendQuality(source: RawPixels, expected: Sample, request: LossyRequest, limits: WorkLimits) {
  const { format, maxBytes, quality: wanted, textLike: fullChroma, grid } = request;
  const kind: PictureKind = fullChroma ? "text" : "photo";
  const floor = Math.min(wanted, qualityFloor[kind]);
  const quality = Math.min(wanted, floor + headroom);
  let pixels = source;
  let spread = usualSpread;
  let estimate = expected;
  let exponent: number = areaExponent[format];
  let before: Weight | undefined;
  let below = longSide(source);
  let best: { bytes: Buffer; width: number; height: number; quality: number } | null = null;
  let encodes = 0;
  for (let growths = 0; ; ) {
    const found: ByteTargetResult = await encodeWithin({
      maxBytes,
      quality: wanted,
      floor,
      growAbove: pixels === source ? null : Math.min(wanted, floor + 2 * headroom),
      estimate,
      curve: rateCurve(format, kind),
      spread,
      encode: (quality) => tryEncode(pixels, { format, fullChroma, quality, purpose: "bytes" }, limits),
    });
    encodes += found.encodes;
    spread = found.spread;
    const here = { ...found.predict(quality), area: areaOf(pixels) };
    if (before) exponent = exponentBetween(before, here, exponent);
    before = here;
    if (found.fits) {
      best = { bytes: found.bytes, width: pixels.width, height: pixels.height, quality: found.quality };
      if (!found.roomy || growths === maxGrowths) break;
      growths += 1;
    } else {
      if (areaOf(pixels) === 1) break;
      below = longSide(pixels);
    }
    const area = here.area * ((maxBytes * aimedShare) / here.bytes) ** (1 / exponent);
    const side = sideForArea(source, area, below, grid);
    if (best && side <= longSide(best)) break;
    const size = scaledTo(source, side);
    estimate = {
      quality,
      bytes: here.bytes * (areaOf(size) / here.area) ** exponent,
      deviation: Math.hypot(here.deviation, sizeDeviation),
    };
    pixels = await resizePixels(source, size.width, size.height, limits);
  }
  return best && { ...best, encodes };
}

interface Weight {
  readonly bytes: number;
  readonly area: number;
}

/** What the picture itself lost by its change of size, where that is more than usual; less is a misprediction. */
function exponentBetween(one: Weight, other: Weight, usual: number): number {
  const exponent = Math.log(other.bytes / one.bytes) / Math.log(other.area / one.area);
  return Math.min(2, Math.max(usual, exponent));
}

/** Null where the format cannot hold so much detail: less quality may do, as for a file that is too large. */
async function tryEncode(
  pixels: RawPixels,
  settings: EncodeSettings,
  limits: WorkLimits,
): Promise<Buffer | null> {
  try {
    return await encode(pixels, settings, limits);
  } catch (error) {
    if (error instanceof ImagingError && error.code === "cannot_fit") return null;
    throw error;
  }
}
