import { AppError } from "../errors.ts";
import type { Dialect } from "./dialect.ts";

/** The parts of an error that Fastify, its plugins and Node set on what they throw. */
interface FrameworkError {
  readonly code?: string;
  readonly statusCode?: number;
  readonly message?: string;
  /** Set by schema validation: where and what. */
  readonly validation?: readonly { readonly instancePath: string; readonly message?: string }[];
  readonly validationContext?: string;
}

const byCode: Readonly<Record<string, { code: string; status: number; message: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: "payload_too_large",
    status: 413,
    message: "The request body is too large.",
  },
  FST_REQ_FILE_TOO_LARGE: {
    code: "payload_too_large",
    status: 413,
    message: "The uploaded file is too large.",
  },
  FST_FILES_LIMIT: {
    code: "payload_too_large",
    status: 413,
    message: "The form holds too many files; send one.",
  },
  FST_PARTS_LIMIT: { code: "payload_too_large", status: 413, message: "The form holds too many parts." },
  FST_FIELDS_LIMIT: { code: "payload_too_large", status: 413, message: "The form holds too many fields." },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "unsupported_media_type",
    status: 415,
    message: "This content type is not supported here; send application/json.",
  },
  FST_INVALID_MULTIPART_CONTENT_TYPE: {
    code: "unsupported_media_type",
    status: 415,
    message: "The form names no boundary; let your HTTP client set the multipart content type.",
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: "validation_error",
    status: 400,
    message: "The body is not as long as its Content-Length says.",
  },
  FST_ERR_MAX_PARAM_LENGTH: { code: "not_found", status: 404, message: "Not Found" },
  FST_ERR_BAD_URL: { code: "malformed_request", status: 400, message: "The address is not a valid URL." },
};

/**
 * Turns whatever reached the HTTP edge into the one error type. What is not known to be the caller's fault is
 * ours: a plain 500 whose cause is logged and never sent.
 *
 * @param dialect of the path: it knows the status of malformed requests and the code of a crash
 */
export function toAppError(
  error: unknown,
  { validationStatus, crashCode = "internal_error" }: Pick<Dialect, "validationStatus" | "crashCode">,
): AppError {
  if (error instanceof AppError) return error;
  const { code = "", statusCode, message, validation } = (error ?? {}) as FrameworkError;
  if (validation) return invalidFields(validation, validationStatus);
  const known = byCode[code];
  if (known) {
    const status = known.code === "validation_error" ? validationStatus : known.status;
    return new AppError({ ...known, status, cause: error });
  }
  // Broken JSON arrives as a SyntaxError with a status; its message quotes the body, so it is not repeated.
  if (error instanceof SyntaxError && statusCode === 400) return malformedJson(validationStatus, error);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new AppError({
      code: "validation_error",
      status: statusCode === 400 ? validationStatus : statusCode,
      message: message ?? "The request is not valid.",
      cause: error,
    });
  }
  return new AppError({
    code: crashCode,
    status: 500,
    message: "Something went wrong on our side; the request can be sent again.",
    cause: error,
  });
}

/** All problems in one message; `details.field` names the first, as clients of the prepare API read it. */
function invalidFields(problems: NonNullable<FrameworkError["validation"]>, status: 400 | 422): AppError {
  const fields = problems.map(({ instancePath, message = "is not valid" }) => ({
    field: instancePath.split("/").filter(Boolean).join("."),
    message,
  }));
  return new AppError({
    code: "validation_error",
    status,
    message: fields.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join("; "),
    details: { field: fields[0]?.field ?? "", errors: fields },
  });
}

export const malformedJson = (status: 400 | 422, cause?: unknown) =>
  new AppError({
    code: "validation_error",
    status,
    message: "The body is not valid JSON.",
    details: { reason: "malformed_json" },
    cause,
  });

/** RFC 9112, 3.2: such a request must be answered with 400. */
export const missingHost = () =>
  new AppError({ code: "malformed_request", status: 400, message: "The request has no Host header." });

export const notFound = () => new AppError({ code: "not_found", status: 404, message: "Not Found" });

export const methodNotAllowed = (allowed: readonly string[]) =>
  new AppError({
    code: "method_not_allowed",
    status: 405,
    message: `This address answers ${allowed.join(", ")} only.`,
    headers: { allow: allowed.join(", ") },
  });

export const shuttingDown = () =>
  new AppError({
    code: "shutting_down",
    status: 503,
    message: "The service is shutting down; send the request again.",
    headers: { "retry-after": "1" },
  });
