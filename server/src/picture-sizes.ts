import {
  estimateMemory,
  type ImageHeader,
  ImagingError,
  readHeader,
  resize as resizePicture,
  uprightSize,
} from "@fovea/imaging";
import type { Resize } from "./assets/derive.ts";
import type { DerivedFormat } from "./assets/derived-size.ts";
import { AppError } from "./platform/errors.ts";
import type { Admission } from "./platform/limits/admission.ts";

export interface PictureSizesSettings {
  readonly admission: Admission;
  readonly maxPixels: number;
  /** Longest time for one picture, waiting included. */
  readonly deadlineMs: number;
}

export interface PictureSizes {
  /** Exactly as large as asked. Transparency is kept, but in JPEG, which has white in its place. */
  readonly resize: Resize;
  /** The same pixels, upright, in another format. */
  convert(
    bytes: Buffer,
    to: { readonly format: DerivedFormat; readonly quality: number },
    signal: AbortSignal,
  ): ReturnType<Resize>;
}

/**
 * Other sizes and formats of pictures, within what the process takes on.
 *
 * Both reject with an {AppError}: `overloaded` and `deadline_exceeded` (503), `picture_too_large` (400) for one that could
 * never be worked on, `picture_unreadable` (400) for one that is damaged or of no known format.
 */
export function createResize({ admission, maxPixels, deadlineMs }: PictureSizesSettings): PictureSizes {
  async function inTurn(
    bytes: Buffer,
    signal: AbortSignal,
    request: (header: ImageHeader) => Parameters<Resize>[1],
  ): ReturnType<Resize> {
    try {
      const header = readHeader(bytes);
      const { width, height, format, quality } = request(header);
      if (header.width * header.height > maxPixels) throw tooLarge();
      const deadline = performance.now() + deadlineMs;
      const memory = estimateMemory(header, { width, height }, bytes.length);
      const made = await admission.run({ bytes: memory, deadline, signal }, () =>
        resizePicture(bytes, header, { width, height, format, quality }, { maxPixels, deadline, signal }),
      );
      return { bytes: made, width, height, contentType: `image/${format}` };
    } catch (error) {
      throw error === signal.reason ? error : toAppError(error);
    }
  }

  return {
    resize: (bytes, target, signal) => inTurn(bytes, signal, () => target),
    convert: (bytes, to, signal) => inTurn(bytes, signal, (header) => ({ ...uprightSize(header), ...to })),
  };
}

/** No validation error, as it would be where pictures are sent in: nobody sent this one. */
function toAppError(error: unknown): unknown {
  if (error instanceof AppError && error.code === "image_too_complex") return tooLarge(error);
  if (!(error instanceof ImagingError)) return error;
  switch (error.code) {
    case "deadline":
      return new AppError({
        code: "deadline_exceeded",
        status: 503,
        message: "The picture could not be made in the time allowed.",
        headers: { "retry-after": "1" },
        cause: error,
      });
    case "too_many_pixels":
    case "cannot_fit":
      return tooLarge(error);
    default:
      return new AppError({
        code: "picture_unreadable",
        status: 400,
        message: "The picture cannot be decoded, so there are no other sizes or formats of it.",
        cause: error,
      });
  }
}

const tooLarge = (cause?: unknown) =>
  new AppError({
    code: "picture_too_large",
    status: 400,
    message: "The picture is too large to be made in another size or format here.",
    cause,
  });
