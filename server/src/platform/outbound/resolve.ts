import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { AddressRule } from "./addresses.ts";
import { OutboundError } from "./errors.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All addresses of a host name; fails as `dns.lookup` does, with `ENOTFOUND` or `EAI_AGAIN`. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export async function resolveBySystem(hostname: string): Promise<readonly ResolvedAddress[]> {
  const answers = await lookup(hostname, { all: true });
  return answers.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

/**
 * The addresses to dial for a host, each of them checked.
 *
 * @throws {OutboundError} `blocked_address` where any address is forbidden: who mixes a private address into an answer
 * waits for the client to fall back on it. `dns_failure` where there are none, `dns_unavailable` where nobody answered.
 */
export async function addressesOf(
  hostname: string,
  resolve: Resolve,
  isAllowed: AddressRule,
): Promise<readonly ResolvedAddress[]> {
  const addresses = await lookUp(hostname, resolve);
  if (addresses.length === 0) throw new OutboundError("dns_failure");
  if (!addresses.every(({ address }) => isAllowed(address))) throw new OutboundError("blocked_address");
  return addresses;
}

/** RFC 6761, 6.3: these names mean this machine, and no resolver is to be asked. */
const localhost = /^(?:.+\.)?localhost\.?$/i;

async function lookUp(hostname: string, resolve: Resolve): Promise<readonly ResolvedAddress[]> {
  const version = isIP(hostname);
  if (version !== 0) return [{ address: hostname, family: version === 6 ? 6 : 4 }];
  if (localhost.test(hostname)) {
    return [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ];
  }
  try {
    return await resolve(hostname);
  } catch (error) {
    // A resolver that fails or is silent (SERVFAIL, timeout) is not one that says the name does not exist.
    const unavailable = error instanceof Error && "code" in error && error.code === "EAI_AGAIN";
    throw new OutboundError(unavailable ? "dns_unavailable" : "dns_failure");
  }
}
