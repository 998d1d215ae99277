import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

interface Connection {
  /** Requests that are not read to their end, and answers that are not sent to theirs. */
  unfinished: number;
  /** Bytes read when the last of them ended: more means that another request has begun. */
  settledAt: number;
}

/**
 * Teaches a server which of its connections are idle. Node (24.21) takes an answer for done once it was handed to the
 * socket, so its `close()` cuts off what is still on its way to a slow reader; and it takes a connection on which
 * nothing was ever sent, as browsers open them ahead, for a busy one. Call it before the server listens.
 */
export function watchConnections(server: Server): void {
  const connections = new Map<Socket, Connection>();
  server.on("connection", (socket: Socket) => {
    connections.set(socket, { unfinished: 0, settledAt: 0 });
    socket.once("close", () => connections.delete(socket));
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const connection = connections.get(socket);
    if (connection === undefined) return;
    for (const side of [request, response]) {
      connection.unfinished += 1;
      side.once("close", () => {
        connection.unfinished -= 1;
        connection.settledAt = socket.bytesRead;
      });
    }
  });
  // Node's own forgets connections that became WebSockets, and its close() waits for them all the same.
  server.closeAllConnections = () => {
    for (const socket of connections.keys()) socket.destroy();
  };
  // Node's own close() calls this too.
  server.closeIdleConnections = () => {
    for (const [socket, { unfinished, settledAt }] of connections) {
      if (unfinished === 0 && socket.bytesRead === settledAt) socket.destroy();
    }
  };
}
