import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";
import type { RateLimited } from "./contract.ts";

/** What a process would take of a group. */
export interface LeaseAsk {
  readonly name: string;
  /** Between two requests at the whole limit. */
  readonly spacingMs: number;
  /** Likewise, by the tokens of what waits. */
  readonly tokensMs: number;
  /** At most so many slots. */
  readonly room: number;
  readonly perDay: number | null;
}

export interface LeasedGroup {
  readonly name: string;
  readonly slots: number;
  /** Until the first slot, and between two; the last is followed by `spacingMs`. */
  readonly inMs: number;
  readonly stepMs: number;
  readonly spacingMs: number;
  /** Until the first slot that is left to others. */
  readonly nextInMs: number;
  readonly factor: number;
  readonly refusals: number;
  /** Why the next one is late; null where others were before. */
  readonly why: RateLimited["scope"] | null;
  /** For so long the provider wants to be left alone; 0 where it does not. */
  readonly parkedMs: number;
  readonly parkedWhy: RateLimited["scope"] | null;
}

export interface Lease {
  /** The database's time, in milliseconds since 1970. */
  readonly now: number;
  /** Groups that have no row yet are missing. */
  readonly groups: readonly LeasedGroup[];
  readonly unusable: readonly { readonly id: string; readonly reason: string }[];
}

export interface LeaseOptions {
  readonly scope: string;
  readonly keyScope: string;
  readonly asks: readonly LeaseAsk[];
  /** Slots of all groups together. */
  readonly wanted: number;
  /** Slots are given out so long before their time, and no longer: a group that is parked is left alone by then. */
  readonly horizonMs: number;
  /** Around now; which one is next is the database's decision, like everything about time. */
  readonly dayResets: readonly Date[];
  readonly time: RawBuilder<unknown>;
}

/**
 * Takes slots: the earliest that the groups have, and among equals those of the group that has rested longest. A slot is
 * a time, at the earliest now: what nobody used is gone, so that nothing is sent in a bunch.
 *
 * The time is read when all rows are locked: it may take a while until others let go of them.
 */
export async function lease(
  database: QueryExecutorProvider,
  { scope, keyScope, asks, wanted, horizonMs, dayResets, time }: LeaseOptions,
): Promise<Lease> {
  const { rows } = await sql<Lease>`
    with asked as (
      select * from unnest(
        ${asks.map(({ name }) => name)}::text[], ${asks.map(({ spacingMs }) => spacingMs)}::float8[],
        ${asks.map(({ tokensMs }) => tokensMs)}::float8[], ${asks.map(({ room }) => room)}::integer[],
        ${asks.map(({ perDay }) => perDay)}::integer[]
      ) as asked (name, spacing_ms, tokens_ms, room, per_day)
    ), locked as materialized (
      select quota.*, spacing_ms / factor as spacing, tokens_ms / factor as tokens, room, per_day
      from model_quotas as quota join asked on asked.name = quota.name
      where scope = ${scope}
      order by quota.name
      for update of quota
    ), clock as materialized (
      select ${time} as now from (select count(*) from locked) as all_locked
    ), today as (
      select locked.*, now, greatest(spacing, tokens) as step,
        case when day_ends > now then used_today else 0 end as used,
        case when day_ends > now then day_ends
          else (select min(reset) from unnest(${dayResets}::timestamptz[]) as reset where reset > now) end as ends
      from locked, clock
    ), next as (
      select today.*, greatest(
        now, next_at, tokens_next_at, parked_until, case when used >= per_day then ends end
      ) as start
      from today
    ), offered as (
      select name, next_at, start + place * step * interval '1 millisecond' as at
      from next cross join lateral generate_series(0, least(
        room, coalesce(per_day - used, room), floor((${horizonMs} - ${ms(sql`start - now`)}) / step)::integer + 1
      ) - 1) as place
      where start <= now + ${horizonMs} * interval '1 millisecond'
    ), taken as (
      select name, count(*)::integer as slots
      from (select name from offered order by at, next_at, name limit ${wanted}) as chosen
      group by name
    ), updated as (
      update model_quotas as quota set
        next_at = start + ((slots - 1) * step + spacing) * interval '1 millisecond',
        tokens_next_at = greatest(next.tokens_next_at, start) + slots * tokens * interval '1 millisecond',
        used_today = used + slots,
        day_ends = ends
      from next join taken on taken.name = next.name
      where quota.scope = ${scope} and quota.name = next.name
      returning quota.name, slots, quota.next_at, quota.tokens_next_at, quota.used_today
    ), answers as (
      select next.*, coalesce(slots, 0) as slots, greatest(
        now, parked_until, coalesce(updated.next_at, next.next_at),
        coalesce(updated.tokens_next_at, next.tokens_next_at),
        case when coalesce(updated.used_today, used) >= per_day then ends end
      ) as left_at
      from next left join updated on updated.name = next.name
    )
    select ${ms(sql`now - timestamptz 'epoch'`)} as now, (
      select coalesce(json_agg(json_build_object(
        'name', name, 'slots', slots, 'inMs', ${ms(sql`start - now`)}, 'stepMs', step, 'spacingMs', spacing,
        'nextInMs', ${ms(sql`left_at - now`)}, 'factor', factor, 'refusals', refusals,
        'why', case when left_at = parked_until then parked_why when left_at = ends then 'day' end,
        'parkedMs', greatest(0, ${ms(sql`parked_until - now`)}), 'parkedWhy', parked_why
      )), '[]') from answers
    ) as groups, (
      select coalesce(json_agg(json_build_object('id', id, 'reason', reason)), '[]')
      from model_unusable_keys where scope = ${keyScope}
    ) as unusable
    from clock
  `.execute(database);
  const [row] = rows;
  if (!row) throw new Error("a statement that has one row had none");
  return row;
}

/** Milliseconds of an interval. */
export const ms = (interval: RawBuilder<unknown>) => sql`(extract(epoch from ${interval}) * 1000)::float8`;
