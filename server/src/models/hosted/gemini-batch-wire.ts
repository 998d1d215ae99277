import { z } from "zod";
import { exchange, type HttpAnswer } from "./exchange.ts";
import { geminiFailure } from "./gemini-failure.ts";
import { readBody } from "./json-body.ts";
import { type HostedProviderSettings, ProviderError } from "./provider.ts";
import { usableKey } from "./usable-key.ts";

/** With what a request is made. */
export interface GeminiBatchCall {
  readonly apiKey: string | null;
  readonly signal: AbortSignal;
}

export interface WireRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer<ArrayBuffer>;
}

/** Where Google has what: files come in and go out beside the API, above its version. */
export interface BatchAddresses {
  readonly api: string;
  readonly upload: string;
  readonly download: string;
}

export function batchAddresses(baseUrl: string): BatchAddresses {
  const slash = baseUrl.lastIndexOf("/");
  const [root, version] = [baseUrl.slice(0, slash), baseUrl.slice(slash + 1)];
  return { api: baseUrl, upload: `${root}/upload/${version}`, download: `${root}/download/${version}` };
}

/**
 * One request and its whole answer, whatever its status is.
 *
 * @throws {ProviderError} `unavailable` where no whole answer came; the signal's reason when that is aborted
 */
export async function send(
  { deadlineMs }: HostedProviderSettings,
  call: GeminiBatchCall,
  { url, method, headers, body }: WireRequest,
): Promise<HttpAnswer> {
  const key = { "x-goog-api-key": usableKey(call.apiKey, "Gemini") };
  return await exchange({ signal: call.signal, deadlineMs }, (fetch) =>
    fetch(url, { method, headers: { ...headers, ...key }, ...(body !== undefined && { body }) }),
  );
}

/** As `send`, for a request that costs nothing and may be repeated. */
export async function sendFree(
  settings: HostedProviderSettings,
  call: GeminiBatchCall,
  request: WireRequest,
): Promise<HttpAnswer> {
  return await send(settings, call, request).catch((error: unknown) => {
    throw error instanceof ProviderError ? unbilled(error) : error;
  });
}

/** How a request failed that costs nothing, by an answer that is no 200. */
export function freeFailure(answer: HttpAnswer, { apiKey }: GeminiBatchCall): ProviderError {
  const failure = geminiFailure(answer, { apiKey, instruction: "" });
  // No model was named: what cannot be found is the address.
  return failure.kind === "model_unknown"
    ? new ProviderError({ kind: "unavailable", reason: failure.reason, sent: false })
    : unbilled(new ProviderError(failure));
}

const unbilled = (error: ProviderError): ProviderError =>
  error.failure.kind === "unavailable" ? new ProviderError({ ...error.failure, sent: false }) : error;

/** An answer that nothing can be made of: a page of something in between, most likely. */
export const strangeBatchAnswer = (what: string, sent: boolean): ProviderError =>
  new ProviderError({ kind: "unavailable", reason: `Gemini's answer names no ${what}.`, sent });

const statusSchema = z.object({
  error: z.object({ status: z.string().catch(""), message: z.string().catch("") }),
});

/** What Google calls an error, where the answer is an error of Google's and not a page of a gateway's. */
export const googleError = ({ body }: HttpAnswer) => readBody(statusSchema, body)?.error ?? null;

/**
 * Whether Google itself says that it has no such file or job. To a file that is gone, or of another project, it answers
 * 403 and that one has no permission for it "or it may not exist": that is no word about the key.
 */
export function isMissing(answer: HttpAnswer): boolean {
  const error = googleError(answer);
  if (error === null) return false;
  return answer.status === 404 || (answer.status === 403 && /may not exist/i.test(error.message));
}
