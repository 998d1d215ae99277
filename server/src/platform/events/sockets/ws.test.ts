import { expect, test } from "vitest";
import { identified } from "../../auth/identity.ts";
import { connectSocketIo, connectWebSocket, refusedWebSocket } from "./testing/clients.ts";
import { progressOf, startSocketsServer } from "./testing/sockets-server.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test("a token is taken in the header or the address, on every port", async () => {
  const { ports, tokenOf, lines } = await startSocketsServer();
  const token = await tokenOf("ann");
  for (const port of ports) {
    for (const [query, headers] of [
      ["", bearer(token)],
      [`?token=${token}`, {}],
      [`?token=Bearer%20${token}`, {}],
    ] as const) {
      const { next } = await connectWebSocket(`http://127.0.0.1:${port}/ws${query}`, headers);
      expect(await next()).toMatchObject(["connected", { status: "connected", subject: "ann" }]);
    }
  }
  const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "request");
  expect(requests.length).toBe(6);
  expect(requests[0]).toMatchObject({ method: "GET", path: "/ws", status: 101 });
  expect(lines.join("")).not.toContain(token);
});

test("without a good token it stays a request, and is refused", async () => {
  const { origin, tokenOf } = await startSocketsServer();
  for (const query of ["", "?token=", "?token=nonsense", `?token=${"x".repeat(9_000)}`, "?token=a&token=b"]) {
    const { status, headers } = await refusedWebSocket(`${origin}/ws${query}`);
    expect([status, headers["x-error-code"]], query).toEqual([401, "authentication_required"]);
    expect(headers["x-correlation-id"]).toBeDefined();
  }
  const plain = await fetch(`${origin}/ws?token=${await tokenOf("ann")}`);
  expect([plain.status, plain.headers.get("x-error-code")]).toEqual([426, "upgrade_required"]);
});

test("it tells the same as Socket.IO, in text", async () => {
  const { origin, tokenOf, publish } = await startSocketsServer();
  const token = await tokenOf("ann");
  const plain = await connectWebSocket(`${origin}/ws`, bearer(token));
  const other = connectSocketIo(origin, { auth: { token } });
  await Promise.all([plain.next(), other.next()]);
  for (const batchId of ["ann-1", "bob-1"]) {
    plain.send("join_batch", { batch_id: batchId });
    other.socket.emit("join_batch", { batch_id: batchId });
  }
  for (const { next } of [plain, other]) {
    expect(await next()).toEqual(["batch_progress", progressOf("ann-1", 3)]);
    expect(await next()).toMatchObject(["join_failed", { batch_id: "bob-1" }]);
  }
  publish("ann-1", "batch_progress", progressOf("ann-1", 4), "progress");
  publish("bob-1", "job_output", { line: "of somebody else" });
  for (const line of ["a", "b"]) publish("ann-1", "job_output", { job_id: "ann-1", line });
  publish("ann-2", "job_failed", { job_id: "ann-2", error: "nothing worked" });
  publish("ann-1", "job_completed", { job_id: "ann-1", summary: { status: "completed" } }, "end");
  for (const { next } of [plain, other]) {
    expect(await next()).toEqual(["batch_progress", progressOf("ann-1", 4)]);
    for (const line of ["a", "b"]) expect(await next()).toEqual(["job_output", { job_id: "ann-1", line }]);
    expect(await next()).toEqual(["job_failed", { job_id: "ann-2", error: "nothing worked" }]);
    expect(await next()).toEqual(["job_completed", { job_id: "ann-1", summary: { status: "completed" } }]);
  }
});

test("what is no message is told so, and what is no text ends the connection", async () => {
  const { origin, tokenOf } = await startSocketsServer();
  const headers = bearer(await tokenOf("ann"));
  const { socket, next, send, end } = await connectWebSocket(`${origin}/ws`, headers);
  await next();
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    "7",
    '{"event":"join_batch"}',
    '{"event":"__proto__","data":{}}',
  ]) {
    socket.send(text);
    expect(await next(), text).toMatchObject(["error", { message: expect.stringContaining("join_batch") }]);
  }
  for (const batchId of [null, {}, ["ann-1"], "../ann-1", "x".repeat(500)]) {
    send("join_batch", { batch_id: batchId });
    expect(await next()).toMatchObject([
      "join_failed",
      { batch_id: batchId === "../ann-1" ? batchId : null },
    ]);
  }
  socket.send(Buffer.from('{"event":"join_batch","data":{"batch_id":"ann-1"}}'));
  expect(await end).toBe(1003);
  const huge = await connectWebSocket(`${origin}/ws`, headers);
  huge.send("join_batch", { batch_id: "x".repeat(20_000) });
  expect(await huge.end).toBe(1009);
});

test("it ends with its credential", async () => {
  const { origin, tokenOf, pass, sockets } = await startSocketsServer();
  const { next, end } = await connectWebSocket(`${origin}/ws`, bearer(await tokenOf("ann")));
  await next();
  pass(3_590_000);
  await turn();
  expect(sockets.connections()).toBe(1);
  pass(20_000);
  expect(await next()).toMatchObject(["expired", { message: expect.stringContaining("new one") }]);
  expect(await end).toBe(1000);
});

