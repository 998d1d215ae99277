import { ImagingError } from "../errors.ts";
import { sniffFormat } from "../sniff.ts";
import { readAvifHeader } from "./avif-header.ts";
import { readBmpHeader } from "./bmp-header.ts";
import type { ForeignFormat, ForeignHeader } from "./header.ts";
import { readTiffHeader } from "./tiff-header.ts";

const readers: Readonly<Record<ForeignFormat, (bytes: Buffer) => ForeignHeader>> = {
  tiff: readTiffHeader,
  avif: readAvifHeader,
  bmp: readBmpHeader,
};

/** By the first bytes; null for all other formats, those that `readHeader` reads among them. */
export function foreignFormat(bytes: Uint8Array): ForeignFormat | null {
  const format = sniffFormat(bytes);
  return format === "tiff" || format === "avif" || format === "bmp" ? format : null;
}

/** A result is a JPEG in the end, whose sides have this limit. */
const longestSide = 65_535;

/**
 * @throws {ImagingError} `corrupt` where the header is cut short or impossible, `unsupported_format` for rare codings, and
 *   `too_many_pixels` where a side is longer than that of any format that it could be written in
 */
export function readForeignHeader(bytes: Buffer, format: ForeignFormat): ForeignHeader {
  const header = readers[format](bytes);
  const { width, height } = header;
  if (width < 1 || height < 1) throw new ImagingError("corrupt", "The image has no pixels.");
  if (Math.max(width, height) > longestSide) {
    throw new ImagingError(
      "too_many_pixels",
      `The image has ${width}x${height} pixels; no side may have more than ${longestSide}.`,
    );
  }
  return header;
}
