import { randomUUID } from "node:crypto";
import type { QueryExecutorProvider } from "kysely";
import type { Database } from "../database/database.ts";
import type { Transaction } from "../database/sql.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { noTrace, type Trace } from "../tracing/trace.ts";
import { parseAddress } from "./address.ts";
import { createDeliver, type Ended, type WebhooksLog } from "./deliver.ts";
import type { Delivery, DeliveryDetails } from "./delivery.ts";
import { deliveryNotFound, unusableUrl } from "./errors.ts";
import { expireDeliveries, forgetDeliveries } from "./forget.ts";
import { createLanes, type Lanes } from "./lanes.ts";
import {
  type DeliveryFilter,
  type DeliveryPage,
  type DisabledUrl,
  listDeliveries,
  listDisabled,
  readDelivery,
} from "./read.ts";
import { queueAgain } from "./redeliver.ts";
import { mostAttempts, slowness } from "./schedule.ts";
import { insertDelivery, type NewDelivery } from "./send.ts";
import { type StopWork, startWork } from "./work.ts";

export interface WebhooksSettings {
  readonly database: Database;
  /** The guard: receivers are addresses that somebody else wrote. */
  readonly outbound: Outbound;
  /** The keys' bytes, newest first and at least one. All of them sign, so that receivers can change over. */
  readonly secrets: () => readonly Uint8Array[];
  /** 2000: ten attempts in about 75 hours, of which none is sooner than four seconds after the one before. */
  readonly baseMs: number;
  /** For one attempt, in milliseconds. 15,000. */
  readonly timeoutMs?: number;
  /** Attempts under way in this process, and of them at one receiver. 128 and 16. */
  readonly slots?: number;
  readonly perReceiver?: number;
  /** A claim that is older counts as that of a dead process. Fifteen seconds more than the timeout. */
  readonly leaseMs?: number;
  /** How long what becomes due by time may go unnoticed. 1000. */
  readonly pollMs?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** In [0, 1): spreads the attempts. */
  readonly random?: () => number;
  readonly log: WebhooksLog;
  /** For metrics: hears of every attempt that ended here. */
  readonly onEnded?: (ended: Ended) => void;
  /** Around each attempt. */
  readonly trace?: Trace;
}

/**
 * Tells others what happened, by Standard Webhooks 1.0.0. What is sent in the transaction of an event is told if and
 * when that commits, at least once and always with the same `webhook-id`, whatever process dies when. In which order
 * the events of one topic arrive is not promised: one that fails is overtaken.
 *
 * Any number of processes share the work through the database.
 */
export interface Webhooks {
  /** @param sql the transaction of what is told, or `database.sql`. @returns the `webhook-id` */
  send(sql: QueryExecutorProvider, delivery: NewDelivery): Promise<string>;
  /** Newest first. */
  list(filter: DeliveryFilter, page: DeliveryPage): Promise<readonly Delivery[]>;
  /** @throws {AppError} `webhook_delivery_not_found` */
  get(id: string): Promise<DeliveryDetails>;
  /**
   * Has it attempted again at once, with its id and up to ten times, and its URL enabled. One that is under way is left
   * alone.
   *
   * @param also takes effect together with it, or not at all
   * @throws {AppError} `webhook_delivery_not_found`, `webhook_not_redeliverable`
   */
  redeliver(id: string, also?: (tx: Transaction) => Promise<void>): Promise<DeliveryDetails>;
  /**
   * Sends a `webhook.test` at once and only once, also to a URL that is disabled: if it arrives, that ends.
   *
   * @returns how it ended, in `lastAttempt`
   * @throws {AppError} `invalid_webhook_url`
   */
  test(receiver: Pick<NewDelivery, "url" | "owner" | "plainHeaders">): Promise<DeliveryDetails>;
  /** URLs that answered 410, newest first. */
  disabled(limit: number): Promise<readonly DisabledUrl[]>;
  /** Removes what ended before, and gives up what has waited for days. @returns how many were removed */
  forget(before: Date): Promise<number>;
  /** Receivers of this process, for metrics. `resting` are those that wait for their breaker. */
  state(): ReturnType<Lanes["state"]>;
  /** Begins to deliver. Without it the process only sends. */
  start(): Promise<void>;
  /** Begins no more attempts; after the grace, in milliseconds, those under way are given back and not counted. */
  stop(graceMs: number): Promise<void>;
}

/** Beyond the timeout: for the statements before and after an attempt, and a process that stands still for a while. */
const leaseMarginMs = 15_000;

/** Nothing happens before `start`. */
export function createWebhooks(settings: WebhooksSettings): Webhooks {
  const { database, baseMs, now, log, timeoutMs = 15_000, pollMs = 1_000 } = settings;
  const { slots = 128, perReceiver = 16, random = Math.random, onEnded = () => {} } = settings;
  const { trace = noTrace } = settings;
  const { leaseMs = timeoutMs + leaseMarginMs } = settings;
  const lanes = createLanes({ slots, perReceiver, now, random, slowness: slowness(baseMs) });
  const { outbound, secrets } = settings;
  const deliver = createDeliver({
    ...{ database, outbound, secrets, timeoutMs, baseMs, now, random, log, onEnded, trace },
  });
  const closing = new AbortController();
  let stopWork: Promise<StopWork> | undefined;

  const get = async (id: string) => {
    const delivery = await readDelivery(database.sql, id);
    if (!delivery) throw deliveryNotFound(id);
    return delivery;
  };

  return {
    async send(sql, delivery) {
      const id = delivery.id ?? newId();
      await insertDelivery(sql, { ...delivery, id });
      return id;
    },
    list: (filter, page) => listDeliveries(database.sql, filter, page),
    get,
    async redeliver(id, also) {
      await queueAgain(database, id, also);
      return await get(id);
    },
    async test({ url, owner, plainHeaders = false }) {
      const address = parseAddress(url);
      if (address.origin === "") throw unusableUrl();
      const id = newId();
      const event = "webhook.test";
      const topic = "webhook/test";
      const body = { type: event, timestamp: new Date(now()).toISOString(), data: { id } };
      const failures = mostAttempts - 1;
      const delivery = { id, url, event, body, topic, owner, plainHeaders };
      await insertDelivery(database.sql, delivery, { leaseMs, failures });
      await deliver(
        {
          ...{
            id,
            event,
            topic,
            plainHeaders,
            failures,
            body: JSON.stringify(body),
            state: "pending",
            attempt: 1,
          },
          ...{ url: address.url, origin: address.origin },
        },
        closing.signal,
      );
      return await get(id);
    },
    disabled: (limit) => listDisabled(database.sql, limit),
    async forget(before) {
      await expireDeliveries(database.sql);
      return await forgetDeliveries(database.sql, before);
    },
    state: () => lanes.state(),
    async start() {
      if (stopWork) throw new Error("Webhooks are started once.");
      stopWork = startWork({ database, lanes, deliver, leaseMs, pollMs, now, log });
      await stopWork;
    },
    async stop(graceMs) {
      const stop = await stopWork?.catch(() => undefined);
      await stop?.(graceMs);
      closing.abort();
    },
  };
}

/** What kind of id it is should be seen in logs of receivers. */
const newId = () => `msg_${randomUUID()}`;
