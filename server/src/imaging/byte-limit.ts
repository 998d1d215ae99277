import { acceptedShare, aimedShare, encodeWithin, overflowExcess } from "./byte-target.ts";
import { resizePixels, type WorkLimits } from "./decode.ts";
import { type EncodeSettings, encode, type OutputFormat } from "./encode.ts";
import { ImagingError } from "./errors.ts";
import type { RawPixels } from "./pixels.ts";

export interface LimitRequest {
  readonly format: OutputFormat;
  /** Quality wanted, 1 to 100. */
  readonly quality: number;
  readonly maxBytes: number;
  /** Patch size in pixels on which dimensions are given up; null for none. */
  readonly grid: number | null;
  /** Text needs full chroma, keeps a higher quality floor, and shrinks less with each quality step. */
  readonly textLike: boolean;
}

export interface LimitResult {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  /** Null for PNG. */
  readonly quality: number | null;
  readonly encodes: number;
  /** The limit cost quality, dimensions or encoder time. */
  readonly limitBinds: boolean;
}

/** Under these, artefacts cost a model accuracy that fewer pixels would not: text sooner than photographs. */
const qualityFloor = { text: 70, photo: 50 } as const;
const priorSlope = { text: -0.25, photo: -0.65 } as const;
/**
 * What the settings for few bytes usually leave of a file made by those for speed; only a first guess. Of a page of
 * text PNG's leave a quarter (measured), and a page that would fit must not be made smaller: that ruins it.
 */
const savedBySmallSettings = {
  text: { jpeg: 0.92, webp: 0.97, png: 0.2 },
  photo: { jpeg: 0.92, webp: 0.97, png: 0.85 },
} as const;
/** ln(bytes) over ln(area): a picture made smaller has more detail in each pixel. */
const areaExponent = 0.88;
/** How often a lossless picture that came out well under the limit is tried a little larger. */
const maxGrowths = 2;

interface Area {
  readonly pixels: RawPixels;
  readonly bytes: number;
}

/**
 * Encodes pixels at the quality wanted; where that is over the limit, spends quality down to the floor and then
 * dimensions. Every attempt starts from the same decoded pixels.
 *
 * @throws {ImagingError} `cannot_fit` when not even a single pixel is within the limit.
 */
export async function encodeToLimit(
  source: RawPixels,
  request: LimitRequest,
  limits: WorkLimits,
): Promise<LimitResult> {
  const { format, maxBytes, textLike: fullChroma } = request;
  const kind = request.textLike ? "text" : "photo";
  const lossless = format === "png";
  const wanted = lossless ? 100 : request.quality;
  const floor = lossless ? 100 : Math.min(wanted, qualityFloor[kind]);
  let encodes = 1;
  const result = (pixels: RawPixels, bytes: Buffer, quality: number, limitBinds: boolean): LimitResult => ({
    bytes,
    width: pixels.width,
    height: pixels.height,
    quality: lossless ? null : quality,
    encodes,
    limitBinds,
  });

  const fast = await tryEncode(source, { format, fullChroma, quality: wanted, purpose: "speed" }, limits);
  if (fast && fast.length <= maxBytes) return result(source, fast, wanted, false);

  const fastBytes = fast?.length ?? maxBytes * overflowExcess;
  let known: { quality: number; bytes: number } | null = {
    quality: wanted,
    bytes: fastBytes * savedBySmallSettings[kind][format],
  };
  let pixels = source;
  let tooLarge: Area = { pixels: source, bytes: fastBytes };
  let best: LimitResult | undefined;
  for (let growths = 0; growths <= maxGrowths; ) {
    const attempt = await encodeWithin({
      maxBytes,
      quality: wanted,
      known,
      floor,
      priorSlope: priorSlope[kind],
      encode: (quality) => tryEncode(pixels, { format, fullChroma, quality, purpose: "bytes" }, limits),
    });
    encodes += attempt.encodes;
    known = null;
    const bytes = attempt.fits ? attempt.bytes.length : attempt.bytesAtFloor;
    if (attempt.fits) {
      if (bytes > (best?.bytes.length ?? 0)) best = result(pixels, attempt.bytes, attempt.quality, true);
      if (!lossless || bytes >= maxBytes * acceptedShare || pixels === source) break;
    } else {
      if (pixels.width * pixels.height === 1) break;
      tooLarge = { pixels, bytes };
    }
    if (best) growths += 1;
    const size = nextSize({ pixels, bytes }, tooLarge, source, request);
    if (size.width === pixels.width && size.height === pixels.height) break;
    pixels = await resizePixels(source, size.width, size.height, limits);
  }
  if (best) return { ...best, encodes };
  throw new ImagingError(
    "cannot_fit",
    `No size of this image is within ${maxBytes} bytes; choose another format or model.`,
    { max_bytes: maxBytes },
  );
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

/**
 * The size whose file should have the aimed bytes: strictly smaller than what is known to be too large, and in whole
 * patches where there are any.
 */
function nextSize(last: Area, tooLarge: Area, source: RawPixels, { maxBytes, grid }: LimitRequest) {
  const area = last.pixels.width * last.pixels.height;
  const aimedArea = area * ((maxBytes * aimedShare) / last.bytes) ** (1 / areaExponent);
  const long = longSide(source);
  const aspect = long / Math.min(source.width, source.height);
  // A strip stays one pixel thick, so that its area falls with its length alone.
  const aimed = Math.min(Math.sqrt(aimedArea * aspect), aimedArea, longSide(tooLarge.pixels) * 0.99);
  const ideal = Math.max(1, Math.floor(aimed));
  const snapped = grid !== null && ideal >= grid * 4 ? Math.floor(ideal / grid) * grid : ideal;
  const scale = snapped / long;
  return {
    width: Math.max(1, Math.round(source.width * scale)),
    height: Math.max(1, Math.round(source.height * scale)),
  };
}

const longSide = ({ width, height }: RawPixels) => Math.max(width, height);
