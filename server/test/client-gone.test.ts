import { once } from "node:events";
import { expect, test } from "vitest";
import type { App } from "../src/app.ts";
import { connectRaw } from "./raw-http.ts";
import { type ListeningWorld, listenApp, startApp } from "./world.ts";

/** Larger than what the kernel takes off a server's hands for a client that does not read. */
const large = Buffer.alloc(48 * 1024 * 1024, "x");

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const requestLines = ({ log }: ListeningWorld, path: string) =>
  log.filter((line) => line["msg"] === "request" && line["path"] === path);

/** What is said of the only request to an address, once anything is. */
async function told(world: ListeningWorld, method: string, path: string, route = path) {
  while (requestLines(world, path).length === 0) await nextTurn();
  const metrics = await (await fetch(`${world.baseUrl}/metrics`)).text();
  const count = (status: string) =>
    metrics.includes(
      `fovea_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"} 1`,
    );
  return { lines: requestLines(world, path), count, metrics };
}

async function expectGone(world: ListeningWorld, method: string, path: string): Promise<void> {
  const { lines, count, metrics } = await told(world, method, path);
  expect(lines).toEqual([
    expect.objectContaining({
      level: 30,
      method,
      path,
      outcome: "client_gone",
      ms: expect.any(Number),
      ip: "127.0.0.1",
    }),
  ]);
  expect(lines[0]).not.toHaveProperty("status");
  expect(count("client_gone")).toBe(true);
  expect(metrics).not.toContain("fovea_http_errors_total{");
  // Nothing else is counted for this address.
  expect(metrics.match(new RegExp(`_count\\{method="${method}",route="${path}"`, "g"))).toHaveLength(1);
}

test.each([
  ["closes the connection", "destroy"],
  ["resets the connection", "resetAndDestroy"],
] as const)(
  "a client that %s in the middle of its upload is told and counted, without a status",
  async (_, leave) => {
    const world = await listenApp();
    const { socket, send } = await connectRaw(world.baseUrl);
    send(
      `POST /api/v1/validate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.token}\r\n` +
        "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{",
    );
    // What was sent before another connection was opened has arrived once that one is answered.
    await fetch(`${world.baseUrl}/health`, { headers: { connection: "close" } });
    socket[leave]();
    await expectGone(world, "POST", "/api/v1/validate");
  },
);

/** An address that answers when it is let. */
function held({ http }: App) {
  const arrived = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  http.post("/held", { config: { access: "public" } }, async () => {
    arrived.resolve();
    await finish.promise;
    // The answer is handed over after this handler has returned.
    setImmediate(done.resolve);
    return {};
  });
  return { arrived: arrived.promise, finish: finish.resolve, done: done.promise };
}

test("a client that leaves before the work is done is told once, also when an answer is made after all", async () => {
  let address: ReturnType<typeof held> | undefined;
  const world = await listenApp({}, (app) => {
    address = held(app);
  });
  const { socket, send } = await connectRaw(world.baseUrl);
  send("POST /held HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  await address?.arrived;
  socket.destroy();
  while (requestLines(world, "/held").length === 0) await nextTurn();
  address?.finish();
  await address?.done;
  await expectGone(world, "POST", "/held");
});

test("a client that leaves in the middle of the answer has no status either", async () => {
  const world = await listenApp({}, ({ http }) => {
    http.get("/large", { config: { access: "public" } }, async (_request, reply) => reply.send(large));
  });
  const { socket, send } = await connectRaw(world.baseUrl);
  send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(socket, "data");
  socket.destroy();
  await expectGone(world, "GET", "/large");
});

test("a client that waits for its answer and then leaves has a status and no other outcome", async () => {
  const world = await listenApp();
  const connection = await connectRaw(world.baseUrl);
  connection.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
  await connection.answer();
  connection.socket.destroy();
  const { lines, count, metrics } = await told(world, "GET", "/nothing", "unknown");
  expect(lines).toEqual([expect.objectContaining({ status: 404 })]);
  expect(lines[0]).not.toHaveProperty("outcome");
  expect(count("404")).toBe(true);
  expect(metrics).not.toContain("client_gone");
});

test.each([
  ["PORT", 0],
  ["PORTS", 1],
] as const)(
  "an upload that is not there in time is a 408 on %s, and no client that left",
  async (_, index) => {
    const world = await startApp({ REQUEST_TIMEOUT_SECONDS: "1", PORTS: "0" });
    const { ports } = await world.app.listen();
    const baseUrl = `http://127.0.0.1:${ports[index]}`;
    const connection = await connectRaw(baseUrl);
    connection.send(
      `POST /api/v1/validate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.token}\r\n` +
        "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{",
    );
    const answer = await connection.answer();
    expect(answer.status).toBe(408);
    expect(answer.headers["x-error-code"]).toBe("request_timeout");
    const { lines, count } = await told({ ...world, baseUrl }, "POST", "/api/v1/validate");
    expect(lines).toEqual([expect.objectContaining({ status: 408 })]);
    expect(lines[0]).not.toHaveProperty("outcome");
    expect(count("408")).toBe(true);
  },
);
