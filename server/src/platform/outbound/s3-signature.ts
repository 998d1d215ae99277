import { createHash, createHmac } from "node:crypto";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined;
}

/** SHA-256 of no bytes: a GET has no body. */
const emptyHash = createHash("sha256").digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/**
 * Signs a GET by AWS Signature Version 4 in the `Authorization` header, so that no credential gets into an URL or a log
 * of URLs (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
 *
 * @param request.path as it is sent: percent-encoded once, and never normalised, which is S3's exception
 * @param request.headers further headers, all of which are signed
 * @returns every header to send
 */
export function signGet(
  request: {
    readonly host: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
  region: string,
  credentials: S3Credentials,
  at: Date,
): Record<string, string> {
  const time = at.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;

  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    "x-amz-content-sha256": emptyHash,
    "x-amz-date": time,
    ...(credentials.sessionToken ? { "x-amz-security-token": credentials.sessionToken } : {}),
  };
  const names = Object.keys(headers).sort();
  const canonicalRequest = [
    "GET",
    request.path,
    "",
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    emptyHash,
  ].join("\n");
  const canonicalHash = createHash("sha256").update(canonicalRequest).digest("hex");

  const key = [day, region, "s3", "aws4_request"].reduce<string | Buffer>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${canonicalHash}`).toString("hex");
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}
