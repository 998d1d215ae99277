import { type QueryExecutorProvider, sql } from "kysely";
import type { DeliveryState } from "./delivery.ts";

/** What became of an attempt. */
export interface Settlement {
  readonly id: string;
  readonly attempt: number;
  readonly state: DeliveryState;
  /** Before the next attempt; of `pending`. */
  readonly pauseMs: number;
  /** Null for an attempt that is not counted: this process ends, and another one begins it again. */
  readonly entry: {
    readonly tookMs: number;
    readonly delivered: boolean;
    readonly status: number | null;
    readonly code: string | null;
    readonly reason: string | null;
    readonly excerpt: string | null;
  } | null;
}

/**
 * Writes how attempts ended, in one statement: state, log, and URLs that answered 410. What was claimed by others since
 * is left alone. Written twice it counts once.
 *
 * @returns for each whether it was still this process's
 */
export async function settleDeliveries(
  database: QueryExecutorProvider,
  settlements: readonly Settlement[],
): Promise<readonly boolean[]> {
  const ended = settlements.map(({ entry, ...rest }) => ({ ...rest, ...entry, counted: entry !== null }));
  const { rows } = await sql<{ id: string }>`
    with ended as (
      select * from jsonb_to_recordset(${JSON.stringify(ended)}::text::jsonb) as ended (
        id text, attempt int, state text, "pauseMs" float8, counted boolean, "tookMs" int, delivered boolean,
        status int, code text, reason text, excerpt text
      )
    ), begun as (
      select delivery.id, delivery.begun_at, delivery.url, delivery.shown_url
      from webhook_deliveries as delivery join ended on ended.id = delivery.id
      where delivery.attempts = ended.attempt and delivery.begun_at is not null
      order by delivery.id for update of delivery
    ), settled as (
      update webhook_deliveries as delivery set
        state = ended.state,
        begun_at = null,
        failures = failures + case when ended.counted and not ended.delivered then 1 else 0 end,
        due_at = now() + ended."pauseMs" * interval '1 millisecond',
        ended_at = case when ended.state <> 'pending' then now() end
      from ended join begun on begun.id = ended.id
      where delivery.id = begun.id
      returning delivery.id
    ), logged as (
      insert into webhook_attempts (
        delivery_id, number, begun_at, took_ms, delivered, status, code, reason, excerpt
      )
      select ended.id, attempt, begun_at, "tookMs", delivered, status, code, reason, excerpt
      from ended join begun on begun.id = ended.id where counted
    ), disabled as (
      insert into webhook_disabled (url, shown_url, since, delivery_id, reason)
      select distinct on (url) url, shown_url, now(), ended.id, reason
      from ended join begun on begun.id = ended.id where ended.state = 'disabled'
      order by url
      on conflict (url) do nothing
    ), enabled as (
      delete from webhook_disabled using ended join begun on begun.id = ended.id
      where webhook_disabled.url = begun.url and ended.state = 'delivered'
    )
    select id from settled
  `.execute(database);
  const ours = new Set(rows.map(({ id }) => id));
  return settlements.map(({ id }) => ours.has(id));
}
