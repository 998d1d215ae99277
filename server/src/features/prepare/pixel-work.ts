import { type ImageHeader, ImagingError, type WorkLimits } from "@fovea/imaging";
import type { Admission } from "../../platform/limits/admission.ts";
import { toPrepareError } from "./errors.ts";

export interface PixelWorkSettings {
  readonly maxPixels: number;
  /** Longest time for one picture, waiting included. */
  readonly deadlineMs: number;
}

/** Whoever waits for an answer. */
export interface Caller {
  readonly correlationId: string;
  /** `performance.now()` when the request was complete. */
  readonly receivedAt: number;
  /** Aborted when the connection is gone. */
  readonly signal: AbortSignal;
}

/** Runs work on pixels within the limits of the process, and translates what may be wrong with the picture. */
export type RunPixelWork = <Result>(
  job: { readonly header: ImageHeader; readonly memoryBytes: number },
  caller: Caller,
  work: (limits: WorkLimits) => Promise<Result>,
) => Promise<Result>;

export function createPixelWork(admission: Admission, settings: PixelWorkSettings): RunPixelWork {
  return async ({ header, memoryBytes }, caller, work) => {
    refuseTooManyPixels(header, settings.maxPixels);
    const deadline = caller.receivedAt + settings.deadlineMs;
    const { signal } = caller;
    try {
      return await admission.run({ bytes: memoryBytes, deadline, signal }, () =>
        work({ maxPixels: settings.maxPixels, deadline, signal }),
      );
    } catch (error) {
      throw error === signal.reason ? error : toPrepareError(error);
    }
  };
}

function refuseTooManyPixels({ width, height }: ImageHeader, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw toPrepareError(
    new ImagingError(
      "too_many_pixels",
      `The image has ${width}x${height} pixels; this exceeds the limit of ${Math.floor(maxPixels / 1e6)} megapixels.`,
      { width, height, max_pixels: maxPixels },
    ),
  );
}
