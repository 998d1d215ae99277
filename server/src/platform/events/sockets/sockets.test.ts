import { expect, test } from "vitest";
import { connectEngine, connectSocketIo, refusedSocketIo } from "./testing/clients.ts";
import { progressOf, startSocketsServer } from "./testing/sockets-server.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

test("a token is taken in each of the three places, over each transport", async () => {
  const { origin, ports, tokenOf, sockets } = await startSocketsServer();
  const token = await tokenOf("ann");
  const connected = ["connected", { status: "connected", subject: "ann", expires_at: expect.any(String) }];
  for (const options of [
    { auth: { token } },
    { auth: { token: `bearer ${token}` }, transports: ["polling"] },
    { auth: { token }, transports: ["websocket"] },
    { query: { token }, transports: ["websocket"] },
    { query: { token: `Bearer ${token}` }, transports: ["polling"] },
    { extraHeaders: bearer(token) },
    { extraHeaders: bearer(token), transports: ["websocket"] },
  ]) {
    const { next } = connectSocketIo(origin, options);
    expect(await next()).toEqual(connected);
  }
  const { next } = connectSocketIo(`http://127.0.0.1:${ports[1]}`, { auth: { token } });
  expect(await next()).toEqual(connected);
  expect(sockets.connections()).toBe(8);
});

test("without a good token the client learns why", async () => {
  const server = await startSocketsServer();
  const { origin, tokenOf } = server;
  const data = { message: "Authentication required", error: "authentication_required", metadata: {} };
  for (const options of [
    {},
    { auth: { token: "nonsense" } },
    { auth: { token: 7 } },
    { query: { token: "" }, transports: ["websocket"] },
    { extraHeaders: { Authorization: "Basic YTpi" } },
  ]) {
    expect((await refusedSocketIo(origin, options)).data).toEqual(data);
  }
  const token = await tokenOf("ann");
  // The clock of the token may be a minute behind; a connection would end at once all the same.
  server.pass(3_610_000);
  const error = await refusedSocketIo(origin, { auth: { token } });
  expect(error.message).toContain("expired");
  expect(error.data).toEqual(data);
  expect(server.sockets.connections()).toBe(0);
});

test("a token in the address gets into no line of the log", async () => {
  const { origin, tokenOf, lines, close } = await startSocketsServer();
  const token = await tokenOf("ann");
  for (const transports of [["polling"], ["websocket"]]) {
    const { next, socket } = connectSocketIo(origin, { query: { token }, transports });
    await next();
    socket.disconnect();
  }
  await close();
  expect(lines.join("")).toContain("/socket.io");
  expect(lines.join("")).not.toContain(token);
});

test("whoever is not asked for a token is anonymous", async () => {
  const { origin, publish } = await startSocketsServer({ mode: "off" });
  const { next } = connectSocketIo(origin);
  expect(await next()).toEqual([
    "connected",
    { status: "connected", subject: "anonymous", expires_at: null },
  ]);
  publish("anonymous-1", "job_output");
  expect(await next()).toEqual(["job_output", { job_id: "anonymous-1" }]);
});

test("who only listens is told of all own work, and of nothing else", async () => {
  const { origin, tokenOf, publish, events } = await startSocketsServer();
  const { next } = connectSocketIo(origin, { auth: { token: await tokenOf("ann") } });
  await next();
  publish("ann-1", "batch_progress", progressOf("ann-1", 1), "progress");
  publish("bob-1", "job_output", { job_id: "bob-1", line: "of somebody else" });
  publish("ann-1", "something_else");
  events.publish("media/1", { name: "job_output", data: { line: "of other work" } }, { owner: "ann" });
  events.publish("icons/all", { name: "job_output", data: { line: "for everybody" } });
  publish("ann-2", "job_output", { job_id: "ann-2", line: "a" });
  publish("ann-1", "job_completed", { job_id: "ann-1", summary: { status: "completed" } }, "end");
  expect(await next()).toEqual(["batch_progress", progressOf("ann-1", 1)]);
  expect(await next()).toEqual(["job_output", { job_id: "ann-2", line: "a" }]);
  expect(await next()).toEqual(["job_completed", { job_id: "ann-1", summary: { status: "completed" } }]);
});

