import type { RawPixels } from "../pixels.ts";
import { type BmpHeader, readBmpHeader } from "./bmp-header.ts";
import { damaged } from "./damaged.ts";

type Pixel = readonly [red: number, green: number, blue: number, alpha: number];
/** The pixel in a column of a row that begins there. */
type ReadPixel = (row: number, column: number) => Pixel;

/**
 * The pixels of a BMP, upright. They are all in the file, so that there are never more than its bytes have bits.
 *
 * @throws {ImagingError} `corrupt`, or `unsupported_format` where they are compressed
 */
export function readBmpPixels(bytes: Buffer): RawPixels {
  const header = readBmpHeader(bytes);
  const { width, height, bitsPerPixel, topDown, pixelsAt, masks } = header;
  // Rows begin at multiples of four bytes.
  const rowBytes = Math.ceil((width * bitsPerPixel) / 32) * 4;
  if (width < 1 || height < 1 || pixelsAt + rowBytes * height > bytes.length) throw damaged();
  const channels = masks[3] === 0 ? 3 : 4;
  const data = Buffer.allocUnsafe(width * height * channels);
  const pixel = readerOf(bytes, header);
  let target = 0;
  for (let y = 0; y < height; y += 1) {
    const row = pixelsAt + (topDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x += 1) {
      const colour = pixel(row, x);
      for (let channel = 0; channel < channels; channel += 1) data[target++] = colour[channel] ?? 0;
    }
  }
  return { data, width, height, channels };
}

function readerOf(bytes: Buffer, header: BmpHeader): ReadPixel {
  const { bitsPerPixel } = header;
  if (bitsPerPixel <= 8) return paletteReader(bytes, header);
  if (bitsPerPixel === 24) {
    return (row, column) => {
      const at = row + column * 3;
      return [bytes[at + 2] ?? 0, bytes[at + 1] ?? 0, bytes[at] ?? 0, 255];
    };
  }
  const [red, green, blue, alpha] = header.masks.map(channelOf);
  const step = bitsPerPixel / 8;
  return (row, column) => {
    const value = bytes.readUIntLE(row + column * step, step);
    return [red?.(value) ?? 0, green?.(value) ?? 0, blue?.(value) ?? 0, alpha?.(value) ?? 255];
  };
}

function paletteReader(bytes: Buffer, { bitsPerPixel, palette: { at, count, size } }: BmpHeader): ReadPixel {
  if (at + count * size > bytes.length) throw damaged();
  const colours = Array.from({ length: count }, (_, index): Pixel => {
    const [blue = 0, green = 0, red = 0] = bytes.subarray(at + index * size);
    return [red, green, blue, 255];
  });
  const perByte = 8 / bitsPerPixel;
  const mask = 2 ** bitsPerPixel - 1;
  return (row, column) => {
    const byte = bytes[row + Math.floor(column / perByte)] ?? 0;
    const index = (byte >> (8 - bitsPerPixel * ((column % perByte) + 1))) & mask;
    // An index without a colour is black, as it is to other readers.
    return colours[index] ?? [0, 0, 0, 255];
  };
}

/** The bits of a mask, of however many, as 0 to 255. */
function channelOf(mask: number): ((value: number) => number) | undefined {
  if (mask === 0) return undefined;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / most);
}
