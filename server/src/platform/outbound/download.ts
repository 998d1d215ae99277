import { codeOfStatus, type DownloadFailureCode, downloadFailures } from "./download-failures.ts";
import { OutboundError, type OutboundErrorCode, outboundFailures } from "./errors.ts";
import type { Outbound, OutboundResponse } from "./outbound.ts";
import { parseRetryAfter } from "./retry-after.ts";

export interface DownloadOptions {
  readonly maxBytes: number;
  /** For all of it, redirects included. */
  readonly totalMs: number;
  /** For the connection; 10 seconds unless said otherwise, and never more than `totalMs`. */
  readonly connectMs?: number;
  /** 5 unless said otherwise. */
  readonly maxRedirects?: number;
  /** What the last download of this URL said of itself: the server may then answer that nothing changed. */
  readonly known?: Validators | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch; `Date.now` outside tests. */
  readonly now?: () => number;
}

/** What a server tells one state of a file from the next by (RFC 9110, 8.8). */
interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export type Download =
  | (Validators & {
      readonly status: "ok";
      readonly bytes: Buffer;
      /** Where the bytes came from after redirects. */
      readonly url: string;
    })
  | { readonly status: "not_modified" }
  | {
      readonly status: "failed";
      readonly code: FailureCode;
      /** A public sentence. */
      readonly message: string;
      /** Whether the same URL may work later. */
      readonly transient: boolean;
      /** When the server wants to be asked again; at most an hour away. */
      readonly retryAfter: Date | null;
    };

type FailureCode = Exclude<OutboundErrorCode, "cancelled"> | DownloadFailureCode;

const failures = new Map<string, { transient: boolean; message: string }>(
  [...outboundFailures, ...downloadFailures].map(({ code, ...failure }) => [code, failure]),
);

/**
 * Fetches an image and says what became of it. Whether the bytes are an image is for the decoder to say.
 *
 * @throws {OutboundError} `cancelled`, which says nothing about the URL
 */
export async function downloadImage(
  outbound: Outbound,
  url: string,
  options: DownloadOptions,
): Promise<Download> {
  const {
    maxBytes,
    totalMs,
    connectMs = 10_000,
    maxRedirects = 5,
    headers,
    signal,
    now = Date.now,
  } = options;
  const conditions = conditionsOf(options.known ?? null);
  try {
    const response = await outbound.fetch(url, {
      limits: { maxBytes, totalMs, connectMs: Math.min(connectMs, totalMs), maxRedirects },
      headers: { accept: "image/*, */*;q=0.5", ...headers, ...conditions },
      signal,
    });
    return read(response, Object.keys(conditions).length > 0, now());
  } catch (error) {
    if (error instanceof OutboundError && error.code !== "cancelled")
      return failed(error.code, error.message);
    throw error;
  }
}

function read(
  { status, headers, bytes, url }: OutboundResponse,
  conditional: boolean,
  now: number,
): Download {
  if (status === 304 && conditional) return { status: "not_modified" };
  const code = codeOfStatus(status);
  if (code !== undefined) {
    const { transient } = failed(code);
    const retryAfter = transient ? parseRetryAfter(headers["retry-after"], now) : null;
    return {
      ...failed(code, code.endsWith("xx") ? `The server answered with status ${status}.` : undefined),
      retryAfter,
    };
  }
  // A part that nobody asked for, and statuses that carry no image.
  if (status === 206 || status >= 300) {
    return failed(
      "invalid_response",
      `The server answered with status ${status}, which no image comes with.`,
    );
  }
  if (bytes.length === 0) return failed("empty_response");
  return {
    status: "ok",
    bytes,
    etag: sendable(headers["etag"]),
    lastModified: sendable(headers["last-modified"]),
    url,
  };
}

function failed(code: FailureCode, message?: string): Extract<Download, { status: "failed" }> {
  const failure = failures.get(code);
  return {
    status: "failed",
    code,
    message: message ?? failure?.message ?? code,
    transient: failure?.transient ?? false,
    retryAfter: null,
  };
}

function conditionsOf(known: Validators | null): Record<string, string> {
  return {
    ...(known?.etag ? { "if-none-match": known.etag } : {}),
    ...(known?.lastModified ? { "if-modified-since": known.lastModified } : {}),
  };
}

/** A validator is sent back one day; one that no header can carry is worth nothing. */
const sendable = (value: string | undefined) =>
  value !== undefined && value !== "" && value.length <= 1024 && /^[\x20-\x7e]+$/.test(value) ? value : null;
