import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import type { Database } from "../../src/platform/database/database.ts";
import { bytes, gated, status } from "../analysis/origin.ts";
import { until } from "../engine/world.ts";
import { status as answers, type Received, type Receiver, receiverUnderTest } from "../webhooks/receiver.ts";
import { csvOf } from "./client.ts";
import { shareDatabase } from "./service.ts";
import { photoBytes, shopUnderTest } from "./shop.ts";

const start = shareDatabase();
const all = ["processing.started", "processing.completed", "processing.failed"];
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What is stored to be told of a request, in the order in which it was stored. */
async function toldOf({ sql: connection }: Database, id: string) {
  const { rows } = await sql<{ event: string; url: string }>`
    select event, url from webhook_deliveries where topic = ${`catalog/${id}`} order by created_at, id
  `.execute(connection);
  return rows;
}

const eventsOf = async (database: Database, id: string) =>
  (await toldOf(database, id)).map(({ event }) => event);
const bodyOf = ({ body }: Pick<Received, "body">) => JSON.parse(body) as Record<string, unknown>;
const bodiesOf = ({ received }: Receiver) => received.map(bodyOf);

/** A picture that is given when the test says so. */
async function patientPicture(path: string) {
  const shop = await shopUnderTest();
  const { gate, open } = gated(bytes(await photoBytes(1), { "content-type": "image/jpeg" }));
  return { shop, url: shop.origin.serve(path, gate), open };
}

test("that a request begins is stored before anything of it is asked for, that it ends with its end, and both are signed", async () => {
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const { client, database } = await start({ WEBHOOK_SECRET: secret });
  const receiver = await receiverUnderTest();
  await client.configure({ webhook_url: receiver.url, events: all });
  const { shop, url, open } = await patientPicture("/a.jpg");
  const id = await client.begin(csvOf(["A", url], ["B"]));
  await until(() => expect(shop.origin.requests("/a.jpg")).toHaveLength(1));
  expect(await eventsOf(database, id)).toEqual(["processing.started"]);
  const [started] = await receiver.receivedAtLeast(1);
  open();
  const ended = await client.ended(id);
  expect(await eventsOf(database, id)).toEqual(["processing.started", "processing.completed"]);
  const [, completed] = await receiver.receivedAtLeast(2);
  if (!started || !completed) throw new Error("both have come");

  const timestamp = expect.stringMatching(instant);
  expect(bodyOf(started)).toEqual({
    ...{ request_id: id, status: "processing", event: "processing.started", timestamp, total: 2 },
  });
  const { progress, saved_bytes } = ended;
  expect(progress).toMatchObject({ total: 2, completed: 1, failed: 1 });
  expect(bodyOf(completed)).toEqual({
    ...{
      request_id: id,
      status: "completed",
      event: "processing.completed",
      timestamp,
      progress,
      saved_bytes,
    },
  });
  expect(Object.keys(bodyOf(completed)).slice(0, 3)).toEqual(["request_id", "status", "event"]);
  for (const { headers, body, method } of [started, completed]) {
    expect([method, headers["content-type"]]).toEqual(["POST", "application/json"]);
    const signed = headers as Record<string, string>;
    expect(new Webhook(secret).verify(body, signed)).toEqual(JSON.parse(body));
    expect(() => new Webhook(secret).verify(`${body} `, signed)).toThrow();
    expect(signed).toMatchObject({
      "x-webhook-id": signed["webhook-id"],
      "x-webhook-event": bodyOf({ body })["event"],
      "x-webhook-signature": expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
    });
  }
  expect(started.headers["webhook-id"]).not.toBe(completed.headers["webhook-id"]);
});

test("only who is configured last is told, of the events that it asked for, and nobody where nobody was", async () => {
  const { client, database } = await start();
  const shop = await shopUnderTest();
  const good = await shop.picture("/a.jpg");
  const gone = shop.origin.serve("/gone.jpg", status(404));
  const complete = async () => (await client.process(csvOf(["A", good]))).request_id;
  const fail = async () => (await client.process(csvOf(["A", gone]), {}, { status: "failed" })).request_id;

  await sql`delete from catalog_webhook`.execute(database.sql);
  expect(await toldOf(database, await complete())).toEqual([]);
  expect(await toldOf(database, await fail())).toEqual([]);

  const [before, after] = [await receiverUnderTest(), await receiverUnderTest()];
  await client.configure({ webhook_url: before.url, events: all });
  const configured = await client.configure({ webhook_url: after.url, events: ["processing.failed"] });
  expect(configured).toMatchObject({ status: 200, body: { message: "Webhook configured successfully" } });
  expect(await toldOf(database, await complete())).toEqual([]);
  const failed = await fail();
  expect(await toldOf(database, failed)).toEqual([{ event: "processing.failed", url: after.url }]);
  await after.receivedAtLeast(1);
  expect(bodiesOf(after)).toEqual([
    {
      ...{ request_id: failed, status: "failed", event: "processing.failed", saved_bytes: 0 },
      ...{ timestamp: expect.any(String), progress: { total: 1, completed: 0, failed: 1, remaining: 0 } },
    },
  ]);
  expect(before.received).toEqual([]);
});

test("who is configured while a request is worked on is told of its end", async () => {
  const { client } = await start();
  const [before, after] = [await receiverUnderTest(), await receiverUnderTest()];
  await client.configure({ webhook_url: before.url, events: all });
  const { url, open } = await patientPicture("/b.jpg");
  const id = await client.begin(csvOf(["A", url]));
  await before.receivedAtLeast(1);
  await client.configure({
    webhook_url: after.url,
    events: ["processing.completed", "processing.completed"],
  });
  open();
  await client.ended(id);
  await after.receivedAtLeast(1);
  expect(bodiesOf(before)).toMatchObject([{ request_id: id, event: "processing.started" }]);
  expect(bodiesOf(after)).toMatchObject([{ request_id: id, event: "processing.completed" }]);
});

test("a receiver that has troubles hears of one event until it has taken it, always by the same id", async () => {
  const { client, database } = await start();
  const receiver = await receiverUnderTest((before) => {
    if (before === 0) return answers(500);
    return before === 1 ? { kind: "reset", when: "before_head" } : answers(204);
  });
  await client.configure({ webhook_url: receiver.url, events: ["processing.completed"] });
  const shop = await shopUnderTest();
  const { request_id: id } = await client.process(csvOf(["A", await shop.picture("/a.jpg")]));
  await receiver.receivedAtLeast(3);
  await until(async () => {
    const { rows } = await sql`select state from webhook_deliveries where topic = ${`catalog/${id}`}`.execute(
      database.sql,
    );
    expect(rows).toEqual([{ state: "delivered" }]);
  });
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  expect(receiver.received).toHaveLength(3);
});
