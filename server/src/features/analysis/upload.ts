import type { FastifyRequest } from "fastify";
import { expectForm } from "../../platform/http/form-headers.ts";
import { partsOf } from "../../platform/http/form-parts.ts";
import type { UploadAnswer } from "../../platform/http/form-upload.ts";
import { createBatch, maxUploadBytes } from "./create-batch.ts";
import { encodedBody, notAForm, uploadTooLarge } from "./errors.ts";
import { type AnalysisRoutesOptions, ownerOf } from "./route-options.ts";

/** For `onRequest`. */
export async function refuseEarly({ headers }: FastifyRequest): Promise<void> {
  expectForm(headers, maxUploadBytes, {
    notAForm,
    encodedBody,
    tooLarge: () => uploadTooLarge(maxUploadBytes),
  });
}

/** A form with a CSV file → a batch. */
export function receiveUpload(
  options: AnalysisRoutesOptions,
  request: FastifyRequest,
  how: { readonly csvNames: boolean },
): Promise<UploadAnswer> {
  const key = request.headers["idempotency-key"];
  return createBatch(options, {
    owner: ownerOf(request),
    idempotencyKey: typeof key === "string" ? key : null,
    parts: partsOf(request),
    csvNames: how.csvNames,
    also: ({ id, items }) => options.trail.within(request, "batch.create", id, { rows: items }),
  });
}
