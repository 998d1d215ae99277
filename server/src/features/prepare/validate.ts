import { type ImageHeader, ImagingError, isIntact, modeOf, readHeader, uprightSize } from "@fovea/imaging";
import type { Catalog } from "../../models/catalog.ts";
import { describeView, formatName, type ImageLimits, limitsFor, megabytes, round } from "./limits.ts";
import type { ValidateRequest, ValidateResponse } from "./schema.ts";

type Verdict = Omit<ValidateResponse, "correlation_id">;

/**
 * Says whether a provider or model takes an image as it is. An image it would not take is an answer, not an error:
 * nothing is decoded, only headers and the structure of the file are read.
 */
export function validateImage(catalog: Catalog, request: ValidateRequest): Verdict {
  const { bytes } = request.image;
  const limits = limitsFor(catalog, request.provider, request.options?.model);
  const source = readSource(bytes);
  const common = {
    provider: limits.provider,
    file_size: bytes.length,
    file_size_mb: megabytes(bytes.length),
    limits: {
      max_size_mb: megabytes(limits.maxBytes),
      max_dimension: limits.maxSide,
      supported_formats: limits.formats.map(formatName),
    },
  };
  return "header" in source
    ? { ...common, ...judge(source.header, bytes, limits) }
    : { ...common, ...unreadable(source.format, source.problem) };
}

type Source =
  | { readonly header: ImageHeader }
  /** `format` as far as it could be told. */
  | { readonly format: string; readonly problem: string };

function readSource(bytes: Buffer): Source {
  try {
    return { header: readHeader(bytes) };
  } catch (error) {
    if (!(error instanceof ImagingError)) throw error;
    const { format } = error.details;
    return { format: typeof format === "string" ? format.toUpperCase() : "unknown", problem: error.message };
  }
}

function unreadable(format: string, problem: string) {
  return {
    valid: false,
    error_message: problem,
    dimensions: { width: 0, height: 0, aspect_ratio: 0 },
    format,
    color_mode: null,
    has_transparency: null,
    requirements_met: { size_limit: false, dimension_limit: false, format_supported: false },
    metadata: null,
  };
}

function judge(header: ImageHeader, bytes: Buffer, limits: ImageLimits) {
  const { width, height } = uprightSize(header);
  const requirements = {
    size_limit: bytes.length <= limits.maxBytes,
    dimension_limit: Math.max(width, height) <= (limits.maxSide ?? Number.POSITIVE_INFINITY),
    format_supported: limits.formats.includes(header.format),
  };
  const view = describeView(limits, { width, height }, { width, height });
  const problems = [
    requirements.size_limit
      ? null
      : `File size ${megabytes(bytes.length)} MB exceeds the limit of ${megabytes(limits.maxBytes)} MB.`,
    requirements.dimension_limit
      ? null
      : `Dimensions ${width}x${height} exceed the limit of ${limits.maxSide} pixels per side.`,
    requirements.format_supported ? null : `The format ${formatName(header.format)} is not supported.`,
    isIntact(bytes, header) ? null : "The file is damaged or cut short.",
    limits.model && !view.model_view.accepted
      ? `The model would refuse it: ${view.model_view.reason}.`
      : null,
  ].filter((problem) => problem !== null);
  return {
    valid: problems.length === 0,
    error_message: problems.length === 0 ? null : problems.join(" "),
    dimensions: { width, height, aspect_ratio: round(width / height, 2) },
    format: formatName(header.format),
    color_mode: modeOf(header),
    has_transparency: header.hasAlpha,
    requirements_met: requirements,
    metadata: { provider: limits.provider, model: limits.model?.id ?? null, ...view },
  };
}
