import { invalidConfiguration } from "../config.ts";
import type { Files } from "./files.ts";
import { createFolderFiles } from "./folder-files.ts";
import { createS3Credentials, type S3CredentialsSettings } from "./s3-credentials.ts";
import { createS3Files } from "./s3-files.ts";
import { parseStoragePath, type StoragePath } from "./storage-path.ts";

/** As AWS names them in its own tools and in what Kubernetes puts into a container. */
export interface S3StorageSettings {
  /** `AWS_REGION`. */
  readonly region: string;
  /** `AWS_ENDPOINT_URL_S3`; null for AWS. */
  readonly endpoint: string | null;
  /** `AWS_S3_FORCE_PATH_STYLE`; null: on where there is an endpoint. */
  readonly forcePathStyle: boolean | null;
  /** `AWS_ACCESS_KEY_ID`. */
  readonly accessKeyId: string | null;
  /** `AWS_SECRET_ACCESS_KEY`. */
  readonly secretAccessKey: string | null;
  /** `AWS_SESSION_TOKEN`. */
  readonly sessionToken: string | null;
  /** `AWS_ROLE_ARN`. */
  readonly roleArn: string | null;
  /** `AWS_WEB_IDENTITY_TOKEN_FILE`. */
  readonly webIdentityTokenFile: string | null;
  /** `AWS_ROLE_SESSION_NAME`. */
  readonly roleSessionName: string | null;
  /** `AWS_ENDPOINT_URL_STS`; null for AWS in the region. */
  readonly stsEndpoint: string | null;
}

export interface OpenedFiles extends Files {
  readonly kind: "folder" | "s3";
  /** Null in a folder. */
  readonly bucket: string | null;
  /** Null in a bucket. */
  readonly folder: string | null;
}

/**
 * The storage of files that is configured. It does nothing yet: `check` says whether it works.
 *
 * @param path `IMAGE_STORAGE_PATH`, or `files` in `DATA_DIR`
 * @throws {AppError} `invalid_configuration`, with every problem by the name of its setting
 */
export function openFiles({
  path,
  s3,
}: {
  readonly path: string;
  readonly s3: S3StorageSettings;
}): OpenedFiles {
  const place = placeOf(path);
  if (place.kind === "folder") {
    const { folder } = place;
    return { ...createFolderFiles({ folder }), kind: "folder", bucket: null, folder };
  }
  const problems = problemsOf(s3);
  const settings = credentialsOf(s3);
  if (settings === null) problems.push(...missingCredentials(s3));
  if (problems.length > 0 || settings === null) throw invalidConfiguration(problems);

  const credentials = createS3Credentials(settings);
  const files = createS3Files({
    bucket: place.bucket,
    prefix: place.prefix,
    region: s3.region,
    endpoint: s3.endpoint,
    forcePathStyle: s3.forcePathStyle ?? undefined,
    credentials,
  });
  return {
    ...files,
    kind: "s3",
    folder: null,
    bucket: place.bucket,
    async close() {
      await files.close();
      await credentials.close();
    },
  };
}

function placeOf(path: string): StoragePath {
  try {
    return parseStoragePath(path);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw invalidConfiguration([`IMAGE_STORAGE_PATH: ${error.message}`]);
  }
}

function problemsOf({ region, endpoint, stsEndpoint }: S3StorageSettings): string[] {
  const problems: string[] = [];
  // It becomes a part of host names.
  if (!/^[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?$/.test(region)) {
    problems.push("AWS_REGION: expected the name of a region, such as eu-central-1");
  }
  const addresses = { AWS_ENDPOINT_URL_S3: endpoint, AWS_ENDPOINT_URL_STS: stsEndpoint };
  for (const [name, address] of Object.entries(addresses)) {
    if (address !== null && !isServerAddress(address)) {
      problems.push(`${name}: expected an http:// or https:// address without a user name or a query`);
    }
  }
  return problems;
}

function isServerAddress(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url !== null && /^https?:$/.test(url.protocol) && !/[?#@]/.test(address);
}

/** In the order of AWS's own tools: keys that somebody has set are meant. */
function credentialsOf(s3: S3StorageSettings): S3CredentialsSettings | null {
  const { accessKeyId, secretAccessKey, sessionToken, roleArn, webIdentityTokenFile } = s3;
  if (accessKeyId !== null && secretAccessKey !== null) {
    return { kind: "static", accessKeyId, secretAccessKey, sessionToken };
  }
  if (accessKeyId !== null || secretAccessKey !== null) return null;
  if (roleArn === null || webIdentityTokenFile === null) return null;
  return {
    kind: "web_identity",
    roleArn,
    tokenFile: webIdentityTokenFile,
    sessionName: s3.roleSessionName ?? undefined,
    region: s3.region,
    stsEndpoint: s3.stsEndpoint,
  };
}

function missingCredentials(s3: S3StorageSettings): string[] {
  const { accessKeyId, secretAccessKey, roleArn, webIdentityTokenFile } = s3;
  const half = (one: unknown, other: unknown) => (one === null) !== (other === null);
  if (half(accessKeyId, secretAccessKey))
    return ["AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: set both, or neither"];
  if (half(roleArn, webIdentityTokenFile))
    return ["AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE: set both, or neither"];
  return [
    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: IMAGE_STORAGE_PATH is a bucket, and there are no credentials for it; " +
      "set these, or AWS_ROLE_ARN with AWS_WEB_IDENTITY_TOKEN_FILE",
  ];
}
