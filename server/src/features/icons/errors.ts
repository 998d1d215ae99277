import type { z } from "zod";
import { AppError } from "../../platform/errors.ts";
import { type Dialect, jsonError, under } from "../../platform/http/dialect.ts";
import type { BatchStatus } from "./choices.ts";

/** How the icon API words errors. */
export const iconsDialect: Dialect = {
  name: "icons",
  owns: under("/api/icons", "/api/images"),
  validationStatus: 400,
  render: (error, { path }) => {
    const { errors, ...metadata } = error.details;
    const isUnknown = error.code === "authentication_required";
    return jsonError(error.status, {
      ...(path === "/api/icons/generate" ? { success: false } : {}),
      message: isUnknown ? "Authentication required" : error.message,
      error: error.code,
      metadata,
      ...(isUnknown ? { hint: error.message } : {}),
      ...(errors === undefined ? {} : { errors }),
    });
  },
};

/** An answer that names thousands of problems would be many times as long as the request. */
const mostErrors = 20;
/** Names within a request are the caller's own. */
const mostInName = 60;

/**
 * What zod found.
 *
 * @param tell whether the answer has all problems, as that of a batch, or the first
 */
export function invalidRequest(issues: readonly z.core.$ZodIssue[], tell: "first" | "all"): AppError {
  const [first] = issues;
  const sentences = issues.slice(0, mostErrors).map(sentenceOf);
  return new AppError({
    code: "validation_error",
    status: 400,
    message: sentences[0] ?? "The request cannot be read.",
    details: {
      ...(first && { field: String(first.path[0] ?? "body") }),
      ...(first?.code === "invalid_value" && { valid_options: first.values }),
      ...(tell === "all" && { errors: sentences }),
    },
  });
}

function sentenceOf({ path, message }: z.core.$ZodIssue): string {
  const place = path.map((name) => String(name).slice(0, mostInName).toWellFormed()).join(".");
  return `Invalid ${place || "body"}: ${message}`;
}

export const batchNotFound = () =>
  new AppError({ code: "batch_not_found", status: 404, message: "Batch not found" });

export const imageNotFound = () =>
  new AppError({ code: "image_not_found", status: 404, message: "Image not found" });

export const batchNotFinished = (details: { readonly status: BatchStatus; readonly progress: number }) =>
  new AppError({ code: "batch_not_finished", status: 409, message: "Batch not finished", details });

export const batchNotCancellable = (status: BatchStatus) =>
  new AppError({
    code: "batch_not_cancellable",
    status: 400,
    message: `Cannot cancel a batch that is ${status}`,
    details: { status },
  });

export const tooManyDownloads = () =>
  new AppError({
    code: "too_many_downloads",
    status: 429,
    message: "Too many archives are being made: let one end, and ask again.",
    headers: { "retry-after": "10" },
  });

/** It goes on: whoever asks for the same again has it when it is there. */
export const stillUnderWay = () =>
  new AppError({
    code: "icon_under_way",
    status: 503,
    message: "The icon is not there yet, and is still worked on: ask for the same again later.",
    headers: { "retry-after": "30" },
  });

/** No model made it, after all tries. */
export const generationFailed = (failure: {
  readonly code: string;
  readonly message: string;
  readonly category: string;
  readonly attempts: number;
}) =>
  new AppError({
    code: failure.code,
    status: 500,
    message: failure.message,
    details: { category: failure.category, attempts: failure.attempts },
  });

/** A model makes pixels; only the local icons are drawn as vectors. */
export const svgUnavailable = () =>
  new AppError({
    code: "icon_svg_unavailable",
    status: 400,
    message: "Only the local icons are made as SVG: ask for `png`, `webp` or `ico`, or use the local icons.",
    details: { field: "format", valid_options: ["png", "webp", "ico"] },
  });
