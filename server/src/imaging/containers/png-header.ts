import { corrupt } from "./corrupt.ts";
import { CHUNK, checksumDamage, SIGNATURE_BYTES } from "./png-chunks.ts";

export const COLOUR_TYPE = { grey: 0, rgb: 2, palette: 3, greyAlpha: 4, rgbAlpha: 6 } as const;

/** The IHDR chunk (PNG specification 11.2.1). */
export interface PngFrame {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  /** One of `COLOUR_TYPE`. */
  readonly colourType: number;
  readonly interlaced: boolean;
}

const BIT_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  [COLOUR_TYPE.grey]: [1, 2, 4, 8, 16],
  [COLOUR_TYPE.rgb]: [8, 16],
  [COLOUR_TYPE.palette]: [1, 2, 4, 8],
  [COLOUR_TYPE.greyAlpha]: [8, 16],
  [COLOUR_TYPE.rgbAlpha]: [8, 16],
};

const HEADER_DATA_BYTES = 13;

/** @throws ImagingError `corrupt` where the first chunk is no valid IHDR. */
export function readPngFrame(bytes: Buffer): PngFrame {
  const start = SIGNATURE_BYTES;
  const data = start + 8;
  const end = data + HEADER_DATA_BYTES + 4;
  if (bytes.length < end) throw corrupt("png", "it is cut short");
  if (bytes.readUInt32BE(start + 4) !== CHUNK.IHDR || bytes.readUInt32BE(start) !== HEADER_DATA_BYTES) {
    throw corrupt("png", "it does not begin with an IHDR chunk");
  }
  const checksum = checksumDamage(bytes, start, end);
  if (checksum !== null) throw corrupt("png", checksum);
  const width = bytes.readUInt32BE(data);
  const height = bytes.readUInt32BE(data + 4);
  const bitDepth = bytes.readUInt8(data + 8);
  const colourType = bytes.readUInt8(data + 9);
  const interlace = bytes.readUInt8(data + 12);
  if (width === 0 || height === 0) throw corrupt("png", "its width or height is zero");
  if (width > 0x7fffffff || height > 0x7fffffff) throw corrupt("png", "its width or height is impossible");
  if (BIT_DEPTHS[colourType]?.includes(bitDepth) !== true) {
    throw corrupt("png", `colour type ${colourType} with ${bitDepth} bits does not exist`);
  }
  // Compression and filter method have one value each.
  if (bytes.readUInt16BE(data + 10) !== 0 || interlace > 1) {
    throw corrupt("png", "its compression, filter or interlace method does not exist");
  }
  return { width, height, bitDepth, colourType, interlaced: interlace === 1 };
}
