import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { ticketResponse } from "./schema.ts";
import { startEventsServer } from "./testing/events-server.ts";
import { openStream } from "./testing/read-stream.ts";

const topic = "batch/ann/1";
const following = (address: string, ...topics: string[]) =>
  `${address}?${topics.map((one) => `topic=${encodeURIComponent(one)}`).join("&")}`;

async function askForTicket(address: string, headers: Readonly<Record<string, string>>) {
  const response = await fetch(`${address}/tickets`, { method: "POST", headers });
  return { response, ...ticketResponse.parse(await response.json()) };
}

describe("a stream", () => {
  test("begins with a snapshot of each topic, goes on with what happens, and begins anew after a break", async () => {
    const { events, address, as } = await startEventsServer();
    const ann = { ...(await as("ann")), origin: "https://page.example" };
    const first = await openStream(following(address, topic, "batch/ann/2", topic), ann);
    expect(first.response.status).toBe(200);
    expect(Object.fromEntries(first.response.headers)).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
      "access-control-allow-origin": "https://page.example",
      "x-content-type-options": "nosniff",
    });
    expect(await first.part()).toBe("retry: 3000");
    for (const each of [topic, "batch/ann/2"]) {
      expect(await first.next()).toMatchObject({ event: "snapshot", data: { topic: each } });
    }
    events.publish(
      topic,
      { name: "batch_progress", data: { progress: 60 }, kind: "progress" },
      { owner: "ann" },
    );
    events.publish(topic, { name: "batch_progress", data: { progress: 99 } }, { owner: "bob" });
    events.publish("batch/ann/2", { name: "job_output", data: "two\nlines" }, { owner: "ann" });
    const progress = await first.next();
    expect(progress).toMatchObject({ event: "batch_progress", data: { topic, data: { progress: 60 } } });
    expect(await first.next()).toMatchObject({ event: "job_output", data: { data: "two\nlines" } });
    first.leave();

    const again = await openStream(following(address, topic), {
      ...ann,
      "last-event-id": progress?.id ?? "none",
    });
    expect(await again.next()).toMatchObject({ event: "snapshot", data: { topic, data: { asked: 3 } } });
  });

  test("is not opened for what is unknown or somebody else's, and not by a credential in the address", async () => {
    const { address, as } = await startEventsServer();
    const answer = async (url: string, headers = {}) => {
      const response = await fetch(url, { headers });
      return {
        status: response.status,
        code: response.headers.get("x-error-code"),
        text: await response.text(),
      };
    };
    const ann = await as("ann");
    expect(await answer(following(address, topic, "batch/bob/1"), ann)).toMatchObject({
      status: 404,
      code: "topic_not_found",
    });
    expect(await answer(following(address, topic))).toMatchObject({ status: 401 });
    for (const query of ["", "topic=", "topic=nothing", `${"topic=batch/ann/1&".repeat(21)}`]) {
      expect(await answer(`${address}?${query}`, ann), query).toMatchObject({ status: 400 });
    }
    for (const name of ["token", "access_token", "API-Key", "jwt"]) {
      const { authorization } = ann;
      const refused = await answer(`${following(address, topic)}&${name}=${authorization.slice(7)}`);
      expect(refused, name).toMatchObject({ status: 400, code: "credential_in_url" });
      expect(refused.text).toContain("POST /api/v1/events/tickets");
      expect(refused.text).not.toContain(authorization.slice(7));
    }
    expect((await fetch(following(address, topic), { method: "HEAD", headers: ann })).status).not.toBe(200);
  });

  test("loses nothing that happens while the snapshot is read, and is told when something was missed", async () => {
    const reading = Promise.withResolvers<void>();
    const mayAnswer = Promise.withResolvers<void>();
    const { events, address, as, missEvents } = await startEventsServer({
      async snapshot() {
        reading.resolve();
        await mayAnswer.promise;
        return { processed: 1 };
      },
    });
    const opening = openStream(following(address, topic), await as("ann"));
    await reading.promise;
    events.publish(topic, { name: "early", data: null });
    mayAnswer.resolve();
    const stream = await opening;
    expect((await stream.next())?.event).toBe("snapshot");
    expect((await stream.next())?.event).toBe("early");
    missEvents();
    expect(await stream.next()).toMatchObject({ event: "snapshot", data: { data: { processed: 1 } } });
  });

  test("ends when the time of its credential is over, and says so", async () => {
    const { address, as, pass } = await startEventsServer();
    const ann = await as("ann");
    const { ticket } = await askForTicket(address, ann);
    const streams = [
      await openStream(following(address, topic), ann),
      await openStream(`${following(address, topic)}&ticket=${ticket}`),
    ];
    for (const stream of streams) expect((await stream.next())?.event).toBe("snapshot");
    pass(3_600_000);
    for (const stream of streams) {
      expect((await stream.next())?.event).toBe("expired");
      expect(await stream.next()).toBeUndefined();
    }
    // Two machines' clocks may differ by a minute.
    pass(60_000);
    expect((await fetch(following(address, topic), { headers: ann })).status).toBe(401);
  });

  test("ends when the server closes, which does not wait for it", async () => {
    const { address, as, close } = await startEventsServer();
    const stream = await openStream(following(address, topic), await as("ann"));
    expect((await stream.next())?.event).toBe("snapshot");
    await close();
    expect(await stream.next()).toBeUndefined();
  });

  test("is one of few, and its place is free when its reader is gone", async () => {
    const { events, address, as } = await startEventsServer({ inAll: 3, perCaller: 2 });
    const open = async (name: string) => {
      const stream = await openStream(following(address, `batch/${name}/1`), await as(name));
      return { ...stream, status: stream.response.status, code: stream.response.headers.get("x-error-code") };
    };
    const [first] = [await open("ann"), await open("ann")];
    expect(await open("ann")).toMatchObject({ status: 429, code: "too_many_own_streams" });
    expect((await fetch(following(address, "batch/ann/1"), { headers: await as("bob") })).status).toBe(404);
    expect((await open("bob")).status).toBe(200);
    expect(await open("carl")).toMatchObject({ status: 503, code: "too_many_streams" });
    first.leave();
    for (;;) {
      const carl = await open("carl");
      if (carl.status === 200) break;
    }
    expect((await open("ann")).status).toBe(503);
    expect(events.subscribers()).toBe(3);
  });
});

