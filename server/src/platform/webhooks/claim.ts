import { type QueryExecutorProvider, sql } from "kysely";
import type { Want } from "./lanes.ts";
import type { Message } from "./sign.ts";

/** A delivery that this process attempts, or has ended because its URL is disabled. */
export interface Claim extends Message {
  readonly topic: string;
  readonly url: string;
  readonly origin: string;
  readonly state: "pending" | "disabled";
  /** The number of this attempt. */
  readonly attempt: number;
  /** Failed ones before it. */
  readonly failures: number;
}

/**
 * Takes deliveries that are due, the oldest of each receiver first. Until the lease has passed nobody else takes them;
 * whose process dies are simply due then, with the same id. What goes to a disabled URL ends here.
 */
export async function claimDeliveries(
  database: QueryExecutorProvider,
  wants: readonly Want[],
  leaseMs: number,
): Promise<readonly Claim[]> {
  const { rows } = await sql<Claim>`
    with want as (
      select * from unnest(
        ${wants.map(({ origin }) => origin)}::text[], ${wants.map(({ limit }) => limit)}::int[]
      ) as want (origin, most)
    ), picked as (
      select due.id, exists (select from webhook_disabled where webhook_disabled.url = due.url) as disabled
      from want cross join lateral (
        select id, url from webhook_deliveries as delivery
        where delivery.state = 'pending' and delivery.origin = want.origin and delivery.due_at <= now()
        order by delivery.due_at limit want.most for update skip locked
      ) as due
    )
    update webhook_deliveries as delivery set
      state = case when disabled then 'disabled' else state end,
      ended_at = case when disabled then now() end,
      begun_at = case when disabled then null else now() end,
      attempts = attempts + case when disabled then 0 else 1 end,
      due_at = case when disabled then due_at else now() + ${leaseMs} * interval '1 millisecond' end
    from picked where delivery.id = picked.id
    returning delivery.id, topic, event, url, origin, body, plain_headers as "plainHeaders", state,
      attempts as attempt, failures
  `.execute(database);
  return rows;
}

/** Embedded there is one process: what is under way when it starts, a process before it began, and did not end. */
export async function takeBack(database: QueryExecutorProvider): Promise<void> {
  await sql`
    update webhook_deliveries set due_at = now(), begun_at = null where state = 'pending' and begun_at is not null
  `.execute(database);
}
