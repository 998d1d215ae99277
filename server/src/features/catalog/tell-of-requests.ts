import type { QueryExecutorProvider } from "kysely";
import type { Engine } from "../../engine/engine.ts";
import type { Batch } from "../../engine/records.ts";
import type { OnStopped } from "../../engine/stops.ts";
import type { Database } from "../../platform/database/database.ts";
import type { Webhooks } from "../../platform/webhooks/webhooks.ts";
import { webhookPayload } from "./answers.ts";
import { kindName } from "./catalog.kind.ts";
import { summaryOf } from "./requests.ts";
import type { WebhookEvent } from "./webhook-config.ts";
import { readStoredConfig } from "./webhook-store.ts";

type Send = Pick<Webhooks, "send">;

/**
 * Stores what the configured receiver is told of an event; nothing where it is not told of it.
 *
 * @param sql the transaction of the event
 */
async function tell(
  webhooks: Send,
  sql: QueryExecutorProvider,
  event: WebhookEvent,
  batch: Batch,
  at: Date,
): Promise<void> {
  const config = await readStoredConfig(sql);
  if (!config?.events.includes(event)) return;
  await webhooks.send(sql, {
    // Of this event and no other, so that it is told once however often what causes it is repeated.
    id: `msg_${batch.id}_${event.replace("processing.", "")}_${at.getTime()}`,
    url: config.url,
    event,
    body: webhookPayload(event, summaryOf(batch), at),
    topic: `catalog/${batch.id}`,
    owner: config.owner,
    plainHeaders: true,
  });
}

/** For the engine: a request that has ended tells so, in the transaction of its end. */
export const createTellOfEnds =
  ({ webhooks }: { readonly webhooks: Send }): OnStopped =>
  async (tx, { batch }) => {
    if (batch.kind !== kindName || batch.completedAt === null) return;
    const { status } = summaryOf(batch);
    const event = status === "completed" ? "processing.completed" : "processing.failed";
    await tell(webhooks, tx, event, batch, batch.completedAt);
  };

/** Requests of which this process knows that their begin was told. */
const mostRemembered = 1_000;

/**
 * For the kind: that a request has begun is stored before its first product is worked on. By its own id, so that a
 * process which comes to it later adds nothing.
 */
export function createTellOfBegins({
  webhooks,
  database,
  read,
}: {
  readonly webhooks: Send;
  readonly database: Pick<Database, "sql">;
  readonly read: Engine["read"];
}): (batchId: string) => Promise<void> {
  const told = new Map<string, Promise<void>>();

  async function tellOf(batchId: string): Promise<void> {
    const batch = await read(batchId);
    if (batch?.startedAt) await tell(webhooks, database.sql, "processing.started", batch, batch.startedAt);
  }

  return (batchId) => {
    const known = told.get(batchId);
    if (known) return known;
    const telling = tellOf(batchId);
    told.set(batchId, telling);
    // Whoever comes next tries again.
    telling.catch(() => told.delete(batchId));
    const [oldest] = told.keys();
    if (told.size > mostRemembered && oldest !== undefined) told.delete(oldest);
    return telling;
  };
}