test("a batch that is joined is told as it is, and then as it goes on, once", async () => {
  const { origin, tokenOf, publish } = await startSocketsServer();
  const { next, socket } = connectSocketIo(origin, { auth: { token: await tokenOf("ann") } });
  await next();
  const joined = await socket.emitWithAck("join_batch", { batch_id: "ann-1" });
  expect(joined).toEqual({ ok: true, batch_id: "ann-1" });
  expect(await next()).toEqual(["batch_progress", progressOf("ann-1", 3)]);
  publish("ann-1", "job_output", { line: "while joined" });
  expect(await next()).toEqual(["job_output", { line: "while joined" }]);
  expect(await socket.emitWithAck("leave_batch", { batch_id: "ann-1" })).toEqual({
    ok: true,
    batch_id: "ann-1",
  });
  // It is own work all the same.
  publish("ann-1", "job_output", { line: "after that" });
  expect(await next()).toEqual(["job_output", { line: "after that" }]);
  socket.emit("join_batch", { batch_id: "ann-2" });
  expect(await next()).toEqual(["batch_progress", progressOf("ann-2", 3)]);
});

test("what happens while a batch is looked up comes after it", async () => {
  const { promise: looked, resolve: look } = Promise.withResolvers<void>();
  const { promise: found, resolve: find } = Promise.withResolvers<unknown>();
  const { origin, tokenOf, publish } = await startSocketsServer({
    snapshot: () => {
      look();
      return found;
    },
  });
  const { next, socket } = connectSocketIo(origin, { auth: { token: await tokenOf("ann") } });
  await next();
  socket.emit("join_batch", { batch_id: "ann-1" });
  await looked;
  publish("ann-1", "job_completed", { job_id: "ann-1" }, "end");
  find(progressOf("ann-1", 9));
  expect(await next()).toEqual(["batch_progress", progressOf("ann-1", 9)]);
  expect(await next()).toEqual(["job_completed", { job_id: "ann-1" }]);
});

test("batches of others, unknown ones and nonsense are refused alike", async () => {
  const { origin, tokenOf } = await startSocketsServer();
  const { next, socket } = connectSocketIo(origin, { auth: { token: await tokenOf("ann") } });
  await next();
  const message = "There is no such batch to follow.";
  for (const batchId of ["bob-1", "nobody", "", "../ann-1", "ann-1/../bob-1", "__proto__", "owner/bob"]) {
    expect(await socket.emitWithAck("join_batch", { batch_id: batchId })).toEqual({
      ...{ ok: false, batch_id: batchId, message },
    });
    expect(await next()).toEqual(["join_failed", { batch_id: batchId, message }]);
  }
  for (const sent of [undefined, null, 7, "ann-1", [], { batch_id: { id: "ann-1" } }, Buffer.from("ann-1")]) {
    socket.emit("join_batch", sent);
    expect(await next()).toEqual(["join_failed", { batch_id: null, message }]);
  }
  socket.emit("join_batch");
  expect(await next()).toEqual(["join_failed", { batch_id: null, message }]);
  expect(await socket.emitWithAck("leave_batch", "nonsense")).toEqual({ ok: false, batch_id: null });
});

test("a connection ends with its credential, and begins again with a new one", async () => {
  const server = await startSocketsServer();
  let token = await server.tokenOf("ann");
  const { next, socket } = connectSocketIo(server.origin, {
    auth: (give) => give({ token }),
    reconnection: true,
    reconnectionDelay: 1,
  });
  await next();
  server.pass(3_700_000);
  token = await server.tokenOf("ann");
  expect(await next()).toEqual([
    "expired",
    { message: "The time of the credential is over: connect again with a new one." },
  ]);
  // By itself: the client takes the end for a broken connection.
  expect(await next()).toMatchObject(["connected", { subject: "ann" }]);
  expect(socket.connected).toBe(true);
});

