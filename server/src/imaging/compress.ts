import type { Attempt } from "./compress-attempt.ts";
import { lookingAlike, withQuality } from "./compress-search.ts";
import type { CompressEffort, CompressedFormat } from "./compress-settings.ts";
import { withinBytes } from "./compress-within.ts";
import { movingWriter, type StillSource, stillWriter, type Writer } from "./compress-writer.ts";
import { openAtSize, rawPixels, type WorkLimits } from "./decode.ts";
import { ImagingError } from "./errors.ts";
import { uprightSize } from "./fit.ts";
import type { ImageHeader } from "./header.ts";
import { isIntact } from "./integrity.ts";
import { openFrame } from "./moving-picture.ts";
import type { RawPixels } from "./pixels.ts";
import { looksAlike } from "./similarity.ts";
import { areaOf, longSide, type Size, scaledTo } from "./smaller-size.ts";
import { untouched } from "./untouched.ts";

export interface CompressRequest {
  /** `keep` stays with the format of the source; `auto` is the smaller of that and WebP. */
  readonly format: "keep" | "webp" | "avif" | "auto";
  /** 1 to 100, or `auto`: the least that looks like the source, as far as `similarity.ts` tells. */
  readonly quality: number | "auto";
  /** Longest side of the result in pixels; null for that of the source, which is never enlarged. */
  readonly maxDimension: number | null;
  /** What the file may weigh at most; quality is given up for it first, then pixels. Null for any weight. */
  readonly targetBytes: number | null;
  readonly effort: CompressEffort;
}

type Why = "not_smaller" | "beyond_format" | "cannot_animate" | "too_many_frames" | "target_missed";

export interface Compressed {
  readonly bytes: Buffer;
  readonly format: CompressedFormat;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** 1 to 100, or null where no detail was given up. */
  readonly quality: number | null;
  /**
   * Structural similarity to the source, at the size of the result up to 512 pixels a side: 1 where nothing differs.
   * Null where it was not measured.
   */
  readonly similarity: number | null;
  /** The pixels are the source's own, bit for bit: at most metadata was cut out. */
  readonly unchanged: boolean;
  /**
   * Why it is not what was wished; null where it is.
   *
   * - `not_smaller`: the file would have been no smaller.
   * - `beyond_format`: the format cannot hold so large and detailed a picture.
   * - `cannot_animate`: its frames cannot be written, or not turned upright.
   * - `too_many_frames`: together they have more pixels than are worked on.
   * - `target_missed`: this is the smallest file that was found, and it is larger than `targetBytes`.
   */
  readonly why: Why | null;
}

/**
 * Makes a picture smaller, in bytes and where asked in pixels, and never larger: what would be is the source itself.
 * Upright, in sRGB or grey, without metadata; animated where the source is, with its timing and number of loops, and
 * transparent where it is. AVIF stands still here, so that an animation asked for as AVIF becomes a WebP.
 *
 * @param limits `maxPixels` counts all frames of an animation; one with more is handed on as it is
 * @throws {ImagingError} `corrupt`, `too_many_pixels` or `deadline`
 */
export async function compress(
  bytes: Buffer,
  header: ImageHeader,
  request: CompressRequest,
  limits: WorkLimits,
): Promise<Compressed> {
  const { targetBytes } = request;
  // Decoders forgive a GIF that ends early: it would lose its last frames.
  if (!isIntact(bytes, header)) throw new ImagingError("corrupt", "The image is damaged or cut short.");
  const unchanged = (why: Why): Compressed => {
    const file = untouched(bytes, header);
    return {
      bytes: file,
      format: header.format,
      ...uprightSize(header),
      quality: null,
      similarity: 1,
      unchanged: true,
      why: targetBytes !== null && file.length > targetBytes ? "target_missed" : why,
    };
  };
  const stands = whyItStands(header, limits);
  if (stands !== null) {
    // What is handed on is at least known to begin with a picture.
    await rawPixels(openFrame(bytes, 0, limits).resize(8, 8));
    return unchanged(stands);
  }
  const writers =
    header.frames > 1
      ? movingWriters(bytes, header, request, limits)
      : stillWriters(bytes, header, request, limits);
  const attempts: Attempt[] = [];
  for (const writer of writers) {
    const attempt = await attemptWith(writer, bytes, header, request);
    if (attempt) attempts.push(attempt);
  }
  const [best] = attempts.toSorted(byPreference(request));
  if (best === undefined) return unchanged("beyond_format");
  if (best.bytes.length >= bytes.length) return unchanged("not_smaller");
  const { size, limited: _, ...file } = best;
  const missed = targetBytes !== null && file.bytes.length > targetBytes;
  return { ...file, ...size, unchanged: false, why: missed ? "target_missed" : null };
}

