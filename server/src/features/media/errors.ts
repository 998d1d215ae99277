import { type Dialect, jsonError, under } from "../../platform/http/dialect.ts";

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
