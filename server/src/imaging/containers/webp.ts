import type { ImageHeader } from "../header.ts";
import { corrupt } from "./corrupt.ts";
import { Cut } from "./cut.ts";
import { RIFF_HEADER_BYTES, WEBP_CHUNK, walkWebpChunks } from "./webp-chunks.ts";
import { cutFrame } from "./webp-frame.ts";
import { FLAG, FLAGS_OFFSET, readWebpPrelude, type WebpPrelude } from "./webp-prelude.ts";

/**
 * Reads what a WebP says of itself. Damage behind the header of the first picture is left for the decoder to
 * judge.
 *
 * @throws ImagingError `corrupt` where the bytes end or make no sense before that.
 */
export function readWebp(bytes: Buffer): ImageHeader {
  const prelude = readWebpPrelude(bytes);
  const { width, height, hasAlpha, frames, orientation, hasExif, profile } = prelude;
  return {
    format: "webp",
    width,
    height,
    orientation,
    frames,
    bitsPerChannel: 8,
    colour: "rgb",
    hasAlpha,
    progressive: false,
    profile,
    hasMetadata: cutChunks(bytes, prelude).hasMetadata,
    hasExif,
    chromaSubsampled: null,
    estimatedQuality: null,
  };
}

/**
 * The same coded pixels, alpha and animation without EXIF, XMP and unknown chunks, also inside frames, and
 * with sizes and flags corrected. An ICC profile stays unless it is sRGB. The same Buffer where nothing has
 * to go.
 *
 * @throws ImagingError `corrupt` where the structure is damaged or the bytes end before the RIFF size says.
 */
export function stripWebp(bytes: Buffer): Buffer {
  const prelude = readWebpPrelude(bytes);
  const { cut, damage } = cutChunks(bytes, prelude);
  if (damage !== null) throw corrupt("webp", damage);
  const kept = cut.apply();
  const flags = keptFlags(prelude);
  if (kept === bytes && flags === prelude.flags) return bytes;
  const result = kept === bytes ? Buffer.from(bytes) : kept;
  result.writeUInt32LE(result.length - 8, 4);
  if (flags !== null) result.writeUInt32LE(flags, FLAGS_OFFSET);
  return result;
}

function keptFlags({ flags, profile }: WebpPrelude): number | null {
  if (flags === null) return null;
  return (flags & (FLAG.animation | FLAG.alpha)) | (profile === "other" ? FLAG.profile : 0);
}

/** EXIF, XMP or reserved bits, or a profile that is not there: they go even where no chunk does. */
function hasUnfoundedFlags(prelude: WebpPrelude): boolean {
  if (prelude.flags === null) return false;
  const isCutSrgb = prelude.profile === "srgb";
  return keptFlags(prelude) !== (isCutSrgb ? prelude.flags & ~FLAG.profile : prelude.flags);
}

function cutChunks(bytes: Buffer, prelude: WebpPrelude) {
  const cut = new Cut(bytes);
  const isAnimated = prelude.pictureStart < 0;
  const seen = new Set<number>();
  let hasMetadata = hasUnfoundedFlags(prelude);
  cut.keep(0, RIFF_HEADER_BYTES);
  const damage = walkWebpChunks(bytes, RIFF_HEADER_BYTES, prelude.end, (type, start, _, payloadEnd, end) => {
    if (isAnimated && type === WEBP_CHUNK.ANMF) {
      const frame = cutFrame(bytes, cut, start, payloadEnd, end);
      hasMetadata ||= frame.hasMetadata;
      return frame.damage;
    }
    if (isKept(type, start)) {
      // Decoders do not agree on which of two alpha planes counts.
      if (seen.has(type)) return "a chunk that may stand once is repeated";
      seen.add(type);
      cut.keep(start, end);
    } else if (start !== prelude.profileStart || prelude.profile !== "srgb") hasMetadata = true;
    return null;
  });
  return { cut, damage, hasMetadata: hasMetadata || prelude.end < bytes.length };

  function isKept(type: number, start: number): boolean {
    if (start === prelude.pictureStart) return true;
    if (prelude.flags === null) return false;
    if (start === RIFF_HEADER_BYTES) return true;
    if (start === prelude.profileStart) return prelude.profile === "other";
    if (type === WEBP_CHUNK.ANIM) return isAnimated;
    return type === WEBP_CHUNK.ALPH && start < prelude.pictureStart;
  }
}
