import { exchange, type HttpAnswer } from "../../hosted/exchange.ts";
import { ProviderError } from "../../hosted/provider.ts";
import type { ImageCall, ImageProviderSettings } from "../contract.ts";
import { a1111Failure } from "./failure.ts";

/** Twice 2,048 pixels each way without loss may be 48 MB, and come as base64. */
const mostBytes = 64 * 2 ** 20;

interface WireRequest {
  readonly method: "GET" | "POST";
  /** Below the API's address, without a slash before it. */
  readonly path: string;
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
  { method, path, body, onSent }: WireRequest,
): Promise<HttpAnswer> {
  const authorization = apiKey ? basic(apiKey) : null;
  return await exchange({ signal, deadlineMs, onSent, mostBytes }, (fetch) =>
    fetch(`${baseUrl}/${path}`, {
      method,
      headers: {
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(authorization !== null && { authorization }),
      },
      ...(body !== undefined && { body }),
    }),
  );
}

/**
 * As `send`, for a request that costs nothing and may be repeated.
 *
 * @returns null where the server has no such page: stable-diffusion.cpp's answers with pictures only
 */
export async function sendFree(
  settings: ImageProviderSettings,
  call: ImageCall,
  request: WireRequest,
): Promise<HttpAnswer | null> {
  const answer = await send(settings, call, request).catch((error: unknown) => {
    throw error instanceof ProviderError ? unbilled(error) : error;
  });
  if (answer.status === 404) return null;
  if (isGood(answer)) return answer;
  throw unbilled(new ProviderError(a1111Failure(answer, { apiKey: call.apiKey, instruction: "" })));
}

export const isGood = ({ status }: HttpAnswer) => status >= 200 && status < 300;

/** An answer that nothing can be made of: a page of something in between, most likely. */
export const strangeAnswer = (what: string, sent: boolean): ProviderError =>
  new ProviderError({ kind: "unavailable", reason: `The server's answer names no ${what}.`, sent });

const unbilled = (error: ProviderError): ProviderError =>
  error.failure.kind === "unavailable" ? new ProviderError({ ...error.failure, sent: false }) : error;

/** RFC 7617, which is what `--api-auth user:password` asks for. */
function basic(apiKey: string): string {
  if (/^[^:\p{Cc}]+:\P{Cc}*$/u.test(apiKey)) return `Basic ${Buffer.from(apiKey).toString("base64")}`;
  const reason = "These servers take a name and a password, as name:password.";
  throw new ProviderError({ kind: "key_unusable", reason });
}
