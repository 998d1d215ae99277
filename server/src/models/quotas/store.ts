import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";
import { backOff } from "./back-off.ts";
import type { RateLimited } from "./contract.ts";
import { type Lease, type LeaseOptions, lease, ms } from "./lease.ts";

export interface QuotaStoreOptions {
  readonly database: QueryExecutorProvider;
  readonly scope: string;
  /** Where keys that are refused are written down. */
  readonly keyScope: string;
  /** The database's time. */
  readonly time: () => RawBuilder<unknown>;
}

interface Refusal {
  readonly group: string;
  /** Of the slot that was refused, in milliseconds since 1970 by the database's time. */
  readonly slotAt: number;
  readonly parkMs: number;
  readonly why: RateLimited["scope"];
}

interface Success {
  readonly group: string;
  /** What the answers' tokens cost beyond what was taken for them; negative where they cost less. */
  readonly tokensMs: number;
}

interface Unused {
  readonly slotAt: number;
  readonly spacingMs: number;
}

interface GroupRow {
  readonly name: string;
  readonly factor: number;
  readonly parkedUntil: Date | null;
  readonly parkedWhy: RateLimited["scope"] | null;
  readonly usedToday: number;
  /** Null where nothing was asked today. */
  readonly dayEnds: Date | null;
  readonly refusedAt: readonly Date[];
}

interface UnusableRow {
  readonly id: string;
  readonly reason: string;
  readonly since: Date;
}

export interface QuotaStore {
  /**
   * Adds the rows that are missing, and forgets keys that were taken out some time ago and are configured here no more:
   * added again, they get a new try. Not at once: another process, before or after a change of the keys, may have them.
   */
  register(groups: readonly string[], keyIds: readonly string[]): Promise<void>;
  lease(options: Omit<LeaseOptions, "scope" | "keyScope" | "time">): Promise<Lease>;
  /** Parks a group. Its rate is lowered only if the slot was given out after it was lowered last. */
  refuse(refusal: Refusal): Promise<void>;
  succeed(successes: readonly Success[]): Promise<void>;
  /** Undoes slots, in their order. The time of the last one can be had again, unless there was one after it. */
  giveBack(group: string, unused: readonly Unused[]): Promise<void>;
  takeOut(keyId: string, reason: string): Promise<void>;
  /** @param keyId null for all. @returns the ids of those that had been taken out */
  restore(keyId: string | null): Promise<readonly string[]>;
  /** Forgets that groups were refused. @returns the names of those that were parked */
  unpark(): Promise<readonly string[]>;
  read(): Promise<{ readonly groups: readonly GroupRow[]; readonly unusable: readonly UnusableRow[] }>;
}

/** As many as suspicions are made of, with room for more. */
const refusalsKept = 20;

const unknownKeysKept = "1 day";

