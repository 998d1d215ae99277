import { isIP, type LookupFunction, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { buildConnector } from "undici";
import type { AddressRule } from "./addresses.ts";
import { OutboundError } from "./errors.ts";
import { dialFailure } from "./network-errors.ts";
import { addressesOf, type Resolve, type ResolvedAddress } from "./resolve.ts";

export interface ConnectorSettings {
  readonly isAllowed: AddressRule;
  readonly resolve: Resolve;
  /** For the look-up, the connection and the TLS handshake together. */
  readonly connectMs: number;
  /** Ends connections that are being made. */
  readonly closing: AbortSignal;
}

/**
 * Makes every connection of the pool, and none to an address that was not checked. undici's own hook for look-ups is
 * never called for a host that is an address already (measured: `2130706433`, `0x7f.1` and `[::ffff:7f00:1]` went
 * straight through), so the check is around the whole of it. What was checked is what is dialled: a second look-up
 * could be answered otherwise (DNS rebinding).
 */
export function guardedConnector(settings: ConnectorSettings): buildConnector.connector {
  return (options, callback) => {
    dial(options, settings).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
}

async function dial(
  options: buildConnector.Options,
  { isAllowed, resolve, connectMs, closing }: ConnectorSettings,
): Promise<Socket | TLSSocket> {
  const stop = new AbortController();
  let late: "dns_unavailable" | "connection_timeout" = "dns_unavailable";
  // undici's own timer may be half a second off.
  const timer = setTimeout(() => stop.abort(new OutboundError(late)), connectMs);
  const close = () => stop.abort(new OutboundError("cancelled"));
  closing.addEventListener("abort", close, { once: true });
  try {
    const looking = addressesOf(options.hostname, resolve, isAllowed);
    const addresses = await Promise.race([looking, rejection(stop.signal)]);
    late = "connection_timeout";
    return await connectTo(addresses, options, stop.signal);
  } finally {
    clearTimeout(timer);
    closing.removeEventListener("abort", close);
  }
}

function connectTo(
  addresses: readonly ResolvedAddress[],
  options: buildConnector.Options,
  signal: AbortSignal,
): Promise<Socket | TLSSocket> {
  const secure = options.protocol === "https:";
  const connect = buildConnector({
    // One request at a time on a connection: a cap that is passed closes the socket, and nobody else's request.
    allowH2: false,
    timeout: 0,
    // A session of a name must not vouch for the next address of that name.
    maxCachedSessions: 0,
    lookup: answerWith(addresses),
    signal,
  });
  const named = secure ? { ...options, servername: serverName(options) } : options;
  return new Promise((resolve, reject) => {
    connect(named, (error, socket) => {
      if (error === null) resolve(socket);
      else reject(signal.aborted ? signal.reason : dialFailure(error, secure));
    });
  });
}

/** RFC 6066, 3: a server name has no trailing dot and is no address. The certificate is checked against the same. */
const serverName = ({ hostname }: buildConnector.Options) =>
  isIP(hostname) === 0 ? hostname.replace(/\.$/, "") : "";

const answerWith =
  (addresses: readonly ResolvedAddress[]): LookupFunction =>
  (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all || first === undefined) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