describe("a reader that reads nothing", () => {
  /** Sends the request, and leaves the answer in the connection. */
  async function openUnread(port: number, address: string, headers: { authorization: string }) {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.pause();
    await once(socket, "connect");
    socket.write(
      `GET ${following(address, topic)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${headers.authorization}\r\n\r\n`,
    );
    await once(socket, "readable");
    return socket;
  }

  const long = "x".repeat(64 * 1024);

  test("costs the others nothing, and is sent away with the word to begin anew", async () => {
    const { events, address, port, as } = await startEventsServer();
    const ann = await as("ann");
    const slow = await openUnread(port, address, ann);
    const quick = await openStream(following(address, topic), ann);
    expect((await quick.next())?.event).toBe("snapshot");
    for (let number = 0; number < 400; number += 1) {
      events.publish(topic, { name: "job_output", data: { number, long } });
      expect((await quick.next())?.data.data).toMatchObject({ number });
    }
    const read = await text(slow);
    expect(read).toContain("event: job_output");
    expect(read.slice(read.lastIndexOf("event: "))).toMatch(/^event: behind\ndata: \{.*\}\n\n\r\n0\r\n\r\n$/);
  });

  test("is cut after two heartbeats, which others just get", async () => {
    const { events, address, port, as, pass } = await startEventsServer();
    const ann = await as("ann");
    const dead = await openUnread(port, address, ann);
    const quick = await openStream(following(address, topic), ann);
    expect((await quick.next())?.event).toBe("snapshot");
    // More than the connection holds, and less than may wait for it.
    for (let number = 0; number < 190; number += 1) {
      events.publish(topic, { name: "job_output", data: { number, long } });
      await quick.next();
    }
    const closed = once(dead, "close");
    for (let beat = 0; beat < 2; beat += 1) {
      pass(15_000);
      expect(await quick.part()).toBe(": still here");
    }
    dead.resume();
    dead.on("error", () => {});
    await closed;
  });
});

describe("a ticket", () => {
  test("opens one stream in place of the credential that it was given for", async () => {
    const { address, as } = await startEventsServer();
    const { ticket, response, expires_in } = await askForTicket(address, await as("ann"));
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(expires_in).toBe(60);
    const open = (name: string) => openStream(`${following(address, `batch/${name}/1`)}&ticket=${ticket}`);
    const stream = await open("ann");
    expect(await stream.next()).toMatchObject({ event: "snapshot", data: { topic } });
    const again = await open("ann");
    expect(again.response.status).toBe(401);
    expect(again.response.headers.get("x-error-code")).toBe("ticket_refused");
    const others = await openStream(`${following(address, "batch/bob/1")}&ticket=x`, await as("bob"));
    expect(others.response.status).toBe(401);
  });

  test("is not given without a credential, also where none is asked for", async () => {
    const { address } = await startEventsServer({ mode: "contract" });
    const refused = await fetch(`${address}/tickets`, { method: "POST" });
    expect(refused.status).toBe(401);
    const stream = await openStream(following(address, "batch/anonymous/1"));
    expect((await stream.next())?.event).toBe("snapshot");
  });
});
