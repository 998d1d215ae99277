import { expect, test } from "vitest";
import { readError, readRetryAfter } from "./error-answer.ts";
import * as errors from "./errors.ts";

const refusal = (body: unknown, status = 400, headers: Record<string, string> = {}) =>
  readError(new Response(null, { status, headers }), typeof body === "string" ? body : JSON.stringify(body));

// The members of real answers; that these are what the service sends is shown in test/requests.test.ts.
test.each<[dialect: string, body: unknown, message: string, code: string | null]>([
  [
    "prepare",
    { success: false, error: "too_large", message: "It is too large." },
    "It is too large.",
    "too_large",
  ],
  [
    "analysis",
    { success: false, error: "No such batch: 1", error_type: "batch_not_found" },
    "No such batch: 1",
    "batch_not_found",
  ],
  [
    "icons",
    { message: "Batch not found", error: "batch_not_found", metadata: {} },
    "Batch not found",
    "batch_not_found",
  ],
  ["media", { detail: "Job not found", request_id: "req_1" }, "Job not found", null],
  ["media, 500", { error: "Internal server error", message: "It failed." }, "It failed.", null],
  [
    "media, fields",
    {
      detail: [
        { loc: ["body", "prompt"], msg: "Field required" },
        { loc: [], msg: "and more" },
      ],
    },
    "body.prompt: Field required; and more",
    null,
  ],
  ["catalog", { detail: "There are no rows." }, "There are no rows.", null],
])("the sentence and the code of %s", (_, body, message, code) => {
  expect(refusal(body)).toMatchObject({ message, code, body });
});

test("the header goes before what the body calls a code", () => {
  expect(refusal({ error: "one" }, 400, { "x-error-code": "two" }).code).toBe("two");
});

test.each<[what: string, body: string, type: string, message: string]>([
  ["nothing", "", "", "The service answered 502."],
  ["a proxy's page", "<html><h1>Bad Gateway</h1></html>", "text/html", "The service answered 502."],
  ["a proxy's line", "upstream is away\nmore", "text/plain", "The service answered 502: upstream is away."],
  ["JSON without words", "[]", "application/json", "The service answered 502."],
  ["null", "null", "application/json", "The service answered 502."],
  ["an empty list", '{"detail":[]}', "application/json", "The service answered 502."],
  ["a list of anything", '{"detail":[1,null]}', "application/json", "The service answered 502."],
])("without a sentence of the service: %s", (_, body, type, message) => {
  expect(refusal(body, 502, { "content-type": type })).toMatchObject({ message, code: null });
});

test("the request's id is that of the headers, or of the body", () => {
  const body = { correlation_id: "c", request_id: "d" };
  expect(refusal(body, 400, { "x-correlation-id": "a", "x-request-id": "b" }).requestId).toBe("a");
  expect(refusal(body, 400, { "x-request-id": "b" }).requestId).toBe("b");
  expect(refusal(body).requestId).toBe("c");
  expect(refusal({ request_id: "d" }).requestId).toBe("d");
  expect(refusal({}).requestId).toBeNull();
});

test("each status that is told apart has its class, all below ApiError and FoveaError", () => {
  const named = [400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 502, 503, 418].map((status) => {
    const error = refusal({}, status);
    expect(error).toBeInstanceOf(errors.ApiError);
    expect(error).toBeInstanceOf(errors.FoveaError);
    expect(error.status).toBe(status);
    return error.name;
  });
  expect(named).toEqual([
    ...["BadRequestError", "AuthenticationError", "PermissionDeniedError", "NotFoundError", "ConflictError"],
    ...["GoneError", "PayloadTooLargeError", "UnprocessableEntityError", "RateLimitError"],
    ...["ServerError", "ServerError", "OverloadedError", "ApiError"],
  ]);
  expect(refusal({}, 503)).toBeInstanceOf(errors.ServerError);
  expect(new errors.ApiTimeoutError()).toBeInstanceOf(errors.ApiConnectionError);
});

test("Retry-After is seconds, or a date", () => {
  const now = Date.UTC(2026, 0, 1);
  const read = (value: string) => readRetryAfter(new Headers({ "retry-after": value }), now);
  expect(read("7")).toBe(7);
  expect(read(" 7 ")).toBe(7);
  expect(read("Thu, 01 Jan 2026 00:01:30 GMT")).toBe(90);
  expect(read("Wed, 31 Dec 2025 00:00:00 GMT")).toBe(0);
  expect(read("later")).toBeNull();
  expect(readRetryAfter(new Headers())).toBeNull();
});
