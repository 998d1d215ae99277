import ipaddr from "ipaddr.js";

/** Whether this server may connect to an address, written as the system writes it. */
export type AddressRule = (address: string) => boolean;

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

const loopback: readonly Range[] = [ipaddr.parseCIDR("127.0.0.0/8"), ipaddr.parseCIDR("::1/128")];

/** All that IANA has given out for the public internet; whatever lies outside is local, reserved or a translation. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Lets public addresses through, and of the others those that the operator allows.
 *
 * @param allowPrivate `loopback`, addresses or ranges; nothing else becomes reachable through them, so `loopback`
 * leaves `0.0.0.0` forbidden, which Linux takes for itself too (CVE-2025-24354)
 * @throws {Error} for an entry that is none of these
 */
export function createAddressRule(allowPrivate: readonly string[]): AddressRule {
  const allowed = allowPrivate.flatMap(rangesOf);
  return (text) => {
    // A zone names an interface of this machine, and no public address has one.
    if (text.includes("%") || isMisread(text) || !ipaddr.isValid(text)) return false;
    // `process` turns ::ffff:a.b.c.d into the IPv4 address that it stands for.
    const address = ipaddr.process(text);
    return isPublic(address) || allowed.some((range) => contains(range, address));
  };
}

/** ipaddr.js 2.5 takes `::127.0.0.1`, as resolvers write ::7f00:1, for `::ffff:127.0.0.1`; the system does not. */
const isMisread = (text: string) =>
  text.includes(":") && text.includes(".") && !/^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(text);

function rangesOf(entry: string): readonly Range[] {
  if (entry === "loopback") return loopback;
  if (entry.includes("/")) return [ipaddr.parseCIDR(entry)];
  const address = ipaddr.parse(entry);
  return [[address, address.kind() === "ipv4" ? 32 : 128]];
}

/**
 * Azure's platform answers virtual machines here, with what is theirs alone, though the address is public. The other
 * clouds have theirs in link-local and private ranges.
 */
const azurePlatform: Range = [ipaddr.parse("168.63.129.16"), 32];

function isPublic(address: Address): boolean {
  if (address.range() !== "unicast" || contains(azurePlatform, address)) return false;
  if (address instanceof ipaddr.IPv4) return true;
  // ipaddr.js 2.5 calls ::/96 unicast, in which ::127.0.0.1 lies: naming what is public leaves no such gap.
  return address.match(globalUnicast) && !isIsatap(address);
}

/** RFC 5214, 6.1: an interface identifier that carries an IPv4 address to tunnel to, under any prefix. */
const isIsatap = ({ parts }: ipaddr.IPv6) =>
  (parts[4] === 0x0000 || parts[4] === 0x0200) && parts[5] === 0x5efe;

function contains([network, bits]: Range, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}
