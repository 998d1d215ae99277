import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { startDeadline } from "../outbound/deadline.ts";
import { OutboundError } from "../outbound/errors.ts";
import { type Answer, exchange } from "../outbound/exchange.ts";
import { exchangeFailure } from "../outbound/network-errors.ts";
import { createS3Addresses, type S3AddressSettings } from "../outbound/s3-address.ts";
import { createS3Agent } from "../outbound/s3-agent.ts";
import { signS3Request } from "../outbound/s3-signature.ts";
import type { S3CredentialsSource } from "./credentials-source.ts";
import { S3Body } from "./s3-body.ts";
import { failureOfAnswer, failureOfExchange, S3Failure } from "./s3-failures.ts";
import { inThreeTries } from "./tries.ts";

export interface S3ClientSettings extends S3AddressSettings {
  readonly bucket: string;
  readonly credentials: S3CredentialsSource;
  /** Pools of connections of its own unless given, which are then not closed. */
  readonly dispatcher?: Dispatcher | undefined;
  /** Milliseconds since 1970: S3 refuses a signature that is 15 minutes off. `Date.now` outside tests. */
  readonly now?: (() => number) | undefined;
  /** Longest pause before the second of three tries. 200 ms unless said otherwise. */
  readonly retryBaseMs?: number | undefined;
}

interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Null: the bucket. */
  readonly key: string | null;
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Besides success, the statuses that are an answer; all others are failures. */
  readonly accept?: readonly number[];
  /**
   * S3 may send 200 before it knows, and an error in the body
   * (docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html).
   */
  readonly mayFailLate?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface S3Opened {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** To be read or destroyed. Ends with an {S3Failure} or the signal's reason where it is not whole. */
  readonly body: Readable;
}

/** Requests to one bucket: signed, repeated while that may help, and their failures translated. */
export interface S3Client {
  /** @throws {S3Failure} or the signal's reason */
  send(request: S3Request): Promise<Answer>;
  /** The same for a body that is not held in memory. */
  open(request: S3Request): Promise<S3Opened>;
  close(): Promise<void>;
}

/** From the first byte of a request to the last of its answer: 8 MB at 70 KB/s. */
const exchangeMs = 120_000;
const headersMs = 30_000;
/** Between two pieces of a body; who reads slowly is not counted, as undici reads no further then. */
const idleMs = 60_000;
/** A list of 1,000 names is some 400 KB. */
const longestAnswer = 4 * 1024 * 1024;
const longestErrorBody = 16_384;
const nothing = Buffer.alloc(0);
/** With the ones that renew themselves, another try gets others. */
const refusedCredentials = new Set(["ExpiredToken", "InvalidToken", "InvalidAccessKeyId"]);

