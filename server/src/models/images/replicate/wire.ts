import { exchange, type HttpAnswer } from "../../hosted/exchange.ts";
import { ProviderError } from "../../hosted/provider.ts";
import type { Secrets } from "../../hosted/reason.ts";
import { usableKey } from "../../hosted/usable-key.ts";
import type { ImageCall, ImageProviderSettings } from "../contract.ts";
import { replicateFailure } from "./failure.ts";

interface WireRequest {
  readonly method: "GET" | "POST";
  /** Below the API's address, without a slash before it. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly onSent?: (() => void) | undefined;
}

/**
 * One request and its whole answer, whatever its status is.
 *
 * @throws {ProviderError} `unavailable` where no whole answer came; the signal's reason when that is aborted
 */
export async function send(
  { baseUrl, deadlineMs }: ImageProviderSettings,
  { apiKey, signal }: ImageCall,
  { method, path, headers, body, onSent }: WireRequest,
): Promise<HttpAnswer> {
  const authorization = `Bearer ${usableKey(apiKey, "Replicate")}`;
  return await exchange({ signal, deadlineMs, onSent }, (fetch) =>
    fetch(`${baseUrl}/${path}`, {
      method,
      headers: { ...headers, authorization },
      ...(body !== undefined && { body }),
    }),
  );
}

/** As `send`, for a request that costs nothing and may be repeated. */
export const sendFree: typeof send = (settings, call, request) =>
  send(settings, call, request).catch((error: unknown) => {
    throw error instanceof ProviderError ? unbilled(error) : error;
  });

export const isGood = ({ status }: HttpAnswer) => status >= 200 && status < 300;

/** How a request failed that costs nothing, by an answer that is no good one. */
export function freeFailure(answer: HttpAnswer, secrets: Secrets): ProviderError {
  const failure = replicateFailure(answer, secrets);
  // No model was named: what cannot be found is the address.
  if (failure.kind === "model_unknown")
    return new ProviderError({ kind: "unavailable", reason: failure.reason, sent: false });
  return unbilled(new ProviderError(failure));
}

const unbilled = (error: ProviderError): ProviderError =>
  error.failure.kind === "unavailable" ? new ProviderError({ ...error.failure, sent: false }) : error;

/** An answer that nothing can be made of: a page of something in between, most likely. */
export const strangeAnswer = (what: string, sent: boolean): ProviderError =>
  new ProviderError({ kind: "unavailable", reason: `Replicate's answer names no ${what}.`, sent });
