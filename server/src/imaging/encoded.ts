import type { Sharp } from "sharp";
import { toImagingError } from "./decode-error.ts";

/**
 * What encoders say of pictures they cannot hold: VP8's partition of modes is 512 KB, WebP's and AVIF's sides have an
 * end that a JPEG's have not.
 */
const beyondFormat = /^(?:webpsave: unable to encode|Processed image is too large)/;

/**
 * Runs a pipeline to a file; null where its format cannot hold so large and detailed a picture.
 *
 * @throws {ImagingError} `corrupt`, `too_many_pixels` or `deadline`
 */
export async function encoded(picture: Sharp): Promise<Buffer | null> {
  try {
    return await picture.toBuffer();
  } catch (error) {
    if (error instanceof Error && beyondFormat.test(error.message)) return null;
    throw toImagingError(error);
  }
}
