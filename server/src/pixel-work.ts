import { type ImageHeader, ImagingError, type WorkLimits } from "@fovea/imaging";
import { AppError } from "./platform/errors.ts";
import type { Admission } from "./platform/limits/admission.ts";

/** What is to be worked on. */
interface Picture {
  readonly header: Pick<ImageHeader, "width" | "height" | "frames">;
  /** Bytes that the work takes at most, as whoever does it estimates them. */
  readonly memory: number;
}

/** For one picture once it has its turn; a bomb that gets past the pixel limit ends with it. */
const workMs = 60_000;

/**
 * Runs work on pixels when there is a core and memory for it, however long that takes: nobody waits for an answer.
 *
 * @returns a function that rejects with an {ImagingError} `too_many_pixels` where a picture could never have its turn, and
 *   otherwise with what the work fails with
 */
export function createRunPixelWork(admission: Admission, maxPixels: number) {
  return async <Result>(
    { header, memory }: Picture,
    signal: AbortSignal,
    work: (limits: WorkLimits) => Promise<Result>,
  ): Promise<Result> => {
    if (header.width * header.height > maxPixels) throw tooManyPixels(header);
    try {
      return await admission.run({ bytes: memory, deadline: Number.POSITIVE_INFINITY, signal }, () =>
        work({ maxPixels, deadline: performance.now() + workMs, signal }),
      );
    } catch (error) {
      if (error instanceof AppError && error.code === "image_too_complex") throw tooManyPixels(header);
      throw error;
    }
  };
}

const tooManyPixels = ({ width, height, frames }: Picture["header"]) => {
  const size = frames > 1 ? `${frames} frames of ${width}x${height} pixels` : `${width}x${height} pixels`;
  return new ImagingError("too_many_pixels", `The image has ${size}, more than this service decodes.`);
};