test("after an outage joined batches are told anew", async () => {
  const server = await startSocketsServer();
  const { next, socket } = connectSocketIo(server.origin, { auth: { token: await server.tokenOf("ann") } });
  await next();
  await socket.emitWithAck("join_batch", { batch_id: "ann-1" });
  await next();
  server.missEvents();
  expect(await next()).toEqual(["batch_progress", progressOf("ann-1", 3)]);
});

test("a client that reads nothing is kept little for, and then let go", async () => {
  const server = await startSocketsServer();
  const token = await server.tokenOf("ann");
  const quick = connectSocketIo(server.origin, { auth: { token } });
  await quick.next();
  const slow = await connectEngine(server.origin);
  slow.send(`40${JSON.stringify({ token })}`);
  await slow.until("connected");
  slow.socket.pause();
  const line = "x".repeat(100_000);
  let count = 0;
  for (; server.events.subscribers() === 2; count += 1) {
    server.publish("ann-1", "job_output", { count, line });
    expect(await quick.next()).toEqual(["job_output", { count, line }]);
  }
  // What the kernel takes, and so many as may wait.
  expect(count).toBeGreaterThan(200);
  slow.socket.resume();
  expect(await slow.until("behind")).toContain("connect again");
  await slow.end;
});

test("who does not even take the last message is cut", async () => {
  const server = await startSocketsServer();
  const token = await server.tokenOf("ann");
  const stuck = await connectEngine(server.origin);
  stuck.send(`40${JSON.stringify({ token })}`);
  await stuck.until("connected");
  stuck.socket.pause();
  while (server.events.subscribers() > 0) {
    server.publish("ann-1", "job_output", { line: "x".repeat(100_000) });
    await turn();
  }
  expect(server.sockets.connections()).toBe(1);
  server.pass(5_000);
  while (server.sockets.connections() > 0) await turn();
});

test("a connection says once who it is, and has no use for packets that nobody reads", async () => {
  const server = await startSocketsServer();
  const token = await server.tokenOf("ann");
  const twice = await connectEngine(server.origin);
  for (let count = 0; count < 100; count += 1) twice.send(`40${JSON.stringify({ token })}`);
  await twice.end;
  const elsewhere = await connectEngine(server.origin);
  elsewhere.socket.pause();
  for (let count = 0; count < 5_000; count += 1) elsewhere.send("40/elsewhere,");
  elsewhere.socket.resume();
  await elsewhere.end;
  expect(server.sockets.connections()).toBe(0);
  expect(server.events.subscribers()).toBe(0);
});

test("what is no Socket.IO harms nobody", async () => {
  const server = await startSocketsServer();
  const token = await server.tokenOf("ann");
  for (const packet of [
    "x",
    "4",
    "42",
    '42["join_batch"',
    '42{"join_batch":1}',
    '42["connect"]',
    '4500-["join_batch",{"_placeholder":true,"num":9}]',
    '45999999-["join_batch"]',
    "4".repeat(20_000),
    Buffer.alloc(20_000),
  ]) {
    const { send, until, end } = await connectEngine(server.origin);
    send(`40${JSON.stringify({ token })}`);
    await until("connected");
    send(packet);
    send('42["join_batch",{"batch_id":"ann-1"}]');
    // It ends, or it was nothing.
    await Promise.race([end, until("batch_progress")]);
  }
  const { send, until } = await connectEngine(server.origin);
  send(`40${JSON.stringify({ token, __proto__: { admin: true } })}`);
  await until("connected");
  send('42["join_batch",{"__proto__":{"batch_id":"ann-1"},"constructor":1}]');
  await until("join_failed");
});

