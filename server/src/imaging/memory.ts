import type { ImageHeader } from "./header.ts";

/** Decoder rows, resampling windows and the encoder's own buffers: what every picture costs, whatever its size. */
const base = 8 * 1024 * 1024;

/**
 * Estimates the bytes held at the peak of decoding a picture and encoding it at another size. An upper bound by
 * design, used to admit work: being wrong upwards costs waiting, downwards the process.
 *
 * Baseline JPEG and plain PNG stream through a few rows. Progressive JPEG keeps all coefficients (two bytes a
 * sample), interlaced PNG and every GIF the whole canvas, WebP the canvas and its planes (measured: 7 bytes a pixel).
 */
export function estimateMemory(
  header: ImageHeader,
  result: { readonly width: number; readonly height: number },
  encodedBytes: number,
): number {
  const pixels = header.width * header.height;
  const wholeFrame = header.progressive || header.format === "gif" || header.format === "webp";
  const bytesPerPixel =
    header.format === "jpeg" ? 6 : header.format === "webp" || header.bitsPerChannel > 8 ? 8 : 4;
  // A turn needs random access, so the frame is copied; by then it is at most twice the result on each side.
  const turned = header.orientation > 1 ? result.width * result.height * 4 * 4 : 0;
  const resultPixels = result.width * result.height;
  // Pixels, a smaller copy of them, and the coefficients of a progressive JPEG where the byte limit binds.
  return base + encodedBytes + (wholeFrame ? pixels * bytesPerPixel : 0) + turned + resultPixels * 14;
}