/** @throws TypeError for an endpoint or a bucket that is none */
export function createS3Client(settings: S3ClientSettings): S3Client {
  const { region, bucket, credentials, now = Date.now, retryBaseMs = 200 } = settings;
  const addressOf = createS3Addresses(settings);
  const dispatcher = settings.dispatcher ?? createS3Agent();
  const closing = new AbortController();

  /** The bucket's own path is that of an object without its key. */
  function place(key: string | null) {
    const address = addressOf(`s3://${bucket}/${key ?? "x"}`);
    if (typeof address === "string") throw new TypeError(address);
    return key === null ? { ...address, path: address.path.slice(0, -1) } : address;
  }
  place(null);

  async function attempt<Result extends { readonly status: number }>(
    request: S3Request,
    run: (signed: Dispatcher.DispatchOptions, at: number) => Promise<Result>,
  ): Promise<Result> {
    const { method, key, query = {}, headers = {}, body = nothing, signal } = request;
    const { origin, host, path } = place(key);
    return await inThreeTries(
      async () => {
        signal?.throwIfAborted();
        const current = await credentials.current();
        const at = now();
        const checked = body.length > 0 ? { ...headers, "content-md5": md5(body) } : headers;
        const toSign = { method, host, path, query, headers: checked, body };
        const signed = signS3Request(toSign, region, current, new Date(at));
        const sent = {
          origin,
          path: path + signed.search,
          method,
          headers: signed.headers,
          // Without a body undici sends no length for a DELETE, and a length of 0 for PUT and POST, as S3 wants it.
          body: method === "PUT" || body.length > 0 ? body : null,
        };
        try {
          return await run(sent, at);
        } catch (error) {
          if (signal?.aborted) throw signal.reason;
          if (error instanceof OutboundError) throw failureOfExchange(error);
          if (error instanceof S3Failure && refusedCredentials.has(error.s3Code ?? "")) {
            throw credentials.refused(current) ? new RefusedCredentials(error) : error;
          }
          throw error;
        }
      },
      (error) => error instanceof RefusedCredentials || (error instanceof S3Failure && error.transient),
      retryBaseMs,
      signal,
    ).catch((error: unknown) => {
      throw error instanceof RefusedCredentials ? error.failure : error;
    });
  }

  const isAnswer = (status: number, { accept = [] }: S3Request) =>
    (status >= 200 && status < 300) || accept.includes(status);

  return {
    send: (request) =>
      attempt(request, async (signed, at) => {
        const caller = request.signal ? AbortSignal.any([request.signal, closing.signal]) : closing.signal;
        const deadline = startDeadline(exchangeMs, caller);
        try {
          const answer = await exchange(
            dispatcher,
            signed,
            (status) =>
              isAnswer(status, request)
                ? { bytes: longestAnswer, beyond: "refuse" }
                : { bytes: longestErrorBody, beyond: "cut" },
            deadline.signal,
          );
          const body = () => answer.bytes.toString();
          const failed = !isAnswer(answer.status, request) || (request.mayFailLate && isError(body()));
          if (failed) throw failureOfAnswer({ ...answer, body: body() }, at);
          return answer;
        } finally {
          deadline.clear();
        }
      }),

    open: (request) =>
      attempt(request, async (signed, at) => {
        const signal = request.signal ? AbortSignal.any([request.signal, closing.signal]) : closing.signal;
        const times = { headersTimeout: headersMs, bodyTimeout: idleMs };
        const answer = await dispatcher.request({ ...signed, ...times, signal }).catch((error: Error) => {
          throw closing.signal.aborted ? new OutboundError("cancelled") : withTimeouts(error, false);
        });
        const { statusCode: status } = answer;
        const headers = flatten(answer.headers);
        if (!isAnswer(status, request)) {
          throw failureOfAnswer({ status, headers, body: await firstOf(answer.body) }, at);
        }
        const length = Number(headers["content-length"] ?? Number.NaN);
        const body = new S3Body(answer.body, length, (error) => {
          if (request.signal?.aborted) return request.signal.reason;
          const failure = withTimeouts(error, true);
          return failure instanceof OutboundError ? failureOfExchange(failure) : failure;
        });
        return { status, headers, body };
      }),

    async close() {
      closing.abort(new OutboundError("cancelled"));
      if (settings.dispatcher === undefined) await dispatcher.destroy();
    },
  };
}

/** Not a failure of S3's: it is worth another try only because the credentials are other ones then. */
class RefusedCredentials extends Error {
  readonly failure: S3Failure;

  constructor(failure: S3Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

const isError = (xml: string) => /<Error[\s>]/.test(xml);

/** S3 compares it with what arrived, and so do servers that do not look at the signed hash of the body. */
const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest("base64");

const timeouts = new Set<unknown>(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);

/** @param answered whether the headers of the answer had arrived */
function withTimeouts(error: Error, answered: boolean): Error {
  const late = "code" in error && timeouts.has(error.code);
  return late ? new OutboundError("response_timeout") : exchangeFailure(error, answered);
}

async function firstOf(body: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length >= longestErrorBody) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(pieces).toString();
}

const flatten = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
