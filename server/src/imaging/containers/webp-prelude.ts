import type { ImageHeader } from "../header.ts";
import { corrupt } from "./corrupt.ts";
import { exifOrientation, withoutExifPrefix } from "./exif-orientation.ts";
import { classifyProfile } from "./icc.ts";
import { type BitstreamSize, readBitstreamSize } from "./webp-bitstream.ts";
import { CHUNK_PREFIX_BYTES, RIFF_HEADER_BYTES, WEBP_CHUNK, walkWebpChunks } from "./webp-chunks.ts";

/** Bits of the first byte of VP8X (RFC 9649 2.7); the rest of its first four is XMP and reserved. */
export const FLAG = { animation: 0x02, exif: 0x08, alpha: 0x10, profile: 0x20 } as const;

/** Position of those flags in the file. */
export const FLAGS_OFFSET = RIFF_HEADER_BYTES + CHUNK_PREFIX_BYTES;

const CANVAS_BYTES = 10;

/** Before a frame's own chunks: position, size, duration and flags. */
export const FRAME_HEADER_BYTES = 16;

export interface WebpPrelude {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly frames: number;
  readonly orientation: number;
  readonly hasExif: boolean;
  readonly profile: ImageHeader["profile"];
  /** VP8X's flags and reserved bits, 32 in all; null in the simple form, where nothing but the picture counts. */
  readonly flags: number | null;
  /** Start of the ICCP chunk that decoders read, -1 where there is none. */
  readonly profileStart: number;
  /** Start of the still picture, -1 in an animation. */
  readonly pictureStart: number;
  /** End of the file by its own RIFF header; may be behind the bytes. */
  readonly end: number;
}

interface Found {
  picture: BitstreamSize | null;
  pictureStart: number;
  frames: number;
  hasAlphaChunk: boolean;
  exif: Buffer | null;
  profile: Buffer | null;
  profileStart: number;
}

/** @throws ImagingError `corrupt` where the bytes end or make no sense before the first picture's size. */
export function readWebpPrelude(bytes: Buffer): WebpPrelude {
  const end = 8 + bytes.readUInt32LE(4);
  const canvas = readCanvas(bytes);
  const flags = canvas?.flags ?? 0;
  const isAnimated = (flags & FLAG.animation) !== 0;
  const { found, damage } = findChunks(bytes, end, canvas !== null, isAnimated);
  const size = canvas ?? found.picture;
  if (size === null || (isAnimated ? found.frames === 0 : found.picture === null)) {
    throw corrupt("webp", damage ?? "it holds no picture");
  }
  if (found.picture !== null) checkPictureSize(found.picture, size);
  // Decoders look for a profile and EXIF only where the flags announce them.
  const profile = (flags & FLAG.profile) !== 0 && found.profile ? classifyProfile(found.profile) : null;
  const orientation =
    (flags & FLAG.exif) !== 0 && found.exif ? exifOrientation(withoutExifPrefix(found.exif)) : 1;
  return {
    width: size.width,
    height: size.height,
    hasAlpha:
      (flags & FLAG.alpha) !== 0 ||
      found.hasAlphaChunk ||
      (canvas === null && found.picture?.hasAlpha === true),
    frames: isAnimated ? found.frames : 1,
    orientation,
    hasExif: found.exif !== null,
    profile: profile ?? "none",
    flags: canvas?.flags ?? null,
    profileStart: found.profileStart,
    pictureStart: found.pictureStart,
    end,
  };
}

/** The VP8X chunk, which is the first one of the extended form; null in the simple form. */
function readCanvas(bytes: Buffer): { flags: number; width: number; height: number } | null {
  if (bytes.length < FLAGS_OFFSET) throw corrupt("webp", "it is cut short");
  if (bytes.readUInt32BE(RIFF_HEADER_BYTES) !== WEBP_CHUNK.VP8X) return null;
  if (bytes.length < FLAGS_OFFSET + CANVAS_BYTES) throw corrupt("webp", "it is cut short");
  if (bytes.readUInt32LE(RIFF_HEADER_BYTES + 4) !== CANVAS_BYTES) {
    throw corrupt("webp", "its VP8X chunk has the wrong length");
  }
  const width = bytes.readUIntLE(FLAGS_OFFSET + 4, 3) + 1;
  const height = bytes.readUIntLE(FLAGS_OFFSET + 7, 3) + 1;
  // RFC 9649 2.7: the product must fit 32 bits.
  if (width * height >= 2 ** 32) throw corrupt("webp", "its width or height is impossible");
  return { flags: bytes.readUInt32LE(FLAGS_OFFSET), width, height };
}

function findChunks(bytes: Buffer, end: number, isExtended: boolean, isAnimated: boolean) {
  const found: Found = {
    picture: null,
    pictureStart: -1,
    frames: 0,
    hasAlphaChunk: false,
    exif: null,
    profile: null,
    profileStart: -1,
  };
  const damage = walkWebpChunks(bytes, RIFF_HEADER_BYTES, end, (type, start, payload, payloadEnd) => {
    if (type === WEBP_CHUNK.VP8 || type === WEBP_CHUNK.VP8L) {
      if (isAnimated || found.picture !== null) return null;
      found.picture = readBitstreamSize(type, bytes.subarray(payload, payloadEnd));
      found.pictureStart = start;
      return found.picture === null ? "its picture has no valid header" : null;
    }
    if (!isExtended) return found.picture === null ? "its first chunk is no picture" : null;
    if (type === WEBP_CHUNK.ALPH) found.hasAlphaChunk ||= found.picture === null;
    else if (type === WEBP_CHUNK.ANMF) found.frames += payloadEnd - payload >= FRAME_HEADER_BYTES ? 1 : 0;
    else if (type === WEBP_CHUNK.EXIF) found.exif ??= bytes.subarray(payload, payloadEnd);
    else if (type === WEBP_CHUNK.ICCP && found.profile === null) {
      found.profile = bytes.subarray(payload, payloadEnd);
      found.profileStart = start;
    }
    return null;
  });
  return { found, damage };
}

function checkPictureSize(picture: BitstreamSize, size: { width: number; height: number }): void {
  if (picture.width === 0 || picture.height === 0) throw corrupt("webp", "its width or height is zero");
  if (picture.width !== size.width || picture.height !== size.height) {
    throw corrupt("webp", "its picture has another size than its canvas");
  }
}
