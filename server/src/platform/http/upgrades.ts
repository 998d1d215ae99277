import { type IncomingMessage, type Server, type ServerOptions, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply } from "fastify";
import { routedPath } from "./routes.ts";

/** A connection that asks to become a WebSocket. */
export interface Upgrade {
  readonly socket: Socket;
  /** What arrived behind the request already. */
  readonly head: Buffer;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** The route takes requests that ask for a WebSocket, by `request.upgrade`. */
    webSocket?: true;
  }
  interface FastifyRequest {
    /** Set for a request that asks for a WebSocket; null for any other. */
    readonly upgrade: Upgrade | null;
  }
}

/**
 * Makes handshakes of WebSockets requests of their routes: with the same address of the caller, hooks, errors and line in
 * the log as any other. Call it before routes are registered.
 */
export function routeUpgrades(http: FastifyInstance): void {
  const paths = new Set<string>();
  const upgrades = new WeakMap<IncomingMessage, Upgrade>();
  http.addHook("onRoute", ({ path, config }) => {
    if (config?.webSocket) paths.add(routedPath(path));
  });
  http.decorateRequest("upgrade", {
    getter() {
      return upgrades.get(this.raw) ?? null;
    },
  });

  // Node would take every request with an `Upgrade` header from its route, such as those of clients that offer HTTP/2.
  const shouldUpgradeCallback = ({ method, headers, url = "" }: IncomingMessage) =>
    method === "GET" && headers.upgrade?.toLowerCase() === "websocket" && paths.has(routedPath(url));
  Object.assign(http.server, { shouldUpgradeCallback });

  http.server.on("upgrade", (request, socket, head) => {
    // Node does not listen any more, and an error that nobody hears ends the process.
    socket.on("error", () => {});
    if (shouldUpgradeCallback(request)) {
      // The type is wider for the sake of tunnels; a server for HTTP has sockets.
      upgrades.set(request, { socket: socket as Socket, head });
    } else if (hasBody(request)) {
      // Node before 24.9 does not ask, and reads no body of such a request.
      socket.end("HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Socket);
    // A refusal, as the connection is still here: nothing reads further requests of it.
    response.once("finish", () => response.socket?.destroySoon());
    http.routing(request, response);
  });
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** Gives another server of the same service what {@link routeUpgrades} gave the first. */
export function shareUpgrades(from: Server, to: Server): void {
  // Node has it as a property too, which the types do not tell.
  const { shouldUpgradeCallback } = from as Server & Pick<ServerOptions, "shouldUpgradeCallback">;
  Object.assign(to, { shouldUpgradeCallback });
  for (const listener of from.listeners("upgrade")) to.on("upgrade", listener as () => void);
}

/** Ends the request: from here on its connection belongs to whoever speaks WebSocket on it. */
export function leaveHttp(reply: FastifyReply, { socket }: Upgrade): void {
  reply.hijack();
  reply.raw.detachSocket(socket);
  reply.raw.statusCode = 101;
  // It is told and measured as a request that was answered, and not as one that takes hours.
  reply.raw.emit("finish");
}
