import type { Socket } from "node:net";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Authentication } from "../../auth/authenticate.ts";
import { AppError } from "../../errors.ts";
import type { Places } from "../places.ts";
import { admit, handshakeOf } from "./admission.ts";
import { createPlainWebSockets } from "./plain-web-socket.ts";
import type { SessionOptions } from "./session.ts";
import { createSessions } from "./sessions.ts";
import { createSocketIo } from "./socket-io.ts";

interface SocketsOptions
  extends Pick<
    SessionOptions,
    "events" | "snapshot" | "snapshotEvent" | "topicOf" | "tells" | "seesAll" | "now"
  > {
  readonly authentication: Pick<Authentication, "decide">;
  /** How many connections there may be; shared with the streams. */
  readonly places: Places;
  readonly log: Pick<Logger, "error">;
  /** 25 s, as Socket.IO's own. */
  readonly heartbeatMs?: number;
  /** How often connections are looked after. 1 s. */
  readonly tickMs?: number;
}

export interface Sockets {
  /** `/socket.io/` and `/ws`, on every port of the service. */
  readonly routes: FastifyPluginAsync;
  /** How many are connected, and have said who they are. */
  connections(): number;
  /** Closes them all, and takes no more. The server does it when it closes. */
  close(): Promise<void>;
}

/** How long connections may take to close when the service does. */
const closingMs = 1_000;

/** Live events by Socket.IO and by WebSockets without it. */
export function createSockets(options: SocketsOptions): Sockets {
  const { authentication, places, now, log } = options;
  const sessions = createSessions({
    ...options,
    heartbeatMs: options.heartbeatMs ?? 25_000,
  });
  const socketIo = createSocketIo({
    ...{ places, log, open: sessions.open },
    admit: (handshake, auth) => admit(authentication, handshake, { auth, now: now() }),
  });
  const plain = createPlainWebSockets(sessions.open);
  const upgraded = new Set<Socket>();
  let ticking: NodeJS.Timeout | undefined;

  /** Node forgets whose connection is no longer HTTP. */
  function remember({ upgrade }: FastifyRequest): void {
    if (!upgrade) return;
    const { socket } = upgrade;
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
  }

  const routes: FastifyPluginAsync = async (http) => {
    // Engine.IO reads bodies by itself, and no more of them than it wants.
    http.removeAllContentTypeParsers();
    http.addContentTypeParser("*", (_request, _payload, done) => done(null));
    ticking = setInterval(sessions.tick, options.tickMs ?? 1_000);
    // Before the server waits for its connections.
    http.addHook("preClose", close);

    // Credentials are asked for by the handlers: those of Socket.IO come after the request.
    const config = { access: "public", webSocket: true, endless: true } as const;
    const schema = { hide: true };

    http.route({
      method: ["GET", "POST"],
      url: "/socket.io/",
      exposeHeadRoute: false,
      ...{ config, schema },
      handler: async (request, reply) => {
        const handshake = handshakeOf(request, reply);
        // A place for now, so that whoever gets none is told.
        if (!hasSession(request.query)) places.take(handshake.address)();
        remember(request);
        socketIo.handle(request, reply, handshake);
        return reply;
      },
    });

    http.get("/ws", {
      exposeHeadRoute: false,
      ...{ config, schema },
      handler: async (request, reply) => {
        const { upgrade } = request;
        if (!upgrade) throw webSocketExpected();
        const handshake = handshakeOf(request, reply);
        const caller = await admit(authentication, handshake, { now: now() });
        if (upgrade.socket.destroyed) return reply.hijack();
        const leave = places.take(caller.identity.limitKey ?? handshake.address);
        upgrade.socket.once("close", leave);
        remember(request);
        plain.handle(request, reply, upgrade, caller);
        return reply;
      },
    });
  };

  async function close(): Promise<void> {
    clearInterval(ticking);
    places.close();
    sessions.close();
    socketIo.close();
    await allClosed(upgraded);
  }

  return { routes, connections: sessions.size, close };
}

const hasSession = (query: unknown) => typeof query === "object" && query !== null && "sid" in query;

const webSocketExpected = () =>
  new AppError({
    code: "upgrade_required",
    status: 426,
    message: "This address speaks WebSocket; for live events without it, use GET /api/v1/events.",
    headers: { connection: "Upgrade", upgrade: "websocket" },
  });

/** Resolves when they are; what does not close in time is cut. */
function allClosed(sockets: ReadonlySet<Socket>): Promise<void> {
  if (sockets.size === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, closingMs);
    for (const socket of sockets) {
      // The set's own listener is older, so this one finds it without the socket.
      socket.once("close", () => {
        if (sockets.size > 0) return;
        clearTimeout(cut);
        resolve();
      });
    }
  });
}
