import { damaged, unsupported } from "./damaged.ts";
import type { ForeignHeader } from "./header.ts";

export interface BmpHeader extends ForeignHeader {
  readonly bitsPerPixel: number;
  /** Rows are stored from the top; most are from the bottom. */
  readonly topDown: boolean;
  /** Where the pixels begin. */
  readonly pixelsAt: number;
  /** Where its colours begin, how many they are, and the bytes of each. */
  readonly palette: { readonly at: number; readonly count: number; readonly size: 3 | 4 };
  /** Which bits of a pixel of 16 or 32 are red, green, blue and alpha; 0 for a channel that it has not. */
  readonly masks: readonly [number, number, number, number];
}

const fileHeader = 14;
/** BITMAPCOREHEADER, and those that begin as BITMAPINFOHEADER does. */
const coreHeader = 12;
const infoHeaders: readonly number[] = [40, 52, 56, 108, 124];
const depths: readonly number[] = [1, 4, 8, 16, 24, 32];
/** `biCompression`. */
const plain = 0;
const bitFields = 3;
const alphaBitFields = 6;
/** Of pixels without masks of their own. */
const usualMasks = {
  16: [0x7c00, 0x03e0, 0x001f, 0],
  32: [0xff0000, 0xff00, 0xff, 0],
} as const;

/** BMP of Windows, versions 2 to 5, whose pixels are stored as they are. */
export function readBmpHeader(bytes: Buffer): BmpHeader {
  const size = bytes.length < fileHeader + coreHeader ? 0 : bytes.readUInt32LE(fileHeader);
  if (size === 0 || bytes.length < fileHeader + size) throw damaged();
  const core = size === coreHeader;
  if (!core && !infoHeaders.includes(size)) throw unsupported("bmp", "it is of OS/2");
  const bitsPerPixel = bytes.readUInt16LE(core ? 24 : 28);
  if (!depths.includes(bitsPerPixel)) throw damaged();
  const compression = core ? plain : bytes.readUInt32LE(30);
  const masked = compression === bitFields || compression === alphaBitFields;
  if (compression !== plain && !(masked && (bitsPerPixel === 16 || bitsPerPixel === 32)))
    throw unsupported("bmp", "its pixels are compressed");
  const storedHeight = core ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  // Behind a header of version 3 masks are on their own; later ones hold them at the same place.
  const masksBehind = masked && size === 40 ? (compression === alphaBitFields ? 16 : 12) : 0;
  const paletteAt = fileHeader + size + masksBehind;
  const named = core ? 0 : bytes.readUInt32LE(46);
  const most = bitsPerPixel <= 8 ? 2 ** bitsPerPixel : 0;
  const hasAlphaMask = masksBehind === 16 || size >= 56;
  return {
    width: core ? bytes.readUInt16LE(18) : bytes.readInt32LE(18),
    height: Math.abs(storedHeight),
    bitsPerChannel: 8,
    hasMetadata: true,
    bitsPerPixel,
    topDown: storedHeight < 0,
    pixelsAt: bytes.readUInt32LE(10),
    palette: { at: paletteAt, count: named === 0 ? most : Math.min(named, most), size: core ? 3 : 4 },
    masks: masked ? masksAt(bytes, hasAlphaMask) : bitsPerPixel === 16 ? usualMasks[16] : usualMasks[32],
  };
}

function masksAt(bytes: Buffer, withAlpha: boolean): BmpHeader["masks"] {
  const at = 54;
  if (bytes.length < at + (withAlpha ? 16 : 12)) throw damaged();
  const mask = (index: number) => bytes.readUInt32LE(at + index * 4);
  return [mask(0), mask(1), mask(2), withAlpha ? mask(3) : 0];
}
