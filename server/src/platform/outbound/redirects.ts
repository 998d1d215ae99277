import type { AddressRule } from "./addresses.ts";
import { OutboundError } from "./errors.ts";
import { parseTarget } from "./target.ts";

export interface Hop {
  readonly url: URL;
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | null;
}

const redirecting = new Set([301, 302, 303, 307, 308]);

export const isRedirect = (status: number) => redirecting.has(status);

/** What may follow to another origin. Whatever is not listed here may be a secret: a list of secrets is never whole. */
const harmless = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "content-type",
  "if-modified-since",
  "if-none-match",
  "user-agent",
]);

/**
 * The request that an answer redirects to, after the rules of the Fetch Standard (HTTP-redirect fetch).
 *
 * @throws {OutboundError} `invalid_redirect` for a missing or broken Location and for the way from https to http,
 * `blocked_address`
 */
export function redirected(
  from: Hop,
  status: number,
  location: string | undefined,
  isAllowed: AddressRule,
): Hop {
  const url = destination(from.url, location, isAllowed);
  if (from.url.protocol === "https:" && url.protocol === "http:") {
    throw new OutboundError("invalid_redirect", "The URL redirects from https to http.");
  }
  const becomesGet =
    status === 303 ? from.method !== "HEAD" : (status === 301 || status === 302) && from.method === "POST";
  const names = Object.entries(from.headers).filter(
    ([name]) =>
      (url.origin === from.url.origin || harmless.has(name)) && !(becomesGet && name === "content-type"),
  );
  return {
    url,
    method: becomesGet ? "GET" : from.method,
    headers: Object.fromEntries(names),
    body: becomesGet ? null : from.body,
  };
}

function destination(base: URL, location: string | undefined, isAllowed: AddressRule): URL {
  // undici reads headers as Latin-1, and servers send paths in UTF-8.
  const url =
    location === undefined ? null : URL.parse(Buffer.from(location, "latin1").toString("utf8"), base.href);
  if (url === null) throw new OutboundError("invalid_redirect");
  try {
    return parseTarget(url.href, isAllowed);
  } catch (error) {
    const isInvalid = error instanceof OutboundError && error.code === "invalid_url";
    throw isInvalid ? new OutboundError("invalid_redirect") : error;
  }
}
