/**
 * A process in which things happen, to be killed: it stores an event and what is said of it in one transaction, again
 * and again, and delivers meanwhile. When all events are there and nothing is left to deliver, it says so and ends.
 */
import { writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { openDatabase } from "../../src/platform/database/database.ts";
import { createOutbound } from "../../src/platform/outbound/outbound.ts";
import { createWebhooks } from "../../src/platform/webhooks/webhooks.ts";

export interface EventOrders {
  readonly place: { readonly url: string | undefined; readonly dataDir: string };
  /** Of the receiver. */
  readonly url: string;
  readonly topic: string;
  readonly events: number;
}

const { place, url, topic, events }: EventOrders = JSON.parse(process.argv[2] ?? "{}");
const say = (text: string) => void writeSync(1, `${text}\n`);
const log = { info() {}, warn() {}, error: console.error };
const database = await openDatabase({
  ...place,
  poolSize: 5,
  migrations: undefined,
  log,
  onFault(error) {
    throw error;
  },
});
const outbound = createOutbound({ allowPrivate: ["loopback"] });
const webhooks = createWebhooks({
  ...{ database, outbound, log, now: Date.now, secrets: () => [Buffer.alloc(32, 1)] },
  // Claims of the killed are not waited for.
  ...{ baseMs: 0.01, pollMs: 20, timeoutMs: 1_000, leaseMs: 1_500 },
});
await webhooks.start();

for (;;) {
  const happened = await database.transaction(async (tx) => {
    // Of several processes each one's event is the next.
    await sql`lock table happened in exclusive mode`.execute(tx);
    const { rows } = await sql<{ n: number }>`
      insert into happened (n) select count(*) from happened having count(*) < ${events} returning n
    `.execute(tx);
    const [event] = rows;
    if (event === undefined) return false;
    await webhooks.send(tx, { url, event: "happened", body: { n: event.n }, topic, owner: "tester" });
    return true;
  });
  if (!happened) break;
}
while ((await webhooks.list({ topic, state: "pending" }, { limit: 1 })).length > 0) await delay(10);
say("ended");
await webhooks.stop(1_000);
await outbound.close();
await database.close();
