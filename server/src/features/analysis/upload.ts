import type { FastifyRequest } from "fastify";
import { type Created, createBatch, type FormPart, maxUploadBytes } from "./create-batch.ts";
import { encodedBody, notAForm, toFormError, uploadTooLarge } from "./errors.ts";
import { type AnalysisRoutesOptions, ownerOf } from "./route-options.ts";

/** Names, boundaries and settings around the file. */
const formOverheadBytes = 1024 * 1024;

/** For `onRequest`: what cannot be taken is refused before a byte of the body is read. */
export async function refuseEarly({ headers }: FastifyRequest): Promise<void> {
  if (!/^multipart\/form-data\b/i.test(headers["content-type"] ?? "")) throw notAForm();
  if (!/^(identity)?$/i.test(headers["content-encoding"] ?? "")) throw encodedBody();
  if (Number(headers["content-length"] ?? 0) > maxUploadBytes + formOverheadBytes)
    throw uploadTooLarge(maxUploadBytes);
}

/** A form with a CSV file → a batch. */
export function receiveUpload(
  options: AnalysisRoutesOptions,
  request: FastifyRequest,
  how: { readonly csvNames: boolean },
): Promise<Created> {
  const key = request.headers["idempotency-key"];
  return createBatch(options, {
    owner: ownerOf(request),
    idempotencyKey: typeof key === "string" ? key : null,
    parts: partsOf(request),
    csvNames: how.csvNames,
    also: ({ id, items }) => options.trail.within(request, "batch.create", id, { rows: items }),
  });
}

export async function* partsOf(request: FastifyRequest): AsyncGenerator<FormPart> {
  try {
    yield* request.parts() as AsyncIterable<FormPart>;
  } catch (error) {
    throw toFormError(error);
  }
}
