import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { expect, test, vi } from "vitest";
import { startProcess } from "../../../scripts/fixture-process.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { describeDatabase, type Place } from "../databases.ts";
import { openMigrated } from "../engine/databases.ts";
import { numbers } from "../engine/world.ts";
import type { EventOrders } from "./event-process.ts";
import { type Receiver, receiverUnderTest, status } from "./receiver.ts";

const script = fileURLToPath(new URL("event-process.ts", import.meta.url));
const events = 60;
/** After how many were told: at the beginning, while events happen, and near the end. */
const kills = process.env["SOAK"] === "1" ? [1, 5, 20, 45, 58] : [20];

// Several starts of a process, each with the recovery of the one before.
vi.setConfig({ testTimeout: 90_000 });

// Embedded the others are missing; what a kill does to that database is asked with batches and with catalogs too.
describeDatabase(
  "webhooks of processes that are killed",
  ({ engine, place }) => {
    test("every event is told by exactly one webhook, whenever a process dies", async () => {
      const world = await setup(await place());
      // Who shares a server with it goes on meanwhile.
      const others = engine === "embedded" ? [] : [world.start()];
      for (const count of kills) {
        const process = world.start();
        await Promise.race([world.receiver.receivedAtLeast(count), process.ended]);
        process.child.kill("SIGKILL");
        await process.ended;
      }
      await Promise.all([...others, world.start()].map((process) => process.shown("ended")));
      await world.expectOneEach();
    });
  },
  { ordinarily: "postgresql" },
);

async function setup(where: Place) {
  // Every third one fails at first, so that retries are under way at the kills too.
  const receiver = await receiverUnderTest((before) => status(before % 3 === 0 ? 503 : 200));
  const topic = `kills/${randomUUID()}`;
  await inspect(where, (database) =>
    sql`create table happened (n integer primary key)`.execute(database.sql),
  );
  const orders: EventOrders = { place: where, url: receiver.url, topic, events };
  const args = ["--disable-warning=ExperimentalWarning", script, JSON.stringify(orders)];
  return {
    receiver,
    start: () => startProcess(process.execPath, args),
    expectOneEach: () => inspect(where, (database) => expectOneEach(database, receiver, topic)),
  };
}

async function inspect<Value>(where: Place, look: (database: Database) => Promise<Value>): Promise<Value> {
  const database = await openMigrated(where);
  try {
    return await look(database);
  } finally {
    await database.close();
  }
}

async function expectOneEach(database: Database, { received }: Receiver, topic: string): Promise<void> {
  const { rows } = await sql<{ id: string; body: string; state: string }>`
    select id, body, state from webhook_deliveries where topic = ${topic}
  `.execute(database.sql);
  expect(rows.map(({ body }) => Number(JSON.parse(body).n)).sort((a, b) => a - b)).toEqual(numbers(events));
  expect(rows.filter(({ state }) => state !== "delivered")).toEqual([]);
  // Some came more often than once, and then with the same id and body.
  const told = new Map(received.map(({ headers, body }) => [headers["webhook-id"], body]));
  expect(told).toEqual(new Map(rows.map(({ id, body }) => [id, body])));
  for (const { headers, body } of received) expect(told.get(headers["webhook-id"])).toBe(body);
}
