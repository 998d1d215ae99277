import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { onTestFinished } from "vitest";
import type { Database } from "../../src/platform/database/database.ts";
import { createOutbound } from "../../src/platform/outbound/outbound.ts";
import type { Ended } from "../../src/platform/webhooks/deliver.ts";
import type { DeliveryState } from "../../src/platform/webhooks/delivery.ts";
import type { NewDelivery } from "../../src/platform/webhooks/send.ts";
import { createWebhooks, type WebhooksSettings } from "../../src/platform/webhooks/webhooks.ts";
import { until } from "../engine/world.ts";

const secret = Buffer.from("0123456789abcdef0123456789abcdef");

/** Ten attempts within a third of a second instead of 75 hours. */
const hurried = 0.002;

/** Webhooks with a guarded fetch as production has it, until the test ends. */
export function webhooksUnderTest(database: Database, settings: Partial<WebhooksSettings> = {}) {
  const topic = `test/${randomUUID()}`;
  const outbound = createOutbound({ allowPrivate: ["loopback"] });
  const logged: { message: string; fields: object }[] = [];
  const ended: Ended[] = [];
  const keep = (fields: object, message: string) => void logged.push({ fields, message });
  const webhooks = createWebhooks({
    ...{ database, outbound, secrets: () => [secret], baseMs: hurried, pollMs: 10, now: Date.now },
    log: { warn: keep, error: keep },
    onEnded: (one) => void ended.push(one),
    ...settings,
  });
  onTestFinished(async () => {
    await webhooks.stop(0);
    await outbound.close();
    // The next test has the same database, and perhaps a receiver at the same port.
    await sql`delete from webhook_deliveries where topic = ${topic}`.execute(database.sql);
  });
  return {
    webhooks,
    topic,
    logged,
    ended,
    /** Sends something about the topic of this test. */
    send: (url: string, delivery: Partial<NewDelivery> = {}) =>
      webhooks.send(database.sql, {
        ...{ url, event: "test.happened", body: { n: 1 }, topic, owner: "tester", ...delivery },
      }),
    /** The delivery, once it is in that state. */
    reached: (id: string, state: DeliveryState) =>
      until(async () => {
        const delivery = await webhooks.get(id);
        if (delivery.state !== state) throw new Error(`the delivery is ${JSON.stringify(delivery)}`);
        return delivery;
      }),
    /** The delivery, once so many of its attempts have ended. */
    attempted: (id: string, count: number) =>
      until(async () => {
        const delivery = await webhooks.get(id);
        if (delivery.log.length < count || delivery.attempting) throw new Error("too early");
        return delivery;
      }),
  };
}