/** Size of the result in pixels, upright; `targetBytes` may make it smaller yet. */
export function compressedSize(header: ImageHeader, maxDimension: number | null): Size {
  const size = uprightSize(header);
  return maxDimension === null || maxDimension >= longSide(size) ? size : scaledTo(size, maxDimension);
}

/** Why an animation stays as it is: frames of a PNG are not read here, and frames are not turned. Null where it need not. */
function whyItStands({ frames, format, orientation, ...size }: ImageHeader, { maxPixels }: WorkLimits) {
  if (frames === 1) return null;
  if (format === "png" || orientation !== 1) return "cannot_animate";
  return frames * areaOf(size) > maxPixels ? "too_many_frames" : null;
}

function stillWriters(
  bytes: Buffer,
  header: ImageHeader,
  request: CompressRequest,
  limits: WorkLimits,
): readonly Writer[] {
  const size = compressedSize(header, request.maxDimension);
  const open = () => openAtSize(bytes, header, { ...size, background: undefined }, limits);
  let decoded: Promise<RawPixels> | null = null;
  const source: StillSource = { size, open, pixels: () => (decoded ??= rawPixels(open())) };
  const searches = request.quality === "auto" || request.targetBytes !== null;
  const straight = header.format === "jpeg" && request.format === "keep" && !searches;
  const { effort } = request;
  return formatsToTry(header, request).map((format) =>
    stillWriter(source, { format, effort, straight }, limits),
  );
}

function movingWriters(
  bytes: Buffer,
  header: ImageHeader,
  request: CompressRequest,
  limits: WorkLimits,
): readonly Writer[] {
  const formats = formatsToTry(header, request).map((format) => (format === "gif" ? "gif" : "webp"));
  return formats.map((format) => movingWriter(bytes, header, format, request.effort, limits));
}

function formatsToTry(header: ImageHeader, { format }: CompressRequest): readonly CompressedFormat[] {
  if (format === "keep") return [header.format];
  return format === "auto" ? [...new Set([header.format, "webp" as const])] : [format];
}

async function attemptWith(
  writer: Writer,
  bytes: Buffer,
  header: ImageHeader,
  { quality, maxDimension, targetBytes }: CompressRequest,
): Promise<Attempt | null> {
  const size = compressedSize(header, maxDimension);
  const stored = storedQuality(header, size, writer.format);
  const wished =
    quality === "auto"
      ? await lookingAlike(writer, size, stored, bytes.length)
      : await withQuality(writer, size, Math.min(quality, stored ?? quality), bytes.length);
  // A source that keeps the limit and is smaller than what was wished is the better picture.
  const smallEnough =
    targetBytes === null || Math.min(wished?.bytes.length ?? 0, bytes.length) <= targetBytes;
  return wished === null || smallEnough ? wished : withinBytes(writer, wished, targetBytes);
}

/** More quality than a JPEG was stored with only keeps its artefacts; smaller, its pixels are other ones. */
function storedQuality(header: ImageHeader, size: Size, format: CompressedFormat): number | null {
  const sameGrid = format === "jpeg" && longSide(size) === longSide(header);
  return sameGrid ? header.estimatedQuality : null;
}

/**
 * The smallest of those that look as they should; where a limit cost all of them quality, the largest and best that keeps
 * it.
 */
function byPreference({ quality, targetBytes }: CompressRequest): (one: Attempt, other: Attempt) => number {
  const tooLarge = ({ bytes }: Attempt) => targetBytes !== null && bytes.length > targetBytes;
  const short = ({ limited, similarity }: Attempt) =>
    limited || (quality === "auto" && (similarity ?? 0) < looksAlike);
  return (one, other) => {
    if (tooLarge(one) !== tooLarge(other)) return tooLarge(one) ? 1 : -1;
    const fewerBytes = one.bytes.length - other.bytes.length;
    if (tooLarge(one)) return fewerBytes;
    if (short(one) !== short(other)) return short(one) ? 1 : -1;
    const moreAlike = (other.similarity ?? 0) - (one.similarity ?? 0);
    return short(one) ? areaOf(other.size) - areaOf(one.size) || moreAlike : fewerBytes;
  };
}
