import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { onTestFinished } from "vitest";
import type { OutboundError } from "../errors.ts";
import {
  createOutbound,
  type OutboundLimits,
  type OutboundRequest,
  type OutboundSettings,
} from "../outbound.ts";

export interface Listening {
  readonly port: number;
  /** Connections that ever arrived. */
  readonly connections: () => number;
}

async function start(server: Server, host: string, port: number): Promise<Listening> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    // Clients that leave in the middle are what these tests are about.
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

export async function serveHttp(
  listener: RequestListener,
  { host = "127.0.0.1", port = 0 } = {},
): Promise<Listening & { origin: string }> {
  const listening = await start(createHttpServer(listener), host, port);
  return { ...listening, origin: `http://${host.includes(":") ? `[${host}]` : host}:${listening.port}` };
}

export const serveHttps = (certificate: { cert: string; key: string }, listener: RequestListener) =>
  start(createHttpsServer(certificate, listener), "127.0.0.1", 0);

/** A server that is no HTTP server: it says `text` to whoever asks, and hangs up where it is told to. */
export const serveBytes = (text: string | Buffer, { hangUp = false } = {}) =>
  start(
    createTcpServer((socket) => {
      socket.once("data", () => (hangUp ? socket.end(text) : socket.write(text)));
    }),
    "127.0.0.1",
    0,
  );

/** Takes connections and says nothing. */
export const serveSilence = (onSocket: (socket: Socket) => void = () => {}) =>
  start(createTcpServer(onSocket), "127.0.0.1", 0);

/** A port on which something listened, and nothing does any more. */
export async function unusedPort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** The same port on both loopback addresses, where nothing but the last question of a test may ever arrive. */
export async function startCanary(hosts: readonly string[] = ["127.0.0.1", "::1"]) {
  const answer: RequestListener = (_request, response) => void response.end("canary");
  const [host = "127.0.0.1", ...further] = hosts;
  const first = await serveHttp(answer, { host });
  const servers = [first];
  for (const another of further) servers.push(await serveHttp(answer, { host: another, port: first.port }));
  const connections = () => servers.reduce((sum, server) => sum + server.connections(), 0);
  return {
    port: first.port,
    connections,
    /** Connections so far. A socket takes them in order, so after one of our own none can be on its way. */
    async settledConnections() {
      for (const [index, each] of hosts.entries()) {
        const before = servers[index]?.connections() ?? 0;
        const socket = connect(first.port, each).on("error", () => {});
        await once(socket, "connect");
        socket.end("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").resume();
        await once(socket, "close");
        if ((servers[index]?.connections() ?? 0) === before) throw new Error("the canary is dead");
      }
      return connections() - hosts.length;
    },
  };
}

export const limits: OutboundLimits = {
  maxBytes: 1_000_000,
  connectMs: 5000,
  totalMs: 10_000,
  maxRedirects: 3,
};

/** A guarded fetch as production has it; what a test does not say is as generous as a test can wait for. */
export function setup(settings: Partial<OutboundSettings> = {}) {
  const outbound = createOutbound({
    allowPrivate: ["loopback"],
    resolve: async (hostname) => {
      throw Object.assign(new Error(hostname), { code: "ENOTFOUND" });
    },
    ...settings,
  });
  onTestFinished(() => outbound.close());
  const signal = new AbortController().signal;
  const fetch = (url: string, request: Partial<OutboundRequest> = {}) =>
    outbound.fetch(url, { limits, signal, ...request });
  /** What the fetch fails with; `fetched` where it does not. */
  const codeOf = (url: string, request: Partial<OutboundRequest> = {}) =>
    fetch(url, request).then(
      () => "fetched",
      (error: OutboundError) => error.code,
    );
  return { outbound, fetch, codeOf };
}