export function createQuotaStore({ database, scope, keyScope, time }: QuotaStoreOptions): QuotaStore {
  return {
    async register(groups, keyIds) {
      await sql`
        with forgotten as (
          delete from model_unusable_keys where scope = ${keyScope} and id <> all(${keyIds}::text[])
            and since < ${time()} - ${unknownKeysKept}::interval
        )
        insert into model_quotas (scope, name)
        select ${scope}, name from unnest(${groups}::text[]) as name
        on conflict do nothing
      `.execute(database);
    },
    lease: (options) => lease(database, { ...options, scope, keyScope, time: time() }),
    async refuse({ group, slotAt, parkMs, why }) {
      const until = sql`(now + ${parkMs} * interval '1 millisecond')`;
      await sql`
        with locked as materialized (
          select *, coalesce(${at(slotAt)} > refused_at[cardinality(refused_at)], true) as is_new
          from model_quotas where scope = ${scope} and name = ${group}
          for update
        ), clock as materialized (
          select ${time()} as now from (select count(*) from locked) as all_locked
        )
        update model_quotas as quota set
          parked_why = case when locked.parked_until > ${until} then locked.parked_why else ${why} end,
          parked_until = greatest(locked.parked_until, ${until}),
          factor = case when is_new and ${why !== "day"}
            then greatest(${backOff.least}, locked.factor * ${backOff.decrease}) else locked.factor end,
          factor_at = greatest(locked.factor_at, ${until}),
          refusals = locked.refusals + is_new::integer,
          refused_at = case when is_new
            then (locked.refused_at || now)[greatest(1, cardinality(locked.refused_at) + 2 - ${refusalsKept}):]
            else locked.refused_at end
        from locked, clock
        where quota.scope = ${scope} and quota.name = locked.name
      `.execute(database);
    },
    async succeed(successes) {
      // Locked in the order of names, as by a lease: else the two could wait for each other in a circle.
      await sql`
        with locked as materialized (
          select quota.*, tokens_ms
          from model_quotas as quota join unnest(
            ${successes.map(({ group }) => group)}::text[], ${successes.map(({ tokensMs }) => tokensMs)}::float8[]
          ) as success (group_name, tokens_ms) on group_name = quota.name
          where scope = ${scope}
          order by quota.name
          for update of quota
        ), clock as materialized (
          select ${time()} as now from (select count(*) from locked) as all_locked
        )
        update model_quotas as quota set
          tokens_next_at = locked.tokens_next_at + tokens_ms / locked.factor * interval '1 millisecond',
          factor = least(1, locked.factor + ${backOff.increasePerMinute} * least(1, greatest(0,
            extract(epoch from now - locked.factor_at) / 60))),
          factor_at = greatest(locked.factor_at, now),
          refusals = case when locked.factor_at < now then 0 else locked.refusals end
        from locked, clock
        where quota.scope = ${scope} and quota.name = locked.name
      `.execute(database);
    },
    async giveBack(group, unused) {
      const last = unused.at(-1);
      if (!last) return;
      // Times of the database have microseconds, ours have not quite.
      const isLast = sql`abs(${ms(sql`next_at - ${at(last.slotAt)}`)} - ${last.spacingMs}::float8) < 1`;
      await sql`
        update model_quotas set
          next_at = case when ${isLast} then ${at(last.slotAt)} else next_at end,
          used_today = case when day_ends > ${at(last.slotAt)}
            then greatest(0, used_today - ${unused.length}) else used_today end
        where scope = ${scope} and name = ${group}
      `.execute(database);
    },
    async takeOut(keyId, reason) {
      await sql`
        insert into model_unusable_keys (scope, id, reason, since)
        values (${keyScope}, ${keyId}, ${reason}, ${time()})
        on conflict do nothing
      `.execute(database);
    },
    async restore(keyId) {
      const { rows } = await sql<{ id: string }>`
        delete from model_unusable_keys
        where scope = ${keyScope} and id = coalesce(${keyId}::text, id)
        returning id
      `.execute(database);
      return rows.map(({ id }) => id);
    },
    async unpark() {
      // Success counts from now on, and not only from when the park would have ended.
      const { rows } = await sql<{ name: string }>`
        with locked as materialized (
          select name, parked_until from model_quotas where scope = ${scope} order by name for update
        ), clock as materialized (
          select ${time()} as now from (select count(*) from locked) as all_locked
        ), restored as (
          update model_quotas as quota set
            parked_until = null, parked_why = null, factor = 1, factor_at = now, refusals = 0
          from locked, clock
          where quota.scope = ${scope} and quota.name = locked.name
          returning locked.name, locked.parked_until > now as was_parked
        )
        select name from restored where was_parked order by name
      `.execute(database);
      return rows.map(({ name }) => name);
    },
    async read() {
      const { rows: groups } = await sql<GroupRow>`
        select name, factor, refused_at as "refusedAt",
          case when day_ends > ${time()} then used_today else 0 end as "usedToday",
          case when day_ends > ${time()} then day_ends end as "dayEnds",
          case when parked_until > ${time()} then parked_until end as "parkedUntil",
          case when parked_until > ${time()} then parked_why end as "parkedWhy"
        from model_quotas where scope = ${scope}
      `.execute(database);
      const { rows: unusable } = await sql<UnusableRow>`
        select id, reason, since from model_unusable_keys where scope = ${keyScope}
      `.execute(database);
      return { groups, unusable };
    },
  };
}

const at = (epochMs: number) => sql`(timestamptz 'epoch' + ${epochMs}::float8 * interval '1 millisecond')`;
