import { createHash, createHmac } from "node:crypto";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined;
}

export interface S3RequestToSign {
  readonly method: string;
  readonly host: string;
  /** As it is sent: percent-encoded once, and never normalised, which is S3's exception. */
  readonly path: string;
  /** Neither names nor values encoded; an empty value for a name alone, as in `?uploads`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case. All are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");

/**
 * Signs a request by AWS Signature Version 4 in the `Authorization` header, so that no credential gets into an URL or a
 * log of URLs (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). The hash of the body is signed
 * too, so a server that checks the signature checks what arrived.
 *
 * @returns every header to send, and the query as it was signed, with its `?` where there is one
 */
export function signS3Request(
  request: S3RequestToSign,
  region: string,
  credentials: S3Credentials,
  at: Date,
): { readonly headers: Record<string, string>; readonly search: string } {
  const time = at.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const bodyHash = sha256(request.body ?? "");
  const query = Object.entries(request.query ?? {})
    .map(([name, value]) => ({ name: encode(name), value: encode(value) }))
    // By name: in the joined text "=" would put `a-b` before `a`.
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, value }) => `${name}=${value}`)
    .join("&");

  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    "x-amz-content-sha256": bodyHash,
    "x-amz-date": time,
    ...(credentials.sessionToken ? { "x-amz-security-token": credentials.sessionToken } : {}),
  };
  const names = Object.keys(headers).sort();
  const canonicalRequest = [
    request.method,
    request.path,
    query,
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    bodyHash,
  ].join("\n");

  const key = [day, region, "s3", "aws4_request"].reduce<string | Buffer>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  );
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonicalRequest)}`;
  const signature = hmac(key, text).toString("hex");
  return {
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
    },
    search: query === "" ? "" : `?${query}`,
  };
}

/** All but RFC 3986's unreserved characters. */
const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
