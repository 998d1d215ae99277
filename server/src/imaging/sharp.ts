import sharp from "sharp";

/**
 * Sets up the pixel library for a server; call it once, before the first picture.
 *
 * - Decoders: everything is blocked but the in-memory loaders of JPEG, PNG, WebP and GIF, so an SVG with
 *   external references, a PDF or a rare format with an old parser is never reached, whatever its bytes claim.
 * - One thread per picture: parallelism is across pictures, where it scales; the number in flight is bounded
 *   by the caller.
 * - No operation cache: every request has other bytes, so it only held memory.
 */
export function configureSharp(): void {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({
    operation: [
      "VipsForeignLoadJpegBuffer",
      "VipsForeignLoadPngBuffer",
      "VipsForeignLoadWebpBuffer",
      "VipsForeignLoadNsgifBuffer",
    ],
  });
}
