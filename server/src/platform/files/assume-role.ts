import { readFile } from "node:fs/promises";
import type { Dispatcher } from "undici";
import { startDeadline } from "../outbound/deadline.ts";
import { OutboundError } from "../outbound/errors.ts";
import { type Answer, exchange } from "../outbound/exchange.ts";
import type { S3Credentials } from "../outbound/s3-signature.ts";
import { storageUnavailable } from "./errors.ts";
import { S3Failure } from "./s3-failures.ts";
import { elementText } from "./s3-xml.ts";

export interface WebIdentitySettings {
  /** `AWS_ROLE_ARN`. */
  readonly roleArn: string;
  /** `AWS_WEB_IDENTITY_TOKEN_FILE`: read anew each time, because Kubernetes replaces its content. */
  readonly tokenFile: string;
  /** `AWS_ROLE_SESSION_NAME`; `fovea` unless given. */
  readonly sessionName?: string | undefined;
  readonly region: string;
  /** Base URL of a Security Token Service; that of AWS in the region unless given. */
  readonly stsEndpoint?: string | null | undefined;
  /** A pool of connections of its own unless given, which is then not closed. */
  readonly dispatcher?: Dispatcher | undefined;
  /** Milliseconds since 1970; `Date.now` outside tests. */
  readonly now?: (() => number) | undefined;
  /** Longest pause before the second of three tries. 200 ms unless said otherwise. */
  readonly retryBaseMs?: number | undefined;
}

export interface TemporaryCredentials {
  readonly credentials: S3Credentials;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const totalMs = 10_000;
const longestAnswer = 64 * 1024;

/** STS's own text is not passed on: it names accounts and roles. */
const sentences = new Map([
  ["AccessDenied", "The role does not trust this service's identity, or does not exist."],
  ["ExpiredTokenException", "The identity token in AWS_WEB_IDENTITY_TOKEN_FILE has expired."],
  ["InvalidIdentityToken", "AWS does not accept the identity token in AWS_WEB_IDENTITY_TOKEN_FILE."],
  ["IDPRejectedClaim", "AWS does not accept the identity token in AWS_WEB_IDENTITY_TOKEN_FILE."],
  ["RegionDisabledException", "The Security Token Service is switched off in this region."],
  ["ValidationError", "AWS_ROLE_ARN is not the name of a role."],
]);
/** STS asks the identity provider, which may not answer. */
const transientCodes = new Set(["IDPCommunicationError", "Throttling", "ThrottlingException"]);

/**
 * Exchanges an identity token for credentials, by `AssumeRoleWithWebIdentity`, which is not signed
 * (docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html). The token goes in the body: proxies
 * log addresses.
 *
 * @throws {AppError} `storage_unavailable`; as an {S3Failure} where it says whether to try again
 */
export async function assumeRole(
  dispatcher: Dispatcher,
  settings: WebIdentitySettings,
  signal: AbortSignal,
): Promise<TemporaryCredentials> {
  const endpoint = endpointOf(settings);
  const body = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: settings.roleArn,
    RoleSessionName: settings.sessionName ?? "fovea",
    WebIdentityToken: await readToken(settings.tokenFile),
  }).toString();
  const request = {
    origin: endpoint.origin,
    path: endpoint.pathname,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/xml" },
    body,
  } as const;

  const deadline = startDeadline(totalMs, signal);
  try {
    const cap = { bytes: longestAnswer, beyond: "refuse" } as const;
    return parse(await exchange(dispatcher, request, () => cap, deadline.signal));
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const transient = error.code !== "cancelled";
    throw new S3Failure({ transient, sentence: `Security Token Service: ${error.message}`, cause: error });
  } finally {
    deadline.clear();
  }
}

function endpointOf({ region, stsEndpoint }: WebIdentitySettings): URL {
  if (stsEndpoint) return new URL(stsEndpoint);
  return new URL(`https://sts.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}/`);
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw storageUnavailable("The file of AWS_WEB_IDENTITY_TOKEN_FILE cannot be read.", error);
  }
}

function parse({ status, bytes }: Answer): TemporaryCredentials {
  const xml = bytes.toString();
  if (status !== 200) {
    const code = elementText(xml, "Code");
    throw new S3Failure({
      s3Code: code,
      transient: status >= 500 || status === 429 || transientCodes.has(code ?? ""),
      sentence: sentences.get(code ?? "") ?? `The Security Token Service answered with status ${status}.`,
    });
  }
  const accessKeyId = elementText(xml, "AccessKeyId");
  const secretAccessKey = elementText(xml, "SecretAccessKey");
  const sessionToken = elementText(xml, "SessionToken");
  const expiresAt = Date.parse(elementText(xml, "Expiration") ?? "");
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiresAt)) {
    throw storageUnavailable("The Security Token Service answered without credentials.");
  }
  return { credentials: { accessKeyId, secretAccessKey, sessionToken }, expiresAt };
}
