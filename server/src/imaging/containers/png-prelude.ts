import { constants, inflateRawSync } from "node:zlib";
import type { ImageHeader } from "../header.ts";
import { corrupt } from "./corrupt.ts";
import { exifOrientation } from "./exif-orientation.ts";
import { classifyProfile } from "./icc.ts";
import { CHUNK, dataLength, walkChunks } from "./png-chunks.ts";
import { COLOUR_TYPE, type PngFrame, readPngFrame } from "./png-header.ts";

/** What stands before the first IDAT: all that decides how the pixels are shown. */
export interface PngPrelude {
  readonly frame: PngFrame;
  readonly frames: number;
  /** Start of the tRNS chunk that decoders read; -1 where there is none. */
  readonly transparency: number;
  readonly orientation: number;
  readonly profile: ImageHeader["profile"];
  /** Start of the first IDAT chunk. */
  readonly firstPixels: number;
}

export const ANIMATION_CONTROL_BYTES = 8;

/** @throws ImagingError `corrupt` where the bytes end or make no sense before the first IDAT. */
export function readPngPrelude(bytes: Buffer): PngPrelude {
  const frame = readPngFrame(bytes);
  const found: { exif: Buffer | null; profile: ImageHeader["profile"] | null } = {
    exif: null,
    profile: null,
  };
  let paletteEntries = 0;
  let frames = 1;
  let transparency = -1;
  const walk = walkChunks(bytes, CHUNK.IDAT, (type, start, data, end) => {
    const length = dataLength(data, end);
    if (type === CHUNK.IEND) return "it holds no picture";
    if (type === CHUNK.PLTE) {
      if (length === 0 || length > 768 || length % 3 !== 0) return "its palette has an impossible length";
      paletteEntries = length / 3;
    } else if (type === CHUNK.tRNS) {
      if (transparency < 0 && isTransparency(frame, length, paletteEntries)) transparency = start;
    } else if (type === CHUNK.acTL) {
      if (length === ANIMATION_CONTROL_BYTES) frames = Math.max(1, bytes.readUInt32BE(data));
    } else if (type === CHUNK.iCCP) found.profile ??= readProfile(bytes.subarray(data, data + length));
    else if (type === CHUNK.eXIf) found.exif ??= bytes.subarray(data, data + length);
    return null;
  });
  if (walk.damage !== null) throw corrupt("png", walk.damage);
  if (frame.colourType === COLOUR_TYPE.palette && paletteEntries === 0) {
    throw corrupt("png", "its palette is missing");
  }
  return {
    frame,
    frames,
    transparency,
    orientation: found.exif === null ? 1 : exifOrientation(found.exif),
    profile: found.profile ?? "none",
    firstPixels: walk.end,
  };
}

/** Decoders ignore a tRNS chunk whose length is not that of its colour type. */
function isTransparency(frame: PngFrame, length: number, paletteEntries: number): boolean {
  switch (frame.colourType) {
    case COLOUR_TYPE.grey:
      return length === 2;
    case COLOUR_TYPE.rgb:
      return length === 6;
    case COLOUR_TYPE.palette:
      return length > 0 && length <= paletteEntries;
    default:
      return false;
  }
}

/** Real profiles are at most about 2 MB; a bomb is not inflated past this. */
const MAX_PROFILE_BYTES = 4 * 1024 * 1024;

const ZLIB_HEADER_BYTES = 2;

/**
 * A name of up to 79 characters, a null, the compression method, then the compressed profile. As lenient as
 * libpng, which uses a profile whose zlib checksum is wrong: hence raw deflate, without one.
 */
function readProfile(chunk: Buffer): "none" | "srgb" | "other" {
  const name = chunk.subarray(0, 80).indexOf(0);
  if (name < 1 || chunk[name + 1] !== 0) return "none";
  try {
    const profile = inflateRawSync(chunk.subarray(name + 2 + ZLIB_HEADER_BYTES), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: MAX_PROFILE_BYTES,
    });
    return classifyProfile(profile) ?? "none";
  } catch {
    // zlib has no error class to test for; whatever it refuses, decoders ignore as a broken profile.
    return "none";
  }
}
