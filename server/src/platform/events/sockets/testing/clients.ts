import { once } from "node:events";
import { io, type ManagerOptions, type SocketOptions } from "socket.io-client";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";

/** Everything that one connection is told, to be taken one by one. */
function createInbox() {
  const waiting: [event: string, data: unknown][] = [];
  let wake = () => {};
  return {
    put(event: string, data: unknown) {
      waiting.push([event, data]);
      wake();
    },
    async next(): Promise<readonly [event: string, data: unknown]> {
      for (;;) {
        const first = waiting.shift();
        if (first) return first;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** A client of Socket.IO that connects at once, and never again by itself. */
export function connectSocketIo(address: string, options: Partial<ManagerOptions & SocketOptions> = {}) {
  const socket = io(address, { reconnection: false, forceNew: true, ...options });
  onTestFinished(() => void socket.disconnect());
  const inbox = createInbox();
  socket.onAny((event: string, data: unknown) => inbox.put(event, data));
  const end = new Promise<string>((resolve) => socket.once("disconnect", (reason) => resolve(reason)));
  return { socket, next: inbox.next, end };
}

/** Why a client of Socket.IO is not let in. */
export async function refusedSocketIo(
  address: string,
  options: Partial<ManagerOptions & SocketOptions> = {},
) {
  const { socket } = connectSocketIo(address, options);
  return await new Promise<Error & { data?: unknown }>((resolve, reject) => {
    socket.once("connect_error", resolve);
    socket.once("connect", () => reject(new Error("It was let in")));
  });
}

/** A client that speaks Socket.IO by hand: it says what it wants, and reads when it likes. */
export async function connectEngine(origin: string) {
  const socket = new WebSocket(`${origin.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
  onTestFinished(() => socket.terminate());
  socket.on("error", () => {});
  const inbox = createInbox();
  socket.on("message", (text) => inbox.put("packet", String(text)));
  const end = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await once(socket, "open");
  return {
    socket,
    end,
    send: (packet: string | Buffer) => socket.send(packet),
    /** Reads up to the packet that names the event. */
    async until(event: string): Promise<string> {
      for (;;) {
        const [, packet] = await inbox.next();
        if (String(packet).startsWith(`42["${event}"`)) return String(packet);
      }
    },
  };
}

/** A client of `/ws`. */
export async function connectWebSocket(address: string, headers: Readonly<Record<string, string>> = {}) {
  const socket = new WebSocket(address.replace("http", "ws"), { headers });
  onTestFinished(() => socket.terminate());
  const inbox = createInbox();
  socket.on("message", (text) => {
    const { event, data } = JSON.parse(String(text));
    inbox.put(event, data);
  });
  const end = new Promise<number>((resolve) => socket.once("close", resolve));
  await once(socket, "open");
  return {
    socket,
    next: inbox.next,
    end,
    send: (event: string, data: unknown) => socket.send(JSON.stringify({ event, data })),
  };
}

/** The answer to a client of `/ws` that is not let in. */
export async function refusedWebSocket(address: string, headers: Readonly<Record<string, string>> = {}) {
  const socket = new WebSocket(address.replace("http", "ws"), { headers });
  socket.on("error", () => {});
  const [, response] = await once(socket, "unexpected-response");
  let body = "";
  for await (const piece of response) body += piece;
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(body) };
}
