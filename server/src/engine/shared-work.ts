import { randomUUID } from "node:crypto";
import { type QueryExecutorProvider, sql } from "kysely";
import { createBatcher } from "../platform/batcher.ts";
import { throughOutages } from "../platform/database/through-outages.ts";
import { done, type Json, type OnceOptions, type Outcome, type Work, waitUntil } from "./kind.ts";
import { storable } from "./storable.ts";

export interface SharedWorkOptions {
  readonly database: QueryExecutorProvider;
  /** Work whose process died may be begun again after so long; work that goes on renews its lease. */
  readonly leaseMs: number;
}

export interface SharedWork {
  /**
   * @param key well-formed text of at most {@link maxKeyLength} characters; hash what may be longer
   * @param gone aborted when the caller does not wait any more: then nobody waits for its work either
   */
  once(key: string, work: Work, gone: AbortSignal, options?: OnceOptions): Promise<Outcome>;
  /** No more waiting for a database that is away. */
  close(): void;
}

/** An index entry holds 2,700 bytes, a character takes up to three. */
const maxKeyLength = 800;

type Begun =
  | { readonly as: "mine"; readonly leaseToken: string; readonly previous: Json }
  | { readonly as: "done"; readonly value: Json }
  | { readonly as: "taken"; readonly until: Date };

interface Asked extends Required<OnceOptions> {
  readonly key: string;
}

interface UnderWay extends Pick<Asked, "freshSince"> {
  readonly outcome: Promise<Outcome>;
}

interface Stored {
  readonly key: string;
  readonly leaseToken: string;
  readonly cheap: boolean;
  /** JSON text; null where the work came to no value, so that it may be begun again. */
  readonly value: string | null;
}

/** Company is worth waiting for: a statement for fifty keys costs little more than one for a single key. */
const gathering = { maxItems: 100, maxDelayMs: 3 };

/**
 * Work that is done once however many items ask for it. Inside the process callers share a promise, across processes a
 * leased row. The value of what was done is the cache.
 */
export function createSharedWork({ database, leaseMs }: SharedWorkOptions): SharedWork {
  const underWay = new Map<string, UnderWay>();
  const held = new Map<string, string>();
  const closed = new AbortController();
  const begin = createBatcher({
    ...gathering,
    run: (asked: readonly Asked[]) => {
      // One for all repetitions: keys that were taken by one whose answer was lost are this caller's.
      const leaseToken = randomUUID();
      return throughOutages(() => beginWork(database, asked, leaseToken, leaseMs), closed.signal);
    },
  });
  const store = createBatcher({
    ...gathering,
    run: (rows: readonly Stored[]) => throughOutages(() => storeWork(database, rows), closed.signal),
  });
  const renewal = setInterval(() => {
    // A renewal that fails is repeated; the next one is due long before the lease runs out.
    if (held.size > 0) renewWork(database, held, leaseMs).catch(() => {});
  }, leaseMs / 4);
  renewal.unref();

  const release = (key: string, leaseToken: string) => {
    if (held.get(key) === leaseToken) held.delete(key);
  };

  const doWork = async (
    { key, cheap }: Asked,
    { leaseToken, previous }: Extract<Begun, { as: "mine" }>,
    work: Work,
    gone: AbortSignal,
  ): Promise<Outcome> => {
    held.set(key, leaseToken);
    // Work that hangs loses its lease like that of a dead process. If it comes to a value before, that is kept.
    gone.addEventListener("abort", () => release(key, leaseToken), { once: true });
    let value: string | null = null;
    try {
      const outcome = await work(previous);
      if (outcome.status === "done") value = storable(outcome).output;
      return outcome;
    } finally {
      release(key, leaseToken);
      await store({ key, leaseToken, value, cheap });
    }
  };

  const beginAndDo = async (asked: Asked, work: Work, gone: AbortSignal): Promise<Outcome> => {
    const begun = await begin(asked);
    if (begun.as === "done") return done(begun.value);
    if (begun.as === "taken") return waitUntil(begun.until);
    if (!gone.aborted) return doWork(asked, begun, work, gone);
    await store({ ...asked, leaseToken: begun.leaseToken, value: null });
    throw gone.reason;
  };

  return {
    async once(key, work, gone, { freshSince = null, cheap = false } = {}) {
      requireKey(key);
      for (let present = underWay.get(key); present; present = underWay.get(key)) {
        // What it rejects with is the business of the one whose work it is; here it is begun anew.
        const outcome = await present.outcome.catch(() => null);
        // Who is content with an older value may be given one that is too old for this caller.
        if (outcome && isAsStrict(present.freshSince, freshSince)) return outcome;
      }
      const outcome = unlessGone(beginAndDo({ key, freshSince, cheap }, work, gone), gone).finally(() => {
        if (underWay.get(key)?.outcome === outcome) underWay.delete(key);
      });
      underWay.set(key, { freshSince, outcome });
      return outcome;
    },
    close() {
      clearInterval(renewal);
      closed.abort();
    },
  };
}

