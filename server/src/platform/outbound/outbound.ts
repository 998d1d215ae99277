import { Agent } from "undici";
import { createAddressRule } from "./addresses.ts";
import { decodeBody } from "./body.ts";
import { guardedConnector } from "./connector.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { OutboundError } from "./errors.ts";
import { type Answer, type BodyCap, exchange } from "./exchange.ts";
import { type Hop, isRedirect, redirected } from "./redirects.ts";
import { type Resolve, resolveBySystem } from "./resolve.ts";
import { parseTarget } from "./target.ts";

export interface OutboundSettings {
  /** `loopback`, addresses or ranges: private addresses that may be reached. Empty: none. */
  readonly allowPrivate: readonly string[];
  /** The system's resolver outside tests. */
  readonly resolve?: Resolve;
  /** Connections to one origin at the same time; 64 unless said otherwise. Further requests wait for one. */
  readonly connectionsPerOrigin?: number;
}

export interface OutboundLimits {
  /** Bytes of the body, on the wire and decoded. */
  readonly maxBytes: number;
  /** For the look-up of the host, the connection and the TLS handshake. Each value has its own pool of connections. */
  readonly connectMs: number;
  /** For all of it, redirects included. */
  readonly totalMs: number;
  /** 0 for a webhook: a redirect is an answer nobody asked for. */
  readonly maxRedirects: number;
}

export interface OutboundRequest {
  /** GET unless said otherwise. */
  readonly method?: "GET" | "HEAD" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly limits: OutboundLimits;
  readonly signal: AbortSignal;
}

export interface OutboundResponse {
  readonly status: number;
  /** Names in lower case; values of repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from after redirects, without a fragment. */
  readonly url: string;
  /** The decoded body. Of any status but 2xx no more than its first 64 KB, and nothing of it when it was compressed. */
  readonly bytes: Buffer;
}

export interface Outbound {
  /**
   * Fetches a URL that somebody else wrote: only over http and https, only from addresses that may be reached, within
   * the limits. Any status that is no redirect is an answer.
   *
   * @throws {OutboundError}
   */
  fetch(url: string, request: OutboundRequest): Promise<OutboundResponse>;
  /** Ends what is under way with `cancelled` and closes all connections. */
  close(): Promise<void>;
}

const errorBodyBytes = 64 * 1024;
/** Of the body of a redirect so much is read to keep the connection; beyond, closing it is cheaper. */
const redirectBodyBytes = 16 * 1024;

export function createOutbound(settings: OutboundSettings): Outbound {
  const isAllowed = createAddressRule(settings.allowPrivate);
  const resolve = settings.resolve ?? resolveBySystem;
  const closing = new AbortController();
  /** undici fixes the time for a connection in its pool; callers have few different ones. */
  const agents = new Map<number, Agent>();

  function agentFor(connectMs: number): Agent {
    const known = agents.get(connectMs);
    if (known !== undefined) return known;
    // An Agent of our own: that of the process would follow HTTP_PROXY past the guard.
    const agent = new Agent({
      connect: guardedConnector({ isAllowed, resolve, connectMs, closing: closing.signal }),
      connections: settings.connectionsPerOrigin ?? 64,
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: 4000,
      keepAliveMaxTimeout: 30_000,
      maxHeaderSize: 32 * 1024,
      // The deadline of the fetch covers both, and covers a body that trickles, too.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    agents.set(connectMs, agent);
    return agent;
  }

  function send(hop: Hop, limits: OutboundLimits, signal: AbortSignal): Promise<Answer> {
    const { url, method, headers, body } = hop;
    return exchange(
      agentFor(limits.connectMs),
      { origin: url.origin, path: url.pathname + url.search, method, headers, body },
      (status) => capFor(status, limits.maxBytes),
      signal,
    );
  }

  async function follow(first: Hop, limits: OutboundLimits, deadline: Deadline): Promise<OutboundResponse> {
    let hop = first;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await send(hop, limits, deadline.signal);
      if (!isRedirect(answer.status)) {
        const bytes = await Promise.race([bodyOf(answer, limits.maxBytes), deadline.passed]);
        return { status: answer.status, headers: answer.headers, url: hop.url.href, bytes };
      }
      if (redirects >= limits.maxRedirects) throw new OutboundError("too_many_redirects");
      hop = redirected(hop, answer.status, answer.headers["location"], isAllowed);
    }
  }

  return {
    async fetch(text, { method = "GET", headers = {}, body, limits, signal }) {
      const url = parseTarget(text, isAllowed);
      if (closing.signal.aborted) throw new OutboundError("cancelled");
      const deadline = startDeadline(limits.totalMs, signal);
      try {
        const hop = { url, method, headers: { ...ownHeaders, ...lowerCased(headers) }, body: body ?? null };
        return await follow(hop, limits, deadline);
      } finally {
        deadline.clear();
      }
    },
    async close() {
      closing.abort();
      await Promise.all(Array.from(agents.values(), (agent) => agent.destroy()));
    },
  };
}

/** Some sites refuse a client without a name. */
const ownHeaders = { "user-agent": "fovea", "accept-encoding": "identity" };

const lowerCased = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const isSuccess = (status: number) => status >= 200 && status < 300;

/** A page that explains an error may be long; that it is must not hide the error. */
function capFor(status: number, maxBytes: number): BodyCap {
  if (isSuccess(status)) return { bytes: maxBytes, beyond: "refuse" };
  return {
    bytes: Math.min(maxBytes, isRedirect(status) ? redirectBodyBytes : errorBodyBytes),
    beyond: "cut",
  };
}

async function bodyOf({ status, headers, bytes }: Answer, maxBytes: number): Promise<Buffer> {
  const encoding = headers["content-encoding"] ?? "";
  if (isSuccess(status)) return decodeBody(bytes, encoding, maxBytes);
  return encoding === "" ? bytes : Buffer.alloc(0);
}
