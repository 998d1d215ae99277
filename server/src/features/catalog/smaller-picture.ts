import {
  type Compressed,
  type CompressRequest,
  compress,
  estimateCompressMemory,
  foreignFormat,
  type ImageHeader,
  ImagingError,
  readHeader,
  type WorkLimits,
} from "@fovea/imaging";
import { type ConvertForeign, compressForeign } from "./compress-foreign.ts";

/** Runs work on pixels when there is a core and memory for it. @throws {ImagingError} `too_many_pixels` */
type RunPixelWork = <Result>(
  picture: { readonly header: Pick<ImageHeader, "width" | "height" | "frames">; readonly memory: number },
  signal: AbortSignal,
  work: (limits: WorkLimits) => Promise<Result>,
) => Promise<Result>;

export interface SmallerPictureOptions {
  readonly runPixelWork: RunPixelWork;
  readonly convertForeign: ConvertForeign;
}

/**
 * Bytes of a picture of any format that is read → the same, smaller.
 *
 * @returns a function that rejects with an {ImagingError} for what cannot be read or is too large
 */
export function createSmallerPicture({ runPixelWork, convertForeign }: SmallerPictureOptions) {
  async function compressed(
    bytes: Buffer,
    options: CompressRequest,
    signal: AbortSignal,
  ): Promise<Compressed> {
    const header = readHeader(bytes);
    const run = (some: ImageHeader, limit: (limits: WorkLimits) => WorkLimits) => {
      const memory = estimateCompressMemory(some, options, bytes.length);
      return runPixelWork({ header: some, memory }, signal, (limits) =>
        compress(bytes, header, options, limit(limits)),
      );
    };
    try {
      return await run(header, (limits) => limits);
    } catch (error) {
      const isTooMuch = error instanceof ImagingError && error.code === "too_many_pixels";
      if (!isTooMuch || header.frames === 1) throw error;
      // An animation of which one frame at a time can be looked at is handed on as it is.
      const maxPixels = header.width * header.height;
      return await run({ ...header, frames: 1 }, (limits) => ({ ...limits, maxPixels }));
    }
  }

  return async (bytes: Buffer, options: CompressRequest, signal: AbortSignal): Promise<Compressed> => {
    const format = foreignFormat(bytes);
    if (format === null) return await compressed(bytes, options, signal);
    return await compressForeign(bytes, format, options, {
      convert: (source, opaque) => convertForeign(source, { format, opaque }, signal),
      compress: (picture, request) => compressed(picture, request, signal),
    });
  };
}
