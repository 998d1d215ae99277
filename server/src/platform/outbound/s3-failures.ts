import { codeOfStatus, type DownloadFailureCode, downloadFailures } from "./download-failures.ts";
import { OutboundError, type OutboundErrorCode, outboundFailures } from "./errors.ts";
import { dialFailure } from "./network-errors.ts";

/** What can become of a read from S3 only; beside `outboundFailures` and `downloadFailures`. */
export const s3Failures = [
  {
    code: "s3_not_configured",
    transient: false,
    message: "This service has no credentials for S3; s3:// rows need them.",
  },
] as const;

type S3FailureCode =
  | (typeof s3Failures)[number]["code"]
  | DownloadFailureCode
  | Exclude<OutboundErrorCode, "cancelled">;

export interface S3Failure {
  readonly status: "failed";
  readonly code: S3FailureCode;
  /** A public sentence. */
  readonly message: string;
  /** Whether the same object may be read later. */
  readonly transient: boolean;
  /** When S3 wants to be asked again; at most an hour away. */
  readonly retryAfter: Date | null;
}

const failures = new Map<string, { readonly transient: boolean; readonly message: string }>(
  [...outboundFailures, ...downloadFailures, ...s3Failures].map((failure) => [failure.code, failure]),
);

export function s3Failure(code: S3FailureCode, message?: string, retryAfter: Date | null = null): S3Failure {
  const known = failures.get(code);
  const transient = known?.transient ?? false;
  return {
    status: "failed",
    code,
    message: message ?? known?.message ?? code,
    transient,
    retryAfter: transient ? retryAfter : null,
  };
}

/** The answers of S3 that say more than their status. Its own text is not passed on: it names keys and hosts. */
const explanations = new Map([
  ["NoSuchBucket", "S3 knows no bucket of this name."],
  ["NoSuchKey", "The bucket has no object of this key."],
  [
    "AccessDenied",
    "The S3 credentials of this service may not read this object, or not learn that there is none.",
  ],
  ["InvalidAccessKeyId", "S3 does not know the access key of this service."],
  ["SignatureDoesNotMatch", "S3 does not accept the secret key of this service."],
  ["RequestTimeTooSkewed", "S3 does not accept the clock of this service; it is minutes off."],
  ["InvalidObjectState", "The object is archived, and must be restored before it can be read."],
  ["ExpiredToken", "The session token of the S3 credentials has expired."],
  ["InvalidToken", "S3 does not accept the session token of this service."],
  ["AuthorizationHeaderMalformed", "The bucket is in another region than the one that is configured."],
  ["PermanentRedirect", "The bucket is in another region, or at another endpoint, than what is configured."],
  ["TemporaryRedirect", "S3 wants this bucket asked at another endpoint; its redirects are not followed."],
]);

/** AWS slows down with 503, others with 429. */
const throttling = new Set(["SlowDown", "TooManyRequests", "RequestLimitExceeded"]);

/**
 * Translates an answer that is neither 200 nor 304.
 *
 * @param errorCode S3's own, from the body; null where there is none
 */
export function failureOfAnswer(
  status: number,
  errorCode: string | null,
  retryAfter: Date | null,
): S3Failure {
  if (throttling.has(errorCode ?? "")) return s3Failure("rate_limited", undefined, retryAfter);
  const code = codeOfStatus(status) ?? (status >= 300 ? "invalid_redirect" : "invalid_response");
  // A code with its own sentence needs no number; the others are told apart by it.
  const unnamed = code.endsWith("xx") || status < 400 ? `S3 answered with status ${status}.` : undefined;
  return s3Failure(code, explanations.get(errorCode ?? "") ?? unnamed, retryAfter);
}

/** Says in our words why there is no connection to the endpoint, whose name undici looks up itself here. */
export function s3DialFailure(error: Error, secure: boolean): OutboundError {
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOTFOUND") return new OutboundError("dns_failure");
  if (code === "EAI_AGAIN") return new OutboundError("dns_unavailable");
  return dialFailure(error, secure);
}
