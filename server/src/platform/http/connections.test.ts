import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { watchConnections } from "./connections.ts";
import { portOf } from "./listen.ts";

/** Larger than what the kernel takes off a server's hands for a client that does not read. */
const large = Buffer.alloc(48 * 1024 * 1024, "x");

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  watchConnections(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const open = async () => {
    const arriving = once(server, "connection");
    const socket = connect(portOf(server), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    // A connection that the server destroys may end as a reset.
    socket.on("error", () => {});
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    await arriving;
    return { socket, closed };
  };
  /** Stops listening; resolves when the last connection is gone. */
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { server, open, close };
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

test("an answer that is on its way to a slow reader arrives whole", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { server, open, close } = await serve((request, response) => {
    request.resume().once("close", () => {
      response.end(large);
      begin();
    });
  });
  const { socket, closed } = await open();
  socket.pause();
  socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  await begun;
  const ended = close();
  let received = 0;
  socket.on("data", (bytes) => {
    received += bytes.length;
    if (received > large.length) server.closeIdleConnections();
  });
  socket.resume();
  await closed;
  expect(received).toBeGreaterThan(large.length);
  await ended;
});

test("a connection on which nothing was sent is closed", async () => {
  const { open, close } = await serve(() => {});
  const { closed } = await open();
  await Promise.all([close(), closed]);
});

test("a connection whose request was answered is closed", async () => {
  const { open, close } = await serve((_request, response) => void response.end("ok"));
  const { socket, closed } = await open();
  socket.write(get);
  await once(socket, "data");
  await Promise.all([close(), closed]);
});

test("a connection whose next request has begun is kept until it is answered", async () => {
  const { server, open, close } = await serve((_request, response) => void response.end("ok"));
  const { socket, closed } = await open();
  socket.write(get);
  await once(socket, "data");
  socket.write("GET / HTTP/1.1\r\n");
  // Whatever was sent before another request was answered has arrived with it.
  const other = await open();
  other.socket.write(get);
  await once(other.socket, "data");
  const ended = close();
  socket.write("Host: x\r\n\r\n");
  const [answer] = await once(socket, "data");
  expect(String(answer)).toContain("200 OK");
  server.closeIdleConnections();
  await Promise.all([ended, closed]);
});

test("a connection whose request was answered early is kept until its body has arrived", async () => {
  const requests: IncomingMessage[] = [];
  const { server, open, close } = await serve((request, response) => {
    requests.push(request);
    response.end("early");
  });
  const { socket, closed } = await open();
  socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
  await once(socket, "data");
  const ended = close();
  const [request] = requests;
  if (request === undefined) throw new Error("No request arrived");
  const done = once(request, "close");
  socket.write("hello");
  await done;
  expect(request.complete).toBe(true);
  server.closeIdleConnections();
  await Promise.all([ended, closed]);
});

test("closing all connections closes those too that became something else", async () => {
  const { server, open, close } = await serve(() => {});
  server.on("upgrade", (_request, socket) => socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
  const { socket, closed } = await open();
  socket.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  await once(socket, "data");
  const ended = close();
  server.closeAllConnections();
  await Promise.all([ended, closed]);
});
