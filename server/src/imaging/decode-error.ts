import { ImagingError } from "./errors.ts";

const pixelLimit = /exceeds pixel limit/;
const timedOut = /^timeout: \d+% complete/;

/**
 * Who speaks at the start of a message when the bytes are at fault: the loaders of the four formats, the colour
 * management that reads an embedded profile, and sharp's own words about its input. Collected from 6 000 mutated
 * and truncated files; anything else is taken for a fault of ours.
 */
const damaged =
  /^(?:Input buffer |Input Buffer is empty|Warning treated as error|Vips(?:Jpeg|Icc|ForeignLoad\w*): |vipspng: |(?:jpeg|png|webp|gif)\w*: )/;

/**
 * Translates a failure of sharp or libvips into one of the picture, its text kept as the cause. What is not
 * recognised is returned as it came, so that a bug stays a bug: `throw toImagingError(error)`.
 *
 * "Input buffer contains unsupported image format" becomes `corrupt`: the header was recognised before pixels
 * were asked for, so the decoder met a file whose beginning is right and whose rest is not.
 */
export function toImagingError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ImagingError) return error;
  const because = { cause: error };
  if (pixelLimit.test(error.message)) {
    return new ImagingError(
      "too_many_pixels",
      "The image has more pixels than this server decodes; send a smaller one.",
      {},
      because,
    );
  }
  if (timedOut.test(error.message)) {
    return new ImagingError(
      "deadline",
      "The image could not be processed in the time allowed; send a smaller one.",
      {},
      because,
    );
  }
  if (damaged.test(error.message)) {
    return new ImagingError("corrupt", "The image is damaged or cut short.", {}, because);
  }
  return error;
}