const isAsStrict = (theirs: Date | null, ours: Date | null) =>
  ours === null || (theirs !== null && theirs >= ours);

/** One bad key would fail the statement for all that are gathered with it. */
function requireKey(key: string): void {
  if (key.length > maxKeyLength)
    throw new TypeError(`a key of shared work is longer than ${maxKeyLength} characters`);
  if (key.includes("\u0000") || !key.isWellFormed())
    throw new TypeError("a key of shared work holds a character that cannot be stored");
}

/** Rejects when `gone` is aborted, if `promise` is not settled by then. */
function unlessGone<Value>(promise: Promise<Value>, gone: AbortSignal): Promise<Value> {
  let forget = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = () => reject(gone.reason);
    gone.addEventListener("abort", onAbort, { once: true });
    forget = () => gone.removeEventListener("abort", onAbort);
  });
  return Promise.race([promise, aborted]).finally(forget);
}

/**
 * Takes the keys that nobody holds and that have no value, or one that is too old.
 *
 * No two statements wait for each other in a circle. An insert waits for whoever is just inserting or changing its key:
 * so keys are inserted in their order, and all of them before the first row is locked, for which `free` asks how many
 * they were. Rows that others hold are skipped.
 *
 * Each row is found by its key, whatever the planner thinks of the table: with plain joins it may read all of it for a
 * hundred keys (8.3 ms at 20,000 rows, so 1.5).
 */
async function beginWork(
  database: QueryExecutorProvider,
  asked: readonly Asked[],
  leaseToken: string,
  leaseMs: number,
): Promise<readonly Begun[]> {
  const keys = asked.map(({ key }) => key);
  const { rows } = await sql<{
    key: string;
    mine: boolean;
    fresh: boolean;
    value: Json;
    previous: Json;
    until: Date | null;
  }>`
    with asked as (
      select * from unnest(
        ${keys}::text[], ${asked.map(({ freshSince }) => freshSince)}::timestamptz[]
      ) as asked (key, fresh_since)
    ), inserted as (
      insert into shared_work (key, lease_token, leased_until)
      select key, ${leaseToken}::uuid, now() + ${leaseMs} * interval '1 millisecond' from asked order by key
      on conflict (key) do nothing
      returning key
    ), free as (
      select present.key
      from (select * from asked order by key) as sorted cross join lateral (
        select key from shared_work
        where key = sorted.key and (done_at is null or done_at < sorted.fresh_since)
          and (lease_token is null or leased_until < now() or lease_token = ${leaseToken}::uuid)
          and (select count(*) from inserted) >= 0
        for update skip locked
      ) as present
    ), taken as (
      update shared_work
      set lease_token = ${leaseToken}::uuid, leased_until = now() + ${leaseMs} * interval '1 millisecond'
      from free where shared_work.key = free.key and shared_work.key = any(${keys}::text[])
      returning shared_work.key, shared_work.value
    )
    select asked.key, inserted.key is not null or taken.key is not null as mine,
      coalesce(done_at >= coalesce(fresh_since, done_at), false) as fresh, present.value,
      taken.value as previous, leased_until as until, ${withoutFsync}
    from asked
      left join inserted on inserted.key = asked.key
      left join taken on taken.key = asked.key
      left join lateral (select * from shared_work where key = asked.key limit 1) as present on true
  `.execute(database);
  const found = new Map(rows.map((row) => [row.key, row] as const));
  const given = new Set<string>();
  return asked.map(({ key }): Begun => {
    const row = found.get(key);
    // Asked for twice, the first time by one who is gone meanwhile: only one of them may give the key back.
    if (row?.mine && !given.has(key)) {
      given.add(key);
      return { as: "mine", leaseToken, previous: row.previous };
    }
    if (row?.fresh) return { as: "done", value: row.value };
    // Written after this statement began, or given up meanwhile: nobody may hold it, so it can be asked for at once.
    return { as: "taken", until: soon(row?.until ?? null) };
  });
}

