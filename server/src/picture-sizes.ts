import {
  estimateMemory,
  type ImageHeader,
  ImagingError,
  type RawPixels,
  readHeader,
  resize as resizePicture,
  type Square,
  type SquareRequest,
  square as squareOf,
  squarePixels,
  squareSide,
  uprightSize,
  type WorkLimits,
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
  /** The whole picture in a square, never larger than it is: what is beside it is transparent. */
  square(bytes: Buffer, to: SquareRequest, signal: AbortSignal): Promise<Square>;
  /** Pixels of such a square, at most so large, on white: red, green, blue and an alpha that says nothing. */
  squareOnWhite(bytes: Buffer, side: number, signal: AbortSignal): Promise<RawPixels>;
}

/**
 * Other sizes and formats of pictures, within what the process takes on.
 *
 * All reject with an {AppError}: `overloaded` and `deadline_exceeded` (503), `picture_too_large` (400) for one that could
 * never be worked on, `picture_unreadable` (400) for one that is damaged or of no known format.
 */
export function createResize({ admission, maxPixels, deadlineMs }: PictureSizesSettings): PictureSizes {
  async function inTurn<Made>(
    bytes: Buffer,
    signal: AbortSignal,
    sizeOf: (header: ImageHeader) => { readonly width: number; readonly height: number },
    make: (header: ImageHeader, limits: WorkLimits) => Promise<Made>,
  ): Promise<Made> {
    try {
      const header = readHeader(bytes);
      if (header.width * header.height > maxPixels) throw tooLarge();
      const deadline = performance.now() + deadlineMs;
      const memory = estimateMemory(header, sizeOf(header), bytes.length);
      return await admission.run({ bytes: memory, deadline, signal }, () =>
        make(header, { maxPixels, deadline, signal }),
      );
    } catch (error) {
      throw error === signal.reason ? error : toAppError(error);
    }
  }

  const resized = (
    bytes: Buffer,
    signal: AbortSignal,
    targetOf: (header: ImageHeader) => Parameters<Resize>[1],
  ): ReturnType<Resize> =>
    inTurn(bytes, signal, targetOf, async (header, limits) => {
      const { width, height, format, quality } = targetOf(header);
      const made = await resizePicture(bytes, header, { width, height, format, quality }, limits);
      return { bytes: made, width, height, contentType: `image/${format}` };
    });
  const squareSize = (wanted: number | null) => (header: ImageHeader) => {
    const side = squareSide(header, wanted);
    return { width: side, height: side };
  };

  return {
    resize: (bytes, target, signal) => resized(bytes, signal, () => target),
    convert: (bytes, to, signal) => resized(bytes, signal, (header) => ({ ...uprightSize(header), ...to })),
    square: (bytes, to, signal) =>
      inTurn(bytes, signal, squareSize(to.side), (header, limits) => squareOf(bytes, header, to, limits)),
    squareOnWhite: (bytes, side, signal) =>
      inTurn(bytes, signal, squareSize(side), (header, limits) =>
        squarePixels(bytes, header, { side, background: "#FFFFFF" }, limits),
      ),
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
