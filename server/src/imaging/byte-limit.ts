import type { WorkLimits } from "./decode.ts";
import type { OutputFormat } from "./encode.ts";
import { ImagingError } from "./errors.ts";
import { encodeLossless, shrinkLossless } from "./lossless-limit.ts";
import { encodeLossy } from "./lossy-limit.ts";
import type { RawPixels } from "./pixels.ts";

export interface LimitRequest {
  readonly format: OutputFormat;
  /** PNG only: nobody asked for it, so JPEG may do where the limit costs pixels. */
  readonly orLossy: boolean;
  /** Quality wanted, 1 to 100. */
  readonly quality: number;
  readonly maxBytes: number;
  /** Patch size in pixels on which dimensions are given up; null for none. */
  readonly grid: number | null;
  /** Text needs full chroma, keeps a higher quality floor, and shrinks less with each quality step. */
  readonly textLike: boolean;
}

export interface LimitResult {
  readonly bytes: Buffer;
  readonly format: OutputFormat;
  readonly width: number;
  readonly height: number;
  /** Null for PNG. */
  readonly quality: number | null;
  readonly encodes: number;
  /** The limit cost quality, dimensions or encoder time. */
  readonly limitBinds: boolean;
}

/**
 * Encodes pixels at the quality wanted; where that is over the limit, spends quality down to the floor and then
 * dimensions. Every attempt starts from the same decoded pixels.
 *
 * @throws {ImagingError} `cannot_fit` when not even a single pixel is within the limit.
 */
export async function encodeToLimit(
  source: RawPixels,
  request: LimitRequest,
  limits: WorkLimits,
): Promise<LimitResult> {
  const { format } = request;
  const found = await (format === "png"
    ? asPng(source, request, limits)
    : encodeLossy(source, { ...request, format }, limits));
  if (found) return found;
  throw new ImagingError(
    "cannot_fit",
    `No size of this image is within ${request.maxBytes} bytes; choose another format or model.`,
    { max_bytes: request.maxBytes },
  );
}

/**
 * A PNG of all the pixels or, where that is too large, of fewer. Of 40 screenshots and charts a JPEG of the same bytes
 * kept more pixels than that every time, one and a half times as many a side.
 */
async function asPng(source: RawPixels, request: LimitRequest, limits: WorkLimits) {
  const whole = await encodeLossless(source, request, limits);
  if (whole.fits) return whole.result;
  const smaller = await (request.orLossy
    ? encodeLossy(source, { ...request, format: "jpeg" }, limits)
    : shrinkLossless(source, whole.expected, request, limits));
  return smaller && { ...smaller, encodes: whole.encodes + smaller.encodes, limitBinds: true };
}
