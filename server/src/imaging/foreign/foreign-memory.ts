import type { ForeignHeader } from "./header.ts";

/**
 * Estimates the bytes held at the peak of reading a picture of a foreign format and writing it as JPEG or PNG: an upper
 * bound by design, as `estimateMemory`. A frame of AVIF is there as planes and as pixels; a TIFF may be one strip. Measured at
 * 25 megapixels: 18 bytes a pixel for AVIF and 24 with 10 bits, 20 for TIFF and 26 with 16 bits, files included.
 */
export function estimateForeignMemory(
  { width, height, bitsPerChannel }: ForeignHeader,
  encodedBytes: number,
): number {
  const perPixel = bitsPerChannel > 8 ? 32 : 24;
  // The file is here, on its way and there.
  return width * height * perPixel + encodedBytes * 3;
}
