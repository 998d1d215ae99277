import { sql } from "kysely";
import type { Database } from "../database/database.ts";
import type { Transaction } from "../database/sql.ts";
import { deliveryNotFound, notRedeliverable } from "./errors.ts";
import { channel } from "./send.ts";

/**
 * Has a delivery attempted again at once, from its first attempt on and with the same id, and its URL enabled. One that
 * is under way is left alone.
 *
 * @param also in the transaction of it: a line in a record of who did what
 * @throws {AppError} `webhook_delivery_not_found`; `webhook_not_redeliverable` where it never had a receiver
 */
export async function queueAgain(
  database: Database,
  id: string,
  also: ((tx: Transaction) => Promise<void>) | undefined,
): Promise<void> {
  await database.transaction(async (tx) => {
    const { rows } = await sql<{ readonly origin: string; readonly attempting: boolean }>`
      select origin, begun_at is not null as attempting from webhook_deliveries where id = ${id} for update
    `.execute(tx);
    const [delivery] = rows;
    if (delivery === undefined) throw deliveryNotFound(id);
    if (delivery.origin === "") throw notRedeliverable();
    if (delivery.attempting) return;
    await sql`
      with again as (
        update webhook_deliveries
        set state = 'pending', failures = 0, due_at = now(), queued_at = now(), ended_at = null
        where id = ${id}
        returning url, origin
      ), enabled as (
        delete from webhook_disabled using again where webhook_disabled.url = again.url
      )
      select pg_notify(${channel}, origin) from again
    `.execute(tx);
    await also?.(tx);
  });
}
