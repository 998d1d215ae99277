import { encodeToLimit } from "./byte-limit.ts";
import { stripMetadata } from "./container.ts";
import { decode, type WorkLimits } from "./decode.ts";
import type { OutputFormat } from "./encode.ts";
import { ImagingError } from "./errors.ts";
import type { ImageFormat, ImageHeader } from "./header.ts";
import { averageHash } from "./measures/average-hash.ts";
import { isTextLike, textLikeness } from "./measures/text-likeness.ts";
import { transparency } from "./measures/transparency.ts";
import { type RawPixels, sparseCopy } from "./pixels.ts";
import { longSide, type Size } from "./smaller-size.ts";

/** What the result has to be, as plain values: this package has never heard of a model. */
export interface FitRequest {
  /** Size of the result in pixels, upright; never larger than the source. */
  readonly width: number;
  readonly height: number;
  readonly maxBytes: number;
  /** Formats in which the source may pass through untouched. */
  readonly passThrough: readonly ImageFormat[];
  /** Format to encode to; `auto` is PNG for transparency and for text that was stored without loss, else JPEG. */
  readonly format: OutputFormat | "auto";
  /** 1 to 100. Undefined: 95, or less where the source was stored with less; and the source may pass through. */
  readonly quality: number | undefined;
  /** `#RRGGBB` put behind transparent pixels; undefined keeps transparency where the format has it. */
  readonly background: string | undefined;
  /** Patch size of the model in pixels: dimensions are given up in whole patches. Null where there is none. */
  readonly grid: number | null;
}

export interface FitResult {
  readonly bytes: Buffer;
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  /** Pillow's name for the kind of pixels: L, LA, P, RGB, RGBA. */
  readonly mode: string;
  /** Null where nothing was encoded, or the format is lossless. */
  readonly quality: number | null;
  readonly hasTransparency: boolean;
  /** Pixels are those of the source, bit for bit; at most metadata was cut out. */
  readonly passedThrough: boolean;
  /** How often pixels were encoded: 0 where the source passed through. */
  readonly encodes: number;
  /** Null where nothing was decoded. */
  readonly textLike: boolean | null;
  /** 8×8 average hash of the result, hexadecimal; null where nothing was decoded. */
  readonly averageHash: string | null;
  /** The byte limit cost quality, dimensions or encoder time. */
  readonly limitBinds: boolean;
}

const highestDefault = 95;
/** Text loses legibility with each compression, a photograph little that its source still had. */
const lowestDefault = { text: 90, photo: 50 } as const;
const white = "#FFFFFF";
/** Enough samples for an 8×8 hash: 64 of each of its cells. */
const hashSample = 64;

/** Size of the picture as it is meant to be seen: EXIF orientations 5 to 8 lie on their side. */
export const uprightSize = ({ orientation, width, height }: ImageHeader) =>
  orientation < 5 ? { width, height } : { width: height, height: width };

/**
 * Whether no pixel has to change: size, format and colour are what is asked for. Deep colour, CMYK and foreign
 * profiles are decoded, since not every model's decoder shows them as they were meant.
 */
function needsNoPixelChanged(header: ImageHeader, request: FitRequest): boolean {
  return (
    request.quality === undefined &&
    request.passThrough.includes(header.format) &&
    header.width === request.width &&
    header.height === request.height &&
    header.orientation === 1 &&
    header.frames === 1 &&
    header.bitsPerChannel <= 8 &&
    header.colour !== "cmyk" &&
    header.profile !== "other" &&
    !(header.hasAlpha && request.background !== undefined)
  );
}

/**
 * The source with its pixels untouched and its metadata cut out, or null where it does not fit as it is. A damaged
 * container is not passed on: then the decoder has the last word.
 */
