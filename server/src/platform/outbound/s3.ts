import { startDeadline } from "./deadline.ts";
import { OutboundError } from "./errors.ts";
import { type Answer, type BodyCap, exchange } from "./exchange.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { createS3Addresses, type S3AddressSettings } from "./s3-address.ts";
import { createS3Agent } from "./s3-agent.ts";
import { failureOfAnswer, type S3Failure, s3Failure } from "./s3-failures.ts";
import { type S3Credentials, signS3Request } from "./s3-signature.ts";

export interface S3Settings extends S3AddressSettings {
  /** Null or empty: no row is read from S3. */
  readonly accessKeyId: string | null;
  readonly secretAccessKey: string | null;
  readonly sessionToken?: string | null;
  /** Milliseconds since 1970: S3 refuses a signature that is 15 minutes off. `Date.now` outside tests. */
  readonly now?: () => number;
}

export interface S3ReadOptions {
  readonly maxBytes: number;
  /** From the first byte sent to the last one received, in milliseconds. */
  readonly totalMs: number;
  readonly signal: AbortSignal;
  /** The `etag` of an earlier read. */
  readonly ifNoneMatch?: string | null;
}

type S3Read =
  | {
      readonly status: "ok";
      /** As stored: a `Content-Encoding` that an object was given is not undone. */
      readonly bytes: Buffer;
      readonly etag: string | null;
      readonly lastModified: string | null;
    }
  | { readonly status: "not_modified" }
  | S3Failure;

export interface S3Reader {
  /**
   * Reads the object of an `s3://bucket/key` URL and says what became of it.
   *
   * @throws {OutboundError} `cancelled`, by the signal or by `close`
   */
  get(url: string, options: S3ReadOptions): Promise<S3Read>;
  close(): Promise<void>;
}

/** Error bodies are some 500 bytes of XML. */
const longestErrorBody = 16_384;

/**
 * Reads objects with the operator's credentials. The endpoint is the operator's configuration, often in a private
 * network, so it is not held to the address rules for what users give: of the URL only bucket and key are the user's,
 * and redirects, by which somebody else would choose the address, are not followed.
 *
 * @throws {TypeError} for an endpoint that is none
 */
export function createS3Reader(settings: S3Settings): S3Reader {
  const { region, accessKeyId, secretAccessKey, sessionToken, now = Date.now } = settings;
  const addressOf = createS3Addresses(settings);
  const credentials: S3Credentials | null =
    accessKeyId && secretAccessKey
      ? { accessKeyId, secretAccessKey, sessionToken: sessionToken ?? undefined }
      : null;
  const agent = createS3Agent();

  return {
    async get(url, { maxBytes, totalMs, signal, ifNoneMatch }) {
      if (!credentials) return s3Failure("s3_not_configured");
      const address = addressOf(url);
      if (typeof address === "string") return s3Failure("invalid_url", address);
      const { origin, host, path } = address;
      const conditions = ifNoneMatch ? { "if-none-match": ifNoneMatch } : {};
      const toSign = { method: "GET", host, path, headers: conditions };
      const { headers } = signS3Request(toSign, region, credentials, new Date(now()));

      const deadline = startDeadline(totalMs, signal);
      try {
        const request = { origin, path, method: "GET", headers } as const;
        const answer = await exchange(agent, request, (status) => capFor(status, maxBytes), deadline.signal);
        return read(answer, now());
      } catch (error) {
        if (error instanceof OutboundError && error.code !== "cancelled") {
          return s3Failure(error.code, error.message);
        }
        throw error;
      } finally {
        deadline.clear();
      }
    },

    close: () => agent.destroy(),
  };
}

const capFor = (status: number, maxBytes: number): BodyCap =>
  status === 200 ? { bytes: maxBytes, beyond: "refuse" } : { bytes: longestErrorBody, beyond: "cut" };

function read({ status, headers, bytes }: Answer, now: number): S3Read {
  if (status === 304) return { status: "not_modified" };
  if (status !== 200) {
    const errorCode = /<Code>(\w{1,64})<\/Code>/.exec(bytes.toString())?.[1] ?? null;
    return failureOfAnswer(status, errorCode, parseRetryAfter(headers["retry-after"], now));
  }
  if (bytes.length === 0) return s3Failure("empty_response", "The object is empty.");
  return {
    status: "ok",
    bytes,
    etag: headers["etag"] ?? null,
    lastModified: headers["last-modified"] ?? null,
  };
}
