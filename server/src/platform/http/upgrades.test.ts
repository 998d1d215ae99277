import { once } from "node:events";
import { type IncomingMessage, request as send } from "node:http";
import { connect, type Socket } from "node:net";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { AppError } from "../errors.ts";
import { createHttp } from "./http.ts";
import { listen } from "./listen.ts";
import { leaveHttp } from "./upgrades.ts";

/** `/talk` turns a connection into one that repeats what it hears; other routes are ordinary ones. */
async function serve() {
  const lines: { msg: string; path?: string; status?: number }[] = [];
  const { server: http } = await createHttp({
    ...{ basePath: "/base", trustProxy: ["127.0.0.1"], corsOrigins: [], dialects: [], exposedHeaders: [] },
    requestTimeout: 60_000,
    logger: pino({ level: "info" }, { write: (line) => lines.push(JSON.parse(line)) }),
    draining: () => false,
  });
  const slow = Promise.withResolvers<Socket>();
  const refuse = { refuse: { code: "not_today", status: 403, message: "Not today." } };
  http.get<{ Querystring: { refuse?: string } }>(
    "/base/talk",
    { config: { webSocket: true } },
    async (request, reply) => {
      if (request.query.refuse) throw new AppError(refuse.refuse);
      const { upgrade } = request;
      if (!upgrade) return { ordinary: true };
      leaveHttp(reply, upgrade);
      upgrade.socket.write(`HTTP/1.1 101 Switching Protocols\r\n\r\n${request.ip} `);
      upgrade.socket.write(upgrade.head);
      upgrade.socket.pipe(upgrade.socket);
      return reply;
    },
  );
  http.get("/base/slow", { config: { webSocket: true } }, async (request, reply) => {
    if (request.upgrade) slow.resolve(request.upgrade.socket);
    return reply.hijack();
  });
  http.all("/base/other", async () => ({ ordinary: true }));
  const listening = await listen(http, { host: "127.0.0.1", port: 0, ports: [0] });
  onTestFinished(() => listening.close(0));
  return { ports: listening.ports, requests: () => lines.filter(({ msg }) => msg === "request"), slow };
}

const handshake = { connection: "Upgrade", upgrade: "WebSocket" };

/** The answer to a request that may not become anything else. */
async function ask(port: number | undefined, options: { path: string; method?: string; headers?: object }) {
  const request = send({ port, host: "127.0.0.1", ...options, headers: { ...options.headers } });
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let body = "";
  for await (const piece of response) body += piece;
  return { status: response.statusCode, headers: response.headers, body };
}

test("a handshake is a request of its route, on every port, and is told as answered when it is", async () => {
  const { ports, requests } = await serve();
  for (const port of ports) {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.write(
      "GET /base//talk/?secret=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "X-Forwarded-For: 203.0.113.7\r\n\r\nhello",
    );
    let heard = "";
    socket.on("data", (bytes) => {
      heard += bytes;
      if (heard.endsWith("hello")) socket.write(", you");
      if (heard.endsWith("you")) socket.end();
    });
    await once(socket, "close");
    expect(heard).toMatch(/^HTTP\/1.1 101 .*\s+203.0.113.7 hello, you$/);
  }
  expect(requests().map(({ path, status }) => [path, status])).toEqual([
    ["/talk", 101],
    ["/talk", 101],
  ]);
});

test("one that is refused gets an answer like any other, and its connection is closed", async () => {
  const { ports, requests } = await serve();
  const { status, headers, body } = await ask(ports[0], { path: "/base/talk?refuse=1", headers: handshake });
  expect([status, body]).toEqual([403, '{"detail":"Not today."}']);
  expect(headers).toMatchObject({ "x-error-code": "not_today", connection: "close" });
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(requests()).toMatchObject([{ path: "/talk", status: 403 }]);
});

test("an offer to change the protocol that is not taken up leaves a request as it is", async () => {
  const { ports } = await serve();
  const http2 = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABk" };
  for (const options of [
    { path: "/base/other", headers: handshake },
    { path: "/base/other", headers: http2 },
    { path: "/base/other", method: "POST", headers: handshake },
    { path: "/base/talk", headers: http2 },
    { path: "/base/talk" },
  ]) {
    const { status, body, headers } = await ask(ports[0], options);
    expect([status, body, headers.connection]).toEqual([200, '{"ordinary":true}', "keep-alive"]);
  }
  const posted = await ask(ports[0], { path: "/base/talk", method: "POST", headers: handshake });
  expect([posted.status, posted.headers.connection]).toEqual([405, "keep-alive"]);
  expect((await ask(ports[1], { path: "/base/other", headers: handshake })).status).toBe(200);
  expect((await ask(ports[0], { path: "/talk", headers: handshake })).status).toBe(404);
});

test("whoever breaks off while it is decided breaks nothing else", async () => {
  const { ports, slow } = await serve();
  const client = connect(ports[0] ?? 0, "127.0.0.1");
  client.write("GET /base/slow HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  const socket = await slow.promise;
  client.resetAndDestroy();
  // Until the reset has arrived the system takes whatever is written.
  while (!socket.destroyed) {
    socket.write("too late");
    await new Promise((next) => setImmediate(next));
  }
  expect((await ask(ports[0], { path: "/base/other" })).status).toBe(200);
});
