import { isIP } from "node:net";
import type { AddressRule } from "./addresses.ts";
import { badPorts } from "./bad-ports.ts";
import { OutboundError } from "./errors.ts";

/** What common servers take as a request line; longer ones fail there anyway. */
const longest = 8192;

/**
 * Reads a URL that somebody else wrote. Hosts that are addresses are checked here already, before any connection that
 * is kept open could be found for them; names are checked when they are looked up.
 *
 * The URL parser of the WHATWG brings every notation of an IPv4 address into one: decimal, octal, hexadecimal, short,
 * percent-encoded, full-width.
 *
 * @throws {OutboundError} `invalid_url` or `blocked_address`
 */
export function parseTarget(text: string, isAllowed: AddressRule): URL {
  if (text.length > longest)
    throw new OutboundError("invalid_url", "The URL is longer than 8192 characters.");
  const url = URL.parse(text);
  if (url === null) throw new OutboundError("invalid_url");
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new OutboundError("invalid_url");
  // `http://images.example@10.0.0.1/` looks like one host and is another; and a password would end up in results,
  // exports and logs.
  if (url.username !== "" || url.password !== "") {
    throw new OutboundError("invalid_url", "A URL with a user name or password is not fetched.");
  }
  if (url.port !== "" && badPorts.has(Number(url.port))) {
    throw new OutboundError("invalid_url", "The port of the URL belongs to a protocol other than HTTP.");
  }
  const host = bareHost(url.hostname);
  if (isIP(host) !== 0 && !isAllowed(host)) throw new OutboundError("blocked_address");
  url.hash = "";
  return url;
}

/** An IPv6 address without the brackets of a URL. */
const bareHost = (hostname: string) => (hostname.startsWith("[") ? hostname.slice(1, -1) : hostname);
