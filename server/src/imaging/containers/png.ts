import type { ImageHeader } from "../header.ts";
import { corrupt } from "./corrupt.ts";
import { Cut } from "./cut.ts";
import { CHUNK, checksumDamage, dataLength, isCritical, SIGNATURE_BYTES, walkChunks } from "./png-chunks.ts";
import { COLOUR_TYPE } from "./png-header.ts";
import { ANIMATION_CONTROL_BYTES, type PngPrelude, readPngPrelude } from "./png-prelude.ts";

/**
 * Reads what a PNG says of itself. Damage behind the start of the pixels is left for the decoder to judge;
 * of the checksums only the one of IHDR is checked.
 *
 * @throws ImagingError `corrupt` where the bytes end or make no sense before the pixels.
 */
export function readPng(bytes: Buffer): ImageHeader {
  const prelude = readPngPrelude(bytes);
  const { frame, frames, orientation, profile } = prelude;
  const { hasMetadata, hasExif } = cutChunks(bytes, prelude, false);
  const { colourType } = frame;
  const hasAlphaChannel = colourType === COLOUR_TYPE.greyAlpha || colourType === COLOUR_TYPE.rgbAlpha;
  return {
    format: "png",
    width: frame.width,
    height: frame.height,
    orientation,
    frames,
    bitsPerChannel: colourType === COLOUR_TYPE.palette ? 8 : frame.bitDepth,
    colour: colourOf(colourType),
    hasAlpha: hasAlphaChannel || prelude.transparency >= 0,
    progressive: frame.interlaced,
    profile,
    hasMetadata,
    hasExif,
    chromaSubsampled: null,
    estimatedQuality: null,
  };
}

/**
 * The same compressed pixels with the chunks alone that decide how they are shown. An ICC profile stays unless
 * it is sRGB. Of an animation all frames stay. The same Buffer where nothing has to go.
 *
 * @throws ImagingError `corrupt` where the structure is damaged, a kept chunk's checksum does not match, or
 *   IEND is missing.
 */
export function stripPng(bytes: Buffer): Buffer {
  const { cut, damage } = cutChunks(bytes, readPngPrelude(bytes), true);
  if (damage !== null) throw corrupt("png", damage);
  return cut.apply();
}

function colourOf(colourType: number): ImageHeader["colour"] {
  if (colourType === COLOUR_TYPE.palette) return "palette";
  return colourType === COLOUR_TYPE.grey || colourType === COLOUR_TYPE.greyAlpha ? "grey" : "rgb";
}

const CRITICAL_CHUNKS: readonly number[] = [CHUNK.IDAT, CHUNK.IHDR, CHUNK.PLTE, CHUNK.IEND];

/** Lengths of the chunks that say which colours the numbers stand for. Other lengths are ignored by decoders. */
const COLOUR_CHUNK_BYTES: Readonly<Record<number, number>> = {
  [CHUNK.gAMA]: 4,
  [CHUNK.cHRM]: 32,
  [CHUNK.sRGB]: 1,
  [CHUNK.cICP]: 4,
};

const FRAME_CONTROL_BYTES = 26;

function cutChunks(bytes: Buffer, prelude: PngPrelude, verifyChecksums: boolean) {
  const cut = new Cut(bytes);
  const kept = new Set<number>();
  let hasMetadata = false;
  let hasExif = false;
  let pixelsEnd = prelude.firstPixels;
  cut.keep(0, SIGNATURE_BYTES);
  const walk = walkChunks(bytes, -1, (type, start, data, end) => {
    if (isCritical(type)) {
      const damage = criticalDamage(type, start, dataLength(data, end));
      if (damage !== null) return damage;
      if (type === CHUNK.IDAT) pixelsEnd = end;
      else kept.add(type);
    } else if (!keepAncillary(type, start, dataLength(data, end))) {
      if (!isOverriddenBySrgb(type, start)) hasMetadata = true;
      if (type === CHUNK.eXIf) hasExif = true;
      return null;
    }
    cut.keep(start, end);
    return verifyChecksums ? checksumDamage(bytes, start, end) : null;
  });
  return { cut, damage: walk.damage, hasMetadata: hasMetadata || walk.end < bytes.length, hasExif };

  function criticalDamage(type: number, start: number, length: number): string | null {
    if (!CRITICAL_CHUNKS.includes(type)) return "it holds a critical chunk that does not exist";
    if (kept.has(type)) return "a chunk that may stand once is repeated";
    if (type === CHUNK.PLTE && start > prelude.firstPixels) return "its palette comes too late";
    if (type === CHUNK.IEND && length !== 0) return "its IEND chunk is not empty";
    // Were a chunk between two of them cut, data that decoders take for two runs would become one.
    return type === CHUNK.IDAT && start !== pixelsEnd ? "its IDAT chunks are not consecutive" : null;
  }

  function keepAncillary(type: number, start: number, length: number): boolean {
    if (type === CHUNK.fdAT) return prelude.frames > 1;
    if (type === CHUNK.fcTL) return prelude.frames > 1 && length === FRAME_CONTROL_BYTES;
    if (start > prelude.firstPixels) return false;
    if (type === CHUNK.tRNS) return start === prelude.transparency;
    // Decoders read the first of its kind alone.
    if (kept.has(type) || !isWanted(type, start, length)) return false;
    kept.add(type);
    return true;
  }

  function isWanted(type: number, start: number, length: number): boolean {
    if (type === CHUNK.acTL) return prelude.frames > 1 && length === ANIMATION_CONTROL_BYTES;
    if (type === CHUNK.iCCP) return prelude.profile === "other";
    return COLOUR_CHUNK_BYTES[type] === length && !isOverriddenBySrgb(type, start);
  }

  /** A profile overrides gAMA and cHRM: were it alone cut, they would come into force. */
  function isOverriddenBySrgb(type: number, start: number): boolean {
    if (prelude.profile !== "srgb" || start > prelude.firstPixels) return false;
    return type === CHUNK.iCCP || type === CHUNK.gAMA || type === CHUNK.cHRM;
  }
}
