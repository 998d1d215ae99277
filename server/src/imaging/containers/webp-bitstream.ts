import { WEBP_CHUNK } from "./webp-chunks.ts";

export interface BitstreamSize {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
}

/**
 * The size that a VP8 (RFC 6386 9.1) or VP8L (RFC 9649 3.4) bitstream begins with; null where it is none.
 */
export function readBitstreamSize(type: number, payload: Buffer): BitstreamSize | null {
  return type === WEBP_CHUNK.VP8 ? readLossy(payload) : readLossless(payload);
}

function readLossy(payload: Buffer): BitstreamSize | null {
  if (payload.length < 10) return null;
  const isKeyFrame = (payload.readUInt8(0) & 1) === 0;
  if (!isKeyFrame || payload.readUIntBE(3, 3) !== 0x9d012a) return null;
  // The upper two bits of each are a scale for display that decoders ignore.
  return {
    width: payload.readUInt16LE(6) & 0x3fff,
    height: payload.readUInt16LE(8) & 0x3fff,
    hasAlpha: false,
  };
}

function readLossless(payload: Buffer): BitstreamSize | null {
  if (payload.length < 5 || payload.readUInt8(0) !== 0x2f) return null;
  const bits = payload.readUInt32LE(1);
  if (bits >>> 29 !== 0) return null;
  return {
    width: (bits & 0x3fff) + 1,
    height: ((bits >>> 14) & 0x3fff) + 1,
    hasAlpha: ((bits >>> 28) & 1) === 1,
  };
}
