import { isIP } from "node:net";

export interface S3AddressSettings {
  /** Base URL of an S3 server, with or without a path; null for AWS. */
  readonly endpoint: string | null;
  readonly region: string;
  /** The bucket in the path instead of the host name. As S3 servers other than AWS want it: on where there is an endpoint. */
  readonly forcePathStyle?: boolean | undefined;
}

/** Where an object is asked for. */
export interface S3Address {
  readonly origin: string;
  readonly host: string;
  /** Percent-encoded, to be sent as it is. */
  readonly path: string;
}

/** Today's buckets have lower-case names of 3–63 characters; those of before 2018 may have any of these. */
const bucketName = /^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/;
/** No dots: the wildcard of a certificate stands for one label. */
const hostLabel = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const longestKeyBytes = 1024;

/**
 * What reads `s3://bucket/key`, where the key is the object's name as it is: nothing in it is decoded, and `?`, `#`, `%`
 * and `+` mean themselves.
 *
 * @returns for each URL the address, or what is wrong with the URL
 * @throws TypeError for an endpoint that is none
 */
export function createS3Addresses(settings: S3AddressSettings): (url: string) => S3Address | string {
  const { endpoint, region } = settings;
  const base = parseEndpoint(
    endpoint ?? `https://s3.${region}.amazonaws.com${/^cn-/.test(region) ? ".cn" : ""}`,
  );
  const pathStyle =
    (settings.forcePathStyle ?? endpoint !== null) || isIP(base.hostname.replace(/^\[|\]$/g, "")) > 0;
  const prefix = base.pathname.replace(/\/+$/, "");

  return (url) => {
    const [, bucket, key] = /^s3:\/\/([^/]*)\/(.+)$/is.exec(url) ?? [];
    if (bucket === undefined || key === undefined) return "An S3 address looks like s3://bucket/key.";
    if (!bucketName.test(bucket)) return "This is not a name that an S3 bucket can have.";
    if (!key.isWellFormed() || Buffer.byteLength(key) > longestKeyBytes) {
      return `The key of an S3 object is text of at most ${longestKeyBytes} bytes.`;
    }
    // Behind a proxy that resolves them they lead out of the bucket, to whatever else the endpoint's host serves.
    if (key.split("/").some((segment) => segment === "." || segment === "..")) {
      return "S3 keys with “.” or “..” between slashes are not read.";
    }
    if (pathStyle || !hostLabel.test(bucket)) {
      return { origin: base.origin, host: base.host, path: `${prefix}/${bucket}/${encodeKey(key)}` };
    }
    const host = `${bucket}.${base.host}`;
    return { origin: `${base.protocol}//${host}`, host, path: `${prefix}/${encodeKey(key)}` };
  };
}

function parseEndpoint(endpoint: string): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new TypeError("The S3 endpoint must be an http or https URL without credentials or a query.");
  }
  return url;
}

/** As the signature wants it: everything but RFC 3986's unreserved characters and the slash is encoded. */
const encodeKey = (key: string) =>
  encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
