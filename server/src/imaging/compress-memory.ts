import { type CompressRequest, compressedSize } from "./compress.ts";
import type { ImageHeader } from "./header.ts";
import { estimateMemory } from "./memory.ts";

/** Bytes a pixel of the result beyond what any encoder takes: colours to choose a palette from, and its choice. */
const paletteBytes = 16;
/** Reference and reconstructed planes of 16 bits, and what the search keeps of each block. */
const avifBytes = 40;
/** Files that a search for a quality may hold at once, each about as large as the source. */
const heldFiles = 4;
/** All frames below each other, as they are read and as they are written. */
const frameBytes = 24;

/**
 * Estimates the bytes held at the peak of compressing a picture, to admit the work: an upper bound by design, as
 * `estimateMemory`, not a measurement.
 */
export function estimateCompressMemory(
  header: ImageHeader,
  request: CompressRequest,
  encodedBytes: number,
): number {
  const size = compressedSize(header, request.maxDimension);
  const pixels = size.width * size.height;
  const palette = header.format === "png" || header.format === "gif" ? pixels * paletteBytes : 0;
  const avif = request.format === "avif" ? pixels * avifBytes : 0;
  const frames = header.frames > 1 ? header.width * header.height * header.frames * frameBytes : 0;
  const searches = request.quality === "auto" || request.targetBytes !== null;
  const files = searches ? encodedBytes * heldFiles : 0;
  return estimateMemory(header, size, encodedBytes) + palette + avif + frames + files;
}
