import { createServer, type IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { Server, type Socket } from "socket.io";
import { AppError } from "../../errors.ts";
import { leaveHttp } from "../../http/upgrades.ts";
import type { Places } from "../places.ts";
import type { Handshake } from "./admission.ts";
import type { Caller, Session } from "./session.ts";
import { mostMessageBytes, type Wire } from "./wire.ts";

interface SocketIoOptions {
  readonly places: Places;
  /** Who connects; an {@link AppError} says why nobody does. */
  readonly admit: (handshake: Handshake, auth: unknown) => Promise<Caller>;
  readonly open: (caller: Caller, wire: Wire) => Session;
  readonly log: Pick<Logger, "error">;
}

/** One connection of Engine.IO, which carries Socket.IO over requests or a WebSocket. */
type Connection = Socket["conn"];

interface Peer {
  readonly handshake: Handshake;
  /** Gives back the place that the connection has. */
  leave: () => void;
  /** It has said who it is; there is no second time. */
  asked: boolean;
  /** Packets that wait for the transport. */
  queued: number;
  session: Session | null;
}

/** Of a client that has not said who it is. */
const connectTimeoutMs = 10_000;
/** A session holds back by itself; so many only come of answers to what nobody reads. */
const mostQueued = 50;

/** Socket.IO, without rooms: what a client is told is the matter of its session. */
export function createSocketIo({ places, admit, open, log }: SocketIoOptions) {
  // The server is none that listens: requests are handed over below, after everything that all requests pass.
  const io = new Server(createServer(), {
    serveClient: false,
    connectTimeout: connectTimeoutMs,
    maxHttpBufferSize: mostMessageBytes,
    httpCompression: false,
  });
  const { engine } = io;
  const handshakes = new WeakMap<IncomingMessage, Handshake>();
  const peers = new WeakMap<Connection, Peer>();

  engine.on("connection", (connection: Connection) => {
    const handshake = handshakes.get(connection.request);
    if (!handshake) return connection.close(true);
    // Engine.IO would keep the first request for as long as the connection is there, with the token in its address.
    Reflect.deleteProperty(connection, "request");
    try {
      const leave = places.take(handshake.address);
      watch(connection, { handshake, leave, asked: false, queued: 0, session: null });
    } catch {
      // It was told at its request that there is no place, but for others that came at the same moment.
      connection.close(true);
    }
  });

  function watch(connection: Connection, peer: Peer): void {
    peers.set(connection, peer);
    connection.on("packetCreate", () => {
      peer.queued += 1;
      if (peer.queued > mostQueued) connection.close(true);
    });
    connection.on("drain", () => {
      peer.queued = 0;
      peer.session?.resume();
    });
    connection.once("close", () => {
      peer.leave();
      peer.session?.closed();
    });
  }

  io.use((socket, next) => {
    const { conn, handshake } = socket;
    const peer = peers.get(conn);
    if (!peer || peer.asked) {
      conn.close(true);
      return next(new Error("A connection says once who it is."));
    }
    peer.asked = true;
    admit(peer.handshake, handshake.auth)
      .then((caller) => {
        // Told all the same, so that Socket.IO forgets it.
        if (conn.readyState !== "open") return next(new Error("The connection is gone."));
        peer.leave();
        peer.leave = () => {};
        peer.leave = places.take(caller.identity.limitKey ?? peer.handshake.address);
        socket.data = caller;
        next();
      })
      .catch((error: unknown) => {
        next(refusalOf(error, log));
        // After the refusal, for which `next` takes a turn.
        setImmediate(() => conn.close());
      });
  });

  io.on("connection", (socket: Socket<ClientEvents, ServerEvents, ServerEvents, Caller>) => {
    const peer = peers.get(socket.conn);
    if (!peer) return;
    const session = open(socket.data, wireOf(socket, peer));
    peer.session = session;
    socket.on("join_batch", (...sent) => session.join(batchIdOf(sent), answerOf(sent)));
    socket.on("leave_batch", (...sent) => session.leave(batchIdOf(sent), answerOf(sent)));
    socket.once("disconnect", session.closed);
  });

  return {
    /** Takes a request of a transport, whose answer or connection is Engine.IO's from here on. */
    handle(request: FastifyRequest, reply: FastifyReply, handshake: Handshake): void {
      const { raw, upgrade } = request;
      handshakes.set(raw, handshake);
      if (upgrade) {
        leaveHttp(reply, upgrade);
        engine.handleUpgrade(raw, upgrade.socket, upgrade.head);
        return;
      }
      reply.hijack();
      // Such as those for pages of other origins.
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      engine.handleRequest(raw, reply.raw);
    },
    close: () => void engine.close(),
  };
}

interface ClientEvents {
  join_batch: (...sent: unknown[]) => void;
  leave_batch: (...sent: unknown[]) => void;
}
type ServerEvents = Record<string, (data: unknown) => void>;

const wireOf = (socket: Socket<ClientEvents, ServerEvents>, peer: Peer): Wire => ({
  emit: (event, data) => void socket.emit(event, data),
  caughtUp: () => peer.queued === 0,
  // Engine.IO asks by itself.
  beat() {},
  // Not `disconnect`: a client would take it for good, and not come back by itself with a new token.
  close: () => socket.conn.close(),
  cut: () => socket.conn.close(true),
});

const batchIdOf = ([message]: readonly unknown[]): unknown =>
  typeof message === "object" && message !== null && "batch_id" in message ? message.batch_id : undefined;

/** The function that answers, where a client waits for one. */
function answerOf(sent: readonly unknown[]): ((result: unknown) => void) | undefined {
  const last = sent.at(-1);
  return typeof last === "function" ? (result) => void last(result) : undefined;
}

/** What a client finds as `data` of its `connect_error`: the icon API's body of an error. */
function refusalOf(error: unknown, log: Pick<Logger, "error">): Error {
  if (!(error instanceof AppError)) log.error({ err: error }, "a live connection could not be admitted");
  const { code, status, message } =
    error instanceof AppError
      ? error
      : { code: "internal_error", status: 500, message: "The service failed: try again later." };
  const data = {
    message: status === 401 ? "Authentication required" : message,
    error: code,
    metadata: {},
  };
  return Object.assign(new Error(message), { data });
}
