import type { OutboundError } from "../outbound/errors.ts";
import { StorageFailure } from "./errors.ts";
import { elementText } from "./s3-xml.ts";

/** An answer that is none of those hoped for, or none at all. */
export class S3Failure extends StorageFailure {
  /** S3's own, such as `NoSuchBucket`; null where it gave none. */
  readonly s3Code: string | null;
  /** Null where there was no answer. */
  readonly httpStatus: number | null;
  /** Whether the same request may succeed at once. */
  readonly transient: boolean;

  constructor(fields: {
    s3Code?: string | null;
    httpStatus?: number;
    transient: boolean;
    sentence: string;
    cause?: unknown;
  }) {
    super(fields.sentence, { full: fullCodes.has(fields.s3Code ?? ""), cause: fields.cause });
    this.s3Code = fields.s3Code ?? null;
    this.httpStatus = fields.httpStatus ?? null;
    this.transient = fields.transient;
  }
}

/** AWS has no end; those of servers of one's own. */
const fullCodes = new Set(["XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"]);

/** S3's own text is not passed on: it names keys, hosts and accounts. */
const sentences = new Map([
  ["NoSuchBucket", "There is no such bucket."],
  ["AccessDenied", "The S3 credentials do not give the right to do this."],
  ["AllAccessDisabled", "The bucket has been disabled by its provider."],
  ["InvalidAccessKeyId", "S3 does not know the access key."],
  ["SignatureDoesNotMatch", "S3 does not accept the secret key."],
  ["ExpiredToken", "The session token of the S3 credentials has expired."],
  ["InvalidToken", "S3 does not accept the session token."],
  ["PermanentRedirect", "The bucket is in another region, or at another endpoint."],
  ["TemporaryRedirect", "S3 wants this bucket asked at another endpoint; its redirects are not followed."],
  ["AuthorizationHeaderMalformed", "The bucket is in another region."],
  ["IllegalLocationConstraintException", "The bucket is in another region."],
  ["InvalidBucketName", "This is not a name that a bucket can have."],
  ["QuotaExceeded", "The bucket has reached its quota."],
  ["XMinioStorageFull", "The disks of the S3 server are full."],
  ["InvalidObjectState", "The file is archived, and must be restored before it can be read."],
  ["SlowDown", "S3 asks for fewer requests."],
  ["BadDigest", "The bytes were damaged on their way."],
  ["XAmzContentSHA256Mismatch", "The bytes were damaged on their way."],
  ["NotImplemented", "The S3 server does not know what it is asked."],
]);

/** Damaged on the way is worth another try; a 400 is not, otherwise. */
const transientCodes = new Set([
  "SlowDown",
  "RequestTimeout",
  "InternalError",
  "ServiceUnavailable",
  "OperationAborted",
  "BadDigest",
  "XAmzContentSHA256Mismatch",
  "TooManyRequests",
  "RequestLimitExceeded",
]);
const transientStatuses = new Set([408, 429, 500, 502, 503, 504]);

export interface FailedAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty after a HEAD. */
  readonly body: string;
}

/** A 404 of a bucket that is gone is no answer about a file: everything would seem to have been removed. */
export const isMissingObject = (error: unknown): boolean =>
  error instanceof S3Failure && error.httpStatus === 404 && error.s3Code !== "NoSuchBucket";

/** @param at milliseconds since 1970 when it was asked, on the clock that signed */
export function failureOfAnswer({ status, headers, body }: FailedAnswer, at: number): S3Failure {
  // A HEAD has no body to say more.
  const s3Code = elementText(body, "Code") ?? (status === 403 ? "AccessDenied" : null);
  return new S3Failure({
    s3Code,
    httpStatus: status,
    transient: transientStatuses.has(status) || transientCodes.has(s3Code ?? ""),
    sentence: sentenceFor(s3Code, status, headers, at),
  });
}

function sentenceFor(
  s3Code: string | null,
  status: number,
  headers: Readonly<Record<string, string>>,
  at: number,
): string {
  if (s3Code === "RequestTimeTooSkewed") return clockSentence(headers["date"], at);
  const region = headers["x-amz-bucket-region"];
  if (region !== undefined && (status === 301 || status === 400) && /^[a-z0-9-]{2,30}$/.test(region)) {
    return `The bucket is in the region ${region}, which is not the one that is configured.`;
  }
  return sentences.get(s3Code ?? "") ?? `S3 answered with status ${status}.`;
}

function clockSentence(date: string | undefined, at: number): string {
  const minutes = Math.round((at - Date.parse(date ?? "")) / 60_000);
  if (!Number.isFinite(minutes) || minutes === 0) {
    return "S3 does not accept the clock of this service; it is minutes off.";
  }
  const direction = minutes > 0 ? "ahead of" : "behind";
  return `The clock of this service is ${Math.abs(minutes)} minutes ${direction} that of S3, which accepts 15.`;
}

/** What ended without an answer. */
export function failureOfExchange(error: OutboundError): S3Failure {
  return new S3Failure({
    // Whoever closes the storage has cancelled; a certificate does not mend itself.
    transient: error.code !== "cancelled" && error.code !== "tls_failure" && error.code !== "dns_failure",
    sentence: error.code === "cancelled" ? "It is closed." : `S3: ${error.message}`,
    cause: error,
  });
}