/**
 * For a statement whose loss in a crash is harmless: a lease is void then anyway. Its commit does not wait for the disk;
 * the next one that does takes it along.
 */
const withoutFsync = sql`set_config('synchronous_commit', 'off', true)`;

/** Work is mostly done long before its lease runs out, so who waits looks again soon. */
const soon = (until: Date | null) => {
  const next = new Date(Date.now() + 1_000);
  return until !== null && until < next ? until : next;
};

/**
 * Keeps values, and gives up keys that came to none; an older value that such a key has is still worth something to
 * whoever is content with it. Rows are locked in the order of their keys, as everywhere.
 */
async function storeWork(
  database: QueryExecutorProvider,
  rows: readonly Stored[],
): Promise<readonly undefined[]> {
  const keys = rows.map(({ key }) => key);
  const losable = rows.every(({ cheap, value }) => cheap || value === null);
  await sql`
    with mine as (
      select present.key, entry.value, entry.value is null and done_at is null as worthless
        ${losable ? sql`, ${withoutFsync}` : sql``}
      from (
        select * from unnest(
          ${keys}::text[], ${rows.map((row) => row.leaseToken)}::uuid[], ${rows.map((row) => row.value)}::text[]
        ) as entry (key, token, value) order by key
      ) as entry cross join lateral (
        select key, done_at from shared_work where key = entry.key and lease_token = entry.token for update
      ) as present
    ), removed as (
      delete from shared_work using mine
      where shared_work.key = mine.key and worthless and shared_work.key = any(${keys}::text[])
    )
    update shared_work set
      value = coalesce(mine.value::jsonb, shared_work.value),
      done_at = case when mine.value is null then done_at else now() end,
      lease_token = null, leased_until = null
    from mine
    where shared_work.key = mine.key and not worthless and shared_work.key = any(${keys}::text[])
  `.execute(database);
  return rows.map(() => undefined);
}

async function renewWork(
  database: QueryExecutorProvider,
  held: ReadonlyMap<string, string>,
  leaseMs: number,
): Promise<void> {
  const keys = [...held.keys()];
  await sql`
    with mine as (
      select present.key
      from (
        select * from unnest(${keys}::text[], ${[...held.values()]}::uuid[]) as entry (key, token) order by key
      ) as entry cross join lateral (
        select key from shared_work where key = entry.key and lease_token = entry.token for update
      ) as present
    )
    update shared_work set leased_until = now() + ${leaseMs} * interval '1 millisecond'
    from mine where shared_work.key = mine.key and shared_work.key = any(${keys}::text[])
  `.execute(database);
}

/** Frees what processes that died were working on; only where this is the one process. */
export async function freeSharedWork(database: QueryExecutorProvider): Promise<void> {
  await sql`delete from shared_work where done_at is null`.execute(database);
  await sql`
    update shared_work set lease_token = null, leased_until = null where lease_token is not null
  `.execute(database);
}