export function passThrough(bytes: Buffer, header: ImageHeader, request: FitRequest): FitResult | null {
  if (!needsNoPixelChanged(header, request)) return null;
  // Cutting metadata only makes a file smaller, so one a little too large may still come out below the limit.
  if (bytes.length > request.maxBytes && !header.hasMetadata) return null;
  const stripped = strippedOrNull(bytes, header);
  if (stripped === null || stripped.length > request.maxBytes) return null;
  return {
    bytes: stripped,
    format: header.format,
    width: header.width,
    height: header.height,
    mode: modeOf(header),
    quality: null,
    hasTransparency: header.hasAlpha,
    passedThrough: true,
    encodes: 0,
    textLike: null,
    averageHash: null,
    limitBinds: false,
  };
}

function strippedOrNull(bytes: Buffer, header: ImageHeader): Buffer | null {
  try {
    return stripMetadata(bytes, header);
  } catch (error) {
    if (error instanceof ImagingError) return null;
    throw error;
  }
}

/**
 * Makes a picture that is what was asked for and no larger than the byte limit. Pixels are decoded once; every
 * further attempt at the limit starts from them.
 *
 * @throws {ImagingError} `corrupt`, `too_many_pixels`, `cannot_fit` or `deadline`
 */
export async function fit(
  bytes: Buffer,
  header: ImageHeader,
  request: FitRequest,
  limits: WorkLimits,
): Promise<FitResult> {
  const background = request.background ?? (request.format === "jpeg" ? white : undefined);
  const { width, height } = request;
  const pixels = await decode(bytes, header, { width, height, background }, limits);
  const hasTransparency = pixels.channels % 2 === 0 && transparency(pixels).hasTransparency;
  const textLike = isTextLike(textLikeness(pixels));
  const format = request.format === "auto" ? bestFormat(header, hasTransparency, textLike) : request.format;
  const { maxBytes, grid } = request;
  const encoded = await encodeToLimit(
    pixels,
    {
      format,
      orLossy: request.format === "auto" && !hasTransparency,
      quality: request.quality ?? defaultQuality(header, request, textLike),
      maxBytes,
      grid,
      textLike,
    },
    limits,
  );
  return {
    ...encoded,
    mode: modeOfPixels(pixels, encoded.format),
    hasTransparency: hasTransparency && encoded.format !== "jpeg",
    passedThrough: false,
    textLike,
    averageHash: averageHash(sparseCopy(pixels, hashSample)),
  };
}

/**
 * Bytes spent on keeping a compressed picture's artefacts are wasted, so quality need not be much above its source's.
 *
 * At the same size the source's own steps lose next to nothing: its coefficients are multiples of them. Another size has
 * other coefficients, and fewer: averaging pixels narrows the errors of the source as it narrows the picture, and steps
 * half as wide as those errors add a quarter of their power.
 */
function defaultQuality(header: ImageHeader, size: Size, textLike: boolean): number {
  const { estimatedQuality: stored } = header;
  if (stored === null) return highestDefault;
  const scale = longSide(size) / longSide(header);
  const step = stored < 50 ? 5000 / stored : 200 - 2 * stored;
  const worth = scale === 1 ? step : (step * scale) / 2;
  const quality = Math.ceil(worth > 100 ? 5000 / worth : (200 - worth) / 2);
  return Math.min(highestDefault, Math.max(quality, lowestDefault[textLike ? "text" : "photo"]));
}

/** JPEG has no alpha, and WebP no grey. */
const modeOfPixels = ({ channels }: RawPixels, format: OutputFormat) =>
  channels === 4 && format !== "jpeg" ? "RGBA" : channels === 1 && format !== "webp" ? "L" : "RGB";

/** Text that was never compressed with loss is worth PNG's bytes; JPEG's damage is in it already otherwise. */
function bestFormat(header: ImageHeader, hasTransparency: boolean, textLike: boolean): OutputFormat {
  const lossless = header.format === "png" || header.format === "gif";
  return hasTransparency || (textLike && lossless) ? "png" : "jpeg";
}

/** Pillow's name for the kind of pixels a file stores, which clients of the reference API know. */
export function modeOf({ colour, hasAlpha }: ImageHeader): string {
  if (colour === "palette") return "P";
  if (colour === "cmyk") return "CMYK";
  return colour === "grey" ? (hasAlpha ? "LA" : "L") : hasAlpha ? "RGBA" : "RGB";
}
