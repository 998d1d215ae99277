import type { FastifyReply, FastifyRequest } from "fastify";
import { type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import { leaveHttp, type Upgrade } from "../../http/upgrades.ts";
import type { Caller, Session } from "./session.ts";
import { mostMessageBytes, type Wire } from "./wire.ts";

const command = z.object({
  event: z.enum(["join_batch", "leave_batch"]),
  data: z.object({ batch_id: z.unknown() }),
});

const expected = 'Expected text such as {"event":"join_batch","data":{"batch_id":"…"}}, or `leave_batch`.';

/** Codes with which a WebSocket is closed (RFC 6455, 7.4.1). */
const normalClosure = 1000;
const goingAway = 1001;
const unsupportedData = 1003;

/** `{event, data}` as text, for clients that do not speak Socket.IO. */
export function createPlainWebSockets(open: (caller: Caller, wire: Wire) => Session) {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: mostMessageBytes,
  });

  function begin(socket: WebSocket, caller: Caller): void {
    const session = open(
      caller,
      wireOf(socket, () => session.resume()),
    );
    // Whoever is gone is told by `close`.
    socket.on("error", () => {});
    socket.once("close", session.closed);
    socket.on("message", (data, isBinary) => {
      if (isBinary) return socket.close(unsupportedData, "Text was expected.");
      const { data: sent } = command.safeParse(parsed(String(data)));
      if (sent === undefined) session.say("error", { message: expected });
      else if (sent.event === "join_batch") session.join(sent.data.batch_id);
      else session.leave(sent.data.batch_id);
    });
  }

  return {
    handle(request: FastifyRequest, reply: FastifyReply, upgrade: Upgrade, caller: Caller): void {
      leaveHttp(reply, upgrade);
      server.handleUpgrade(request.raw, upgrade.socket, upgrade.head, (socket) => begin(socket, caller));
    },
  };
}

function wireOf(socket: WebSocket, resume: () => void): Wire {
  let answered = true;
  socket.on("pong", () => {
    answered = true;
  });
  const caughtUp = () => socket.bufferedAmount === 0;
  return {
    emit(event, data) {
      socket.send(JSON.stringify({ event, data }), () => {
        if (caughtUp()) resume();
      });
    },
    caughtUp,
    beat() {
      if (!answered) return socket.terminate();
      answered = false;
      socket.ping();
    },
    close: () => socket.close(normalClosure),
    cut() {
      // Twice: who does not answer the first is not asked again.
      if (socket.readyState === socket.OPEN) socket.close(goingAway);
      else socket.terminate();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