test("answers to who polls for none are bounded, and so is what may be sent", async () => {
  const server = await startSocketsServer();
  const address = `${server.origin}/socket.io/?EIO=4&transport=polling`;
  const opened = await (await fetch(address)).text();
  const { sid } = JSON.parse(opened.slice(1));
  const headers = { "content-type": "application/json" };
  const post = async (body: string) =>
    (await fetch(`${address}&sid=${sid}`, { method: "POST", headers, body })).status;
  const join = (count: number) =>
    post(
      Array.from({ length: count }, (_, id) => `42${id}["join_batch",{"batch_id":"../${id}"}]`).join(
        "\u001e",
      ),
    );
  expect(await post(`40${JSON.stringify({ token: await server.tokenOf("ann") })}`)).toBe(200);
  while (server.events.subscribers() === 0) await turn();
  expect(await post("x".repeat(20_000))).toBe(413);
  expect(await join(60)).toBe(200);
  for (let answers = 0; answers < 60; ) {
    const packets = (await (await fetch(`${address}&sid=${sid}`)).text()).split("\u001e");
    answers += packets.filter((packet) => packet.startsWith("43")).length;
  }
  expect(await join(150)).toBe(200);
  while (server.events.subscribers() > 0) await turn();
});

test("somebody who joins without an end is asked for one at a time, and told when it is enough", async () => {
  let asked = 0;
  const { promise: found, resolve: find } = Promise.withResolvers<unknown>();
  const server = await startSocketsServer({
    snapshot: () => {
      asked += 1;
      return found;
    },
  });
  const { next, socket } = connectSocketIo(server.origin, { auth: { token: await server.tokenOf("ann") } });
  await next();
  for (let count = 0; count < 150; count += 1) socket.emit("join_batch", { batch_id: `ann-${count}` });
  for (let count = 100; count < 150; count += 1) {
    expect(await next()).toMatchObject(["join_failed", { batch_id: `ann-${count}` }]);
  }
  expect(asked).toBe(1);
  find({ found: true });
  for (let count = 0; count < 100; count += 1) {
    expect(await next()).toEqual(["batch_progress", { found: true }]);
  }
  const more = await socket.emitWithAck("join_batch", { batch_id: "ann-more" });
  expect(more).toMatchObject({ ok: false, message: expect.stringContaining("up to 100") });
  await socket.emitWithAck("leave_batch", { batch_id: "ann-1" });
  expect(await socket.emitWithAck("join_batch", { batch_id: "ann-more" })).toMatchObject({ ok: true });
});

test("there are so many connections for a caller, and so many in all", async () => {
  const server = await startSocketsServer({ perCaller: 2, inAll: 3 });
  const token = await server.tokenOf("ann");
  const mine = [1, 2].map(() => connectSocketIo(server.origin, { auth: { token } }));
  for (const { next } of mine) await next();
  const { data } = await refusedSocketIo(server.origin, { auth: { token } });
  expect(data).toMatchObject({ error: "too_many_own_streams" });
  mine[0]?.socket.disconnect();
  while (server.sockets.connections() > 1) await turn();
  for (const subject of ["ann", "bob"]) {
    await connectSocketIo(server.origin, { auth: { token: await server.tokenOf(subject) } }).next();
  }
  const response = await fetch(`${server.origin}/socket.io/?EIO=4&transport=polling`);
  expect([response.status, response.headers.get("x-error-code")]).toEqual([503, "too_many_streams"]);
});

test("the service tells its clients that it closes, and does not wait for those who do not listen", async () => {
  const server = await startSocketsServer();
  const token = await server.tokenOf("ann");
  const clients = [["polling"], ["websocket"]].map((transports) =>
    connectSocketIo(server.origin, { auth: { token }, transports }),
  );
  for (const { next } of clients) await next();
  const stuck = await connectEngine(server.origin);
  stuck.socket.pause();
  await server.close();
  for (const { end } of clients) expect(["transport close", "transport error"]).toContain(await end);
  expect(server.sockets.connections()).toBe(0);
});

test("below a base path it is there, and nowhere else", async () => {
  const { origin, tokenOf } = await startSocketsServer({ basePath: "/images" });
  const auth = { token: await tokenOf("ann") };
  const { next } = connectSocketIo(origin, { auth, path: "/images/socket.io/" });
  expect(await next()).toMatchObject(["connected", {}]);
  await refusedSocketIo(origin, { auth, transports: ["websocket"] });
});
