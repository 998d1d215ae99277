import { ApiConnectionError, ApiError, type PreviewBatchData } from "@fovea/client";
import { apiUrl } from "../../../service/api-url.ts";

/** So much of a large file is enough to see how it is read: some thousand rows. */
export const previewedBytes = 2 ** 20;

/** What an upload would read of a file. Of a large one its beginning is sent. */
export async function previewFile(file: File, signal: AbortSignal): Promise<PreviewBatchData> {
  const form = new FormData();
  if (file.size > previewedBytes) form.append("partial", "true");
  form.append("file", file.slice(0, previewedBytes), file.name);
  const response = await send(form, signal);
  const body: unknown = await response.json().catch(() => null);
  // The service's own answer has the shape that its document says.
  if (response.ok) return (body as { readonly data: PreviewBatchData }).data;
  throw refusalOf(response, body);
}

async function send(body: FormData, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(apiUrl("/api/v1/batches/preview"), { method: "POST", body, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new ApiConnectionError(
      "The file could not be sent. If it was changed since you chose it, choose it again.",
      { cause: error },
    );
  }
}

function refusalOf({ status, headers }: Response, body: unknown): ApiError {
  const told: Readonly<Record<string, unknown>> =
    typeof body === "object" && body !== null ? { ...body } : {};
  const { error } = told;
  return new ApiError({
    ...{ status, headers, body, retryAfter: null },
    code: headers.get("x-error-code"),
    message: typeof error === "string" ? error : `The service answered ${status}.`,
    requestId: headers.get("x-request-id"),
  });
}