test("who reads nothing is kept little for: the newest progress stands in for the rest, and facts have an end", async () => {
  const { origin, tokenOf, publish, events } = await startSocketsServer({ progressEveryMs: 0 });
  const { socket, next, end } = await connectWebSocket(`${origin}/ws`, bearer(await tokenOf("ann")));
  await next();
  const line = "x".repeat(100_000);
  // Sent by the events themselves once each turn of their timer.
  const others: unknown[] = [];
  events.subscribe({ topics: ["icons/ann-1"], owner: "ann" }, ({ data }) => others.push(data));
  socket.pause();
  for (let count = 1; count <= 150; count += 1) {
    publish("ann-1", "batch_progress", { count, line }, "progress");
    while (others.length < count) await turn();
  }
  // It is still there.
  expect(events.subscribers()).toBe(2);
  socket.resume();
  let [, data] = await next();
  let read = 1;
  for (; JSON.stringify(data) !== JSON.stringify({ count: 150, line }); read += 1) [, data] = await next();
  expect(read).toBeLessThan(150);

  socket.pause();
  while (events.subscribers() === 2) {
    publish("ann-1", "job_output", { line });
    await turn();
  }
  socket.resume();
  for (let event = ""; event !== "behind"; ) [event] = await next();
  expect(await end).toBe(1000);
});

test("who is gone without a word is noticed", async () => {
  const { origin, tokenOf, pass, sockets } = await startSocketsServer();
  const headers = bearer(await tokenOf("ann"));
  const [there, gone] = await Promise.all([1, 2].map(() => connectWebSocket(`${origin}/ws`, headers)));
  if (!there || !gone) throw new Error("not connected");
  await Promise.all([there.next(), gone.next()]);
  gone.socket.pause();
  const asked = new Promise((resolve) => there.socket.once("ping", resolve));
  pass(25_000);
  await asked;
  expect(sockets.connections()).toBe(2);
  // The answer has to be there before the next beat.
  there.send("join_batch", { batch_id: "ann-1" });
  await there.next();
  pass(25_000);
  while (sockets.connections() === 2) await turn();
  there.send("join_batch", { batch_id: "ann-2" });
  expect(await there.next()).toMatchObject(["batch_progress", { batch_id: "ann-2" }]);
});

test("there are so many connections for a caller", async () => {
  const { origin, tokenOf, sockets } = await startSocketsServer({ perCaller: 1 });
  const headers = bearer(await tokenOf("ann"));
  const { socket } = await connectWebSocket(`${origin}/ws`, headers);
  const refused = await refusedWebSocket(`${origin}/ws`, headers);
  expect([refused.status, refused.headers["x-error-code"]]).toEqual([429, "too_many_own_streams"]);
  socket.close();
  while (sockets.connections() > 0) await turn();
  await connectWebSocket(`${origin}/ws`, headers);
});

test("the service says that it goes away, and without grace waits for nobody", async () => {
  const server = await startSocketsServer();
  const there = await connectWebSocket(`${server.origin}/ws`, bearer(await server.tokenOf("ann")));
  await there.next();
  const closed = server.close();
  expect(await there.end).toBe(1001);
  await closed;

  const another = await startSocketsServer({ graceMs: 0 });
  const stuck = await connectWebSocket(`${another.origin}/ws`, bearer(await another.tokenOf("ann")));
  stuck.socket.pause();
  await another.close();
  stuck.socket.resume();
  await stuck.end;
});

test("pages of other origins need the leave of CORS, and a session counts for pages of this one only", async () => {
  const server = await startSocketsServer({ mode: "all" });
  const { origin, tokenOf, authentication } = server;
  const token = await tokenOf("ann");
  const ann = identified({ method: "hs256", owner: "ann", subject: "ann", roles: [] });
  const { value } = await authentication.sessions.start({ identity: ann, expiresAt: null }, "");
  const cookie = `fovea_session=${value}`;

  const stranger = await refusedWebSocket(`${origin}/ws`, {
    ...bearer(token),
    origin: "https://stranger.example",
  });
  expect([stranger.status, stranger.headers["x-error-code"]]).toEqual([403, "origin_not_allowed"]);
  await connectWebSocket(`${origin}/ws`, { ...bearer(token), origin: "https://page.example" });
  await connectWebSocket(`${origin}/ws`, { cookie, origin });
  for (const headers of [{ cookie, origin: "https://page.example" }, { cookie }]) {
    const refused = await refusedWebSocket(`${origin}/ws`, headers);
    expect([refused.status, refused.headers["x-error-code"]]).toEqual([403, "permission_denied"]);
  }

  const poll = (from: string) =>
    fetch(`${origin}/socket.io/?EIO=4&transport=polling`, { headers: { origin: from } });
  const allowed = await poll("https://page.example");
  expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([
    200,
    "https://page.example",
  ]);
  expect((await poll("https://stranger.example")).status).toBe(403);
  const preflight = await fetch(`${origin}/socket.io/?EIO=4&transport=polling`, {
    method: "OPTIONS",
    headers: { origin: "https://page.example", "access-control-request-method": "POST" },
  });
  expect(preflight.headers.get("access-control-allow-origin")).toBe("https://page.example");
  await expect(
    connectWebSocket(`${origin}/socket.io/?EIO=4&transport=websocket`, {
      origin: "https://stranger.example",
    }),
  ).rejects.toThrow("403");
});
