import {
  estimateMemory,
  type FitRequest,
  type FitResult,
  fit,
  type ImageHeader,
  passThrough,
  uprightSize,
} from "@fovea/imaging";
import type { Catalog } from "../../models/catalog.ts";
import { describeView, type ImageLimits, limitsFor, type Size, within } from "./limits.ts";
import type { Caller, RunPixelWork } from "./pixel-work.ts";
import type { ProcessOptions, ProcessRequest } from "./schema.ts";
import { headerOf } from "./source.ts";

/** An image that its model accepts, and what is to be said of it. */
export interface Prepared {
  readonly result: FitResult;
  readonly header: ImageHeader;
  readonly limits: ImageLimits;
  readonly original: Size & { readonly bytes: number };
  readonly view: ReturnType<typeof describeView>;
  /** As they were understood. */
  readonly options: Partial<ProcessOptions>;
  readonly warnings: readonly string[];
  /** Milliseconds from the complete request to the result, waiting included. */
  readonly elapsedMs: number;
}

export interface PrepareDependencies {
  readonly catalog: Catalog;
  readonly runPixelWork: RunPixelWork;
}

const white = "#FFFFFF";

/**
 * Makes an image acceptable to a provider or one of its models: repairs what is too large instead of refusing it,
 * and leaves untouched what fits.
 *
 * @throws {AppError} `validation_error` for what cannot be repaired, `overloaded` when the service is busy
 */
export async function processImage(
  { catalog, runPixelWork }: PrepareDependencies,
  request: ProcessRequest,
  caller: Caller,
): Promise<Prepared> {
  const { bytes } = request.image;
  const options: Partial<ProcessOptions> = request.options ?? {};
  const limits = limitsFor(catalog, request.provider, options.model);
  const header = headerOf(bytes);
  const original = { ...uprightSize(header), bytes: bytes.length };
  const wanted = fitRequest(header, original, limits, options);
  const memoryBytes = estimateMemory(header, wanted, bytes.length);
  const result =
    // Reading a header and cutting segments is not worth a turn behind the encoders.
    passThrough(bytes, header, wanted) ??
    (await runPixelWork({ header, memoryBytes }, caller, (work) => fit(bytes, header, wanted, work)));
  return {
    result,
    header,
    limits,
    original,
    view: describeView(limits, result, original),
    options,
    warnings: warningsOf(header, options, result),
    elapsedMs: performance.now() - caller.receivedAt,
  };
}

/**
 * What the request asks of the fit. Without a model the contract's rules hold: the provider's preferred format, and
 * flattening wherever transparency is not asked for. With one, whatever the model accepts may stay as it is.
 */
function fitRequest(
  header: ImageHeader,
  original: Size,
  limits: ImageLimits,
  options: Partial<ProcessOptions>,
): FitRequest {
  const { format, preserve_transparency: preserve, background_color: background } = options;
  const size = limits.bestSize(within(original, options.max_dimension ?? Number.POSITIVE_INFINITY));
  const keepsAlpha = preserve === true && header.hasAlpha;
  const preferred = keepsAlpha ? "png" : limits.preferredFormat === "png" ? "png" : "jpeg";
  const target = format ?? (limits.model ? (keepsAlpha ? "png" : "auto") : preferred);
  const flatten = preserve === false || target === "jpeg" || (target === "auto" && background !== undefined);
  return {
    ...size,
    maxBytes: limits.maxBytes,
    passThrough: target === "auto" ? limits.formats : [target],
    format: target,
    quality: options.quality,
    background: flatten ? (background ?? white) : undefined,
    grid: limits.grid,
  };
}

function warningsOf(header: ImageHeader, options: Partial<ProcessOptions>, result: FitResult): string[] {
  const warnings: string[] = [];
  if (header.frames > 1) warnings.push(`The image has ${header.frames} frames; the first one was used.`);
  if (options.preserve_transparency === true && header.hasAlpha && result.format === "jpeg") {
    const background = options.background_color ?? white;
    warnings.push(`JPEG has no transparency: transparent pixels were put on ${background}.`);
  }
  return warnings;
}
