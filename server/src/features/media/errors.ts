import { AppError } from "../../platform/errors.ts";
import { type Dialect, jsonError, under } from "../../platform/http/dialect.ts";
import type { GenerateRequest } from "./generate-request.ts";
import type { JobState, JobWarning } from "./job.ts";
import { type Problem, validationFailed } from "./pydantic.ts";

/** How the media API words errors: FastAPI's validation list, a text, or a crash. */
export const mediaDialect: Dialect = {
  name: "media",
  owns: under("/api/v1/jobs", "/api/v1/media", "/api/v1/health"),
  validationStatus: 422,
  render: (error, { correlationId }) => {
    const request_id = requestId(correlationId);
    if (error.status === 422) {
      const { errors } = error.details;
      const list = Array.isArray(errors)
        ? errors
        : [{ type: "json_invalid", loc: ["body", 0], msg: error.message, input: {} }];
      return jsonError(422, { detail: list });
    }
    return error.status === 500
      ? jsonError(500, { error: "Internal server error", message: error.message, request_id })
      : jsonError(error.status, { detail: error.message, request_id });
  },
};

/** `req_<hex>` as the reference prints it; the digits are those of the correlation id where it has any. */
const requestId = (correlationId: string) =>
  `req_${correlationId.replace(/^req[-_]/, "").replaceAll("-", "")}`;

export const jobNotFound = () =>
  new AppError({ code: "job_not_found", status: 404, message: "Job not found" });

export const mediaNotFound = () =>
  new AppError({ code: "media_not_found", status: 404, message: "Media not found" });

export const mediaExpired = () =>
  new AppError({ code: "media_expired", status: 410, message: "Media has expired" });

export const cannotCancel = (state: JobState) =>
  new AppError({
    code: "job_not_cancellable",
    status: 400,
    message: `Cannot cancel job in ${state} state`,
  });

export const noImageModel = () =>
  new AppError({
    code: "no_image_model",
    status: 503,
    message:
      "No model for images is configured. Set REPLICATE_API_TOKEN, OPENAI_API_KEY, GEMINI_API_KEYS or A1111_BASE_URL, or " +
      "MEDIA_MODEL=local for pictures that no model makes.",
  });

export const modelUnreachable = (reason: string) =>
  new AppError({
    code: "model_unreachable",
    status: 503,
    message: `What this model takes could not be found out: ${reason}`,
    headers: { "retry-after": "10" },
  });

export const unknownModel = (name: string, names: readonly string[]) =>
  validationFailed([
    {
      type: "value_error",
      loc: ["body", "model"],
      msg: `Value error, There is no such model; known are ${names.join(", ") || "none"}`,
      input: name,
    },
  ]);

/** What can only fail; the model's rule says why. */
export const modelRefuses = (reason: string, { echoed }: GenerateRequest) =>
  validationFailed([
    { type: "value_error", loc: ["body", "parameters"], msg: `Value error, ${reason}`, input: echoed },
  ]);

/** With `strict`: everything that the model would not follow. */
export const unmetParameters = (
  warnings: readonly JobWarning[],
  { echoed, prompt }: Pick<GenerateRequest, "echoed" | "prompt">,
) =>
  validationFailed(
    warnings.map(
      ({ parameter, message }): Problem => ({
        type: "value_error",
        loc: parameter === "prompt" ? ["body", "prompt"] : ["body", "parameters", parameter],
        msg: `Value error, ${message}`,
        input: parameter === "prompt" ? prompt : (echoed?.[parameter] ?? null),
      }),
    ),
  );
