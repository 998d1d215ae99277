import { ImagingError, type ImagingErrorCode } from "@fovea/imaging";
import { AppError } from "../../platform/errors.ts";
import { type Dialect, jsonError, under } from "../../platform/http/dialect.ts";

/** How this API words errors; its Python clients read `message`, `correlation_id` and `details` of each. */
export const prepareDialect: Dialect = {
  name: "prepare",
  owns: under(
    "/api/v1/process",
    "/api/v1/validate",
    "/api/v1/analyze",
    "/api/v1/thumbnail",
    "/api/v1/providers",
    "/api/v1/models",
    "/api/v1/stats",
    "/api/v1/audit",
    "/health",
  ),
  validationStatus: 422,
  crashCode: "image_processing_failed",
  render: (error, { correlationId, timestamp }) =>
    jsonError(error.status, {
      success: false,
      error: error.code,
      message: error.message,
      details: error.details,
      correlation_id: correlationId,
      timestamp,
    }),
};

const reasons: Readonly<Record<Exclude<ImagingErrorCode, "deadline">, string>> = {
  not_an_image: "not_an_image",
  unsupported_format: "invalid_format",
  corrupt: "corrupt_image",
  too_many_pixels: "dimension_exceeded",
  cannot_fit: "file_too_large",
};

/** Translates a fault of the picture; anything else passes as it is. */
export function toPrepareError(error: unknown): unknown {
  if (!(error instanceof ImagingError)) return error;
  if (error.code === "deadline") {
    return new AppError({
      code: "deadline_exceeded",
      status: 503,
      message: error.message,
      headers: { "retry-after": "1" },
      cause: error,
    });
  }
  return new AppError({
    code: "validation_error",
    status: 422,
    message: error.message,
    details: { field: "image", reason: reasons[error.code], ...error.details },
    cause: error,
  });
}

export const unknownModel = (id: string, suggestions: readonly string[]) =>
  new AppError({
    code: "validation_error",
    status: 422,
    message: `options.model: there is no model ${JSON.stringify(id.slice(0, 80))} in the catalog${
      suggestions.length > 0 ? `; did you mean ${suggestions.join(" or ")}?` : "; see GET /api/v1/models."
    }`,
    details: { field: "options.model", reason: "model_not_supported", suggestions },
  });

export const otherProvidersModel = (id: string, provider: string) =>
  new AppError({
    code: "validation_error",
    status: 422,
    message: `options.model: ${id} is a model of ${provider}; set provider to "${provider}".`,
    details: { field: "options.model", reason: "model_not_supported" },
  });

const threeForms =
  "send the image as JSON with a data URL (`application/json`), as a form with a file part " +
  "(`multipart/form-data`), or as its bytes (`image/jpeg` or another `image/…` type)";

/** @param mediaType what was sent; undefined where no content type was, or none that can be read */
export const unsupportedForm = (mediaType: string | undefined) =>
  new AppError({
    code: "unsupported_media_type",
    status: 415,
    message: `${
      mediaType === undefined
        ? "The request names no valid Content-Type"
        : `${mediaType.slice(0, 80)} is not supported here`
    }: ${threeForms}.`,
  });

export const formWithoutFile = () =>
  new AppError({
    code: "unsupported_media_type",
    status: 415,
    message: `The form holds no file: ${threeForms}.`,
  });

/** The body or the file part has no bytes, which is what clients send whose own file was not found. */
export const emptyImage = () =>
  new AppError({
    code: "validation_error",
    status: 422,
    message: "image: there are no bytes; send those of a JPEG, PNG, GIF or WebP.",
    details: { field: "image", reason: "empty" },
  });

const unavailableAssets = {
  unknown: ["asset_not_found", "there is no stored picture with this id"],
  lost: ["asset_not_found", "the stored picture is no longer in the storage of files"],
  expired: ["asset_expired", "the stored picture has expired"],
  too_large: ["file_too_large", "the stored picture has more bytes than are accepted"],
} as const;

/** The address of a stored picture leads to nothing that can be used. */
export function unavailableAsset(missing: keyof typeof unavailableAssets): AppError {
  const [reason, sentence] = unavailableAssets[missing];
  return new AppError({
    code: "validation_error",
    status: 422,
    message: `image: ${sentence}.`,
    details: { field: "image", reason },
  });
}

export const conflictingFields = (field: string) =>
  new AppError({
    code: "malformed_request",
    status: 400,
    message: `${field} has one value in the query and another in the form; send it once.`,
    details: { field, reason: "conflicting_values" },
  });

export const malformedForm = (cause: unknown) =>
  new AppError({
    code: "validation_error",
    status: 422,
    message: "The form is damaged, cut short, or names no boundary.",
    details: { reason: "malformed_form" },
    cause,
  });

export const bodyTooLarge = (limit: number) =>
  new AppError({
    code: "payload_too_large",
    status: 413,
    message: `The request body is too large; up to ${limit / 2 ** 20} MB are accepted.`,
  });
