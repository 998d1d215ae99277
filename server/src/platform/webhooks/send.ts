import { type QueryExecutorProvider, sql } from "kysely";
import { parseAddress } from "./address.ts";

/** Of `pg_notify`; the payload is the receiver. */
export const channel = "fovea_webhooks";

/** What is to be said. */
export interface NewDelivery {
  /**
   * The `webhook-id`: 1–100 of `A–Z a–z 0–9 _ -`. Sent again with the same one, nothing is added; so an event that is
   * told by its own id is told once, however often the work that causes it is repeated. A new one where it is missing.
   */
  readonly id?: string;
  /** http or https, up to 2048 characters; a user and password in it are sent as a header. */
  readonly url: string;
  /** Such as `batch.completed`. */
  readonly event: string;
  /** Sent as JSON, in the order of its keys. */
  readonly body: object;
  /** What it is about, such as `media/job/<id>`. */
  readonly topic: string;
  /** Whose it is. */
  readonly owner: string;
  /** `X-Webhook-Id`, `-Event` and `-Signature` (`sha256=<hex>`) beside the headers of Standard Webhooks. */
  readonly plainHeaders?: boolean;
}

/** What `begun` says is under way already: a test does not wait for its turn, and is not tried again. */
export interface Begun {
  readonly leaseMs: number;
  readonly failures: number;
}

const unusable = "This is not an http or https URL of at most 2048 characters; nothing was sent.";

/** Stores a delivery, and wakes those who deliver when that is committed. */
export async function insertDelivery(
  database: QueryExecutorProvider,
  delivery: NewDelivery & { readonly id: string },
  begun?: Begun,
): Promise<void> {
  const { id, event, body, topic, owner, plainHeaders = false } = delivery;
  const { url, shown, origin } = parseAddress(delivery.url);
  const state = origin === "" ? "failed" : "pending";
  const due = begun ? sql`now() + ${begun.leaseMs} * interval '1 millisecond'` : sql`now()`;
  await sql`
    with stored as (
      insert into webhook_deliveries (
        id, topic, owner, event, url, shown_url, origin, body, plain_headers, state, attempts, failures, due_at,
        begun_at, created_at, queued_at, ended_at
      ) values (
        ${id}, ${topic}, ${owner}, ${event}, ${url}, ${shown}, ${origin}, ${JSON.stringify(body)}, ${plainHeaders},
        ${state}, ${begun ? 1 : 0}, ${begun?.failures ?? 0}, ${due}, ${begun ? sql`now()` : null}, now(), now(),
        ${state === "failed" ? sql`now()` : null}
      )
      on conflict (id) do nothing
      returning state
    ), explained as (
      insert into webhook_attempts (delivery_id, number, begun_at, took_ms, delivered, code, reason)
      select ${id}, 0, now(), 0, false, 'invalid_url', ${unusable} from stored where state = 'failed'
    )
    select pg_notify(${channel}, ${origin}) from stored where state = 'pending'
  `.execute(database);
}
