import { estimateMemory, type ImageHeader, ImagingError, type WorkLimits } from "@fovea/imaging";
import { AppError } from "../../platform/errors.ts";
import type { Admission } from "../../platform/limits/admission.ts";

/** Runs work on pixels when there is a core and memory for it, however long that takes: nobody waits for an answer. */
export type RunPixelWork = <Result>(
  picture: { readonly header: ImageHeader; readonly bytes: number },
  signal: AbortSignal,
  work: (limits: WorkLimits) => Promise<Result>,
) => Promise<Result>;

/** For one picture once it has its turn; a bomb that gets past the pixel limit ends with it. */
const workMs = 60_000;

/** @throws {ImagingError} `too_many_pixels` where a picture could never have its turn */
export function createRunPixelWork(admission: Admission, maxPixels: number): RunPixelWork {
  return async ({ header, bytes }, signal, work) => {
    if (header.width * header.height > maxPixels) throw tooManyPixels(header);
    const memory = estimateMemory(header, header, bytes);
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

const tooManyPixels = ({ width, height }: ImageHeader) =>
  new ImagingError(
    "too_many_pixels",
    `The image has ${width}x${height} pixels, more than this service decodes.`,
  );
