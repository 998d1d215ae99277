import { randomUUID } from "node:crypto";
import { type QueryExecutorProvider, sql } from "kysely";
import { createBatcher } from "./batcher.ts";
import { done, type Json, type Outcome, waitUntil } from "./kind.ts";
import { throughOutages } from "./outage.ts";
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
  once(key: string, work: () => Promise<Outcome>, gone: AbortSignal): Promise<Outcome>;
  /** No more waiting for a database that is away. */
  close(): void;
}

/** An index entry holds 2,700 bytes, a character takes up to three. */
const maxKeyLength = 800;

type Begun =
  | { readonly as: "mine"; readonly leaseToken: string }
  | { readonly as: "done"; readonly value: Json }
  | { readonly as: "taken"; readonly until: Date };

interface Stored {
  readonly key: string;
  readonly leaseToken: string;
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
  const underWay = new Map<string, Promise<Outcome>>();
  const held = new Map<string, string>();
  const closed = new AbortController();
  const begin = createBatcher({
    ...gathering,
    run: (keys: readonly string[]) => {
      // One for all repetitions: keys that were taken by one whose answer was lost are this caller's.
      const leaseToken = randomUUID();
      return throughOutages(() => beginWork(database, keys, leaseToken, leaseMs), closed.signal);
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
    key: string,
    leaseToken: string,
    work: () => Promise<Outcome>,
    gone: AbortSignal,
  ): Promise<Outcome> => {
    held.set(key, leaseToken);
    // Work that hangs loses its lease like that of a dead process. If it comes to a value before, that is kept.
    gone.addEventListener("abort", () => release(key, leaseToken), { once: true });
    let value: string | null = null;
    try {
      const outcome = await work();
      if (outcome.status === "done") value = storable(outcome).output;
      return outcome;
    } finally {
      release(key, leaseToken);
      await store({ key, leaseToken, value });
    }
  };

  const beginAndDo = async (
    key: string,
    work: () => Promise<Outcome>,
    gone: AbortSignal,
  ): Promise<Outcome> => {
    const begun = await begin(key);
    if (begun.as === "done") return done(begun.value);
    if (begun.as === "taken") return waitUntil(begun.until);
    return doWork(key, begun.leaseToken, work, gone);
  };

  return {
    async once(key, work, gone) {
      requireKey(key);
      for (let present = underWay.get(key); present; present = underWay.get(key)) {
        // What it rejects with is the business of the one whose work it is; here it is begun anew.
        const outcome = await present.catch(() => null);
        if (outcome) return outcome;
      }
      const promise = unlessGone(beginAndDo(key, work, gone), gone).finally(() => {
        if (underWay.get(key) === promise) underWay.delete(key);
      });
      underWay.set(key, promise);
      return promise;
    },
    close() {
      clearInterval(renewal);
      closed.abort();
    },
  };
}

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

/** Keys are written in one order, so that two processes never wait for each other in a circle. */
async function beginWork(
  database: QueryExecutorProvider,
  keys: readonly string[],
  leaseToken: string,
  leaseMs: number,
): Promise<readonly Begun[]> {
  const sorted = [...keys].sort();
  const mine = await sql<{ key: string }>`
    insert into shared_work (key, lease_token, leased_until)
    select key, ${leaseToken}::uuid, now() + ${leaseMs} * interval '1 millisecond' from unnest(${sorted}::text[]) as key
    on conflict (key) do update set lease_token = excluded.lease_token, leased_until = excluded.leased_until
      where shared_work.done_at is null
        and (shared_work.leased_until < now() or shared_work.lease_token = excluded.lease_token)
    returning key
  `.execute(database);
  const taken = new Set(mine.rows.map(({ key }) => key));
  const others = sorted.filter((key) => !taken.has(key));
  const rows =
    others.length === 0
      ? []
      : (
          await sql<{ key: string; value: Json; done: boolean; until: Date | null }>`
            select key, value, done_at is not null as done, leased_until as until
            from shared_work where key = any(${others}::text[])
          `.execute(database)
        ).rows;
  const found = new Map(rows.map((row) => [row.key, row] as const));
  return keys.map((key): Begun => {
    if (taken.has(key)) return { as: "mine", leaseToken };
    const row = found.get(key);
    if (row?.done) return { as: "done", value: row.value };
    // Given up between the two statements: nobody holds it, so it can be asked for at once.
    return { as: "taken", until: soon(row?.until ?? null) };
  });
}

/** Work is mostly done long before its lease runs out, so who waits looks again soon. */
const soon = (until: Date | null) => {
  const next = new Date(Date.now() + 1_000);
  return until !== null && until < next ? until : next;
};

async function storeWork(
  database: QueryExecutorProvider,
  rows: readonly Stored[],
): Promise<readonly undefined[]> {
  const sorted = [...rows].sort((a, b) => (a.key < b.key ? -1 : 1));
  const column = <Key extends keyof Stored>(key: Key, of: readonly Stored[]) => of.map((row) => row[key]);
  const valued = sorted.filter((row) => row.value !== null);
  const given = sorted.filter((row) => row.value === null);
  if (valued.length > 0) {
    await sql`
      update shared_work set value = entry.value::jsonb, done_at = now(), lease_token = null, leased_until = null
      from unnest(
        ${column("key", valued)}::text[], ${column("leaseToken", valued)}::uuid[], ${column("value", valued)}::text[]
      ) as entry (key, token, value)
      where shared_work.key = entry.key and shared_work.lease_token = entry.token
    `.execute(database);
  }
  if (given.length > 0) {
    await sql`
      delete from shared_work using unnest(
        ${column("key", given)}::text[], ${column("leaseToken", given)}::uuid[]
      ) as entry (key, token)
      where shared_work.key = entry.key and shared_work.lease_token = entry.token
    `.execute(database);
  }
  return rows.map(() => undefined);
}

async function renewWork(
  database: QueryExecutorProvider,
  held: ReadonlyMap<string, string>,
  leaseMs: number,
): Promise<void> {
  await sql`
    update shared_work set leased_until = now() + ${leaseMs} * interval '1 millisecond'
    from unnest(${[...held.keys()]}::text[], ${[...held.values()]}::uuid[]) as entry (key, token)
    where shared_work.key = entry.key and shared_work.lease_token = entry.token
  `.execute(database);
}

/** Frees what processes that died were working on; only where this is the one process. */
export async function freeSharedWork(database: QueryExecutorProvider): Promise<void> {
  await sql`delete from shared_work where done_at is null`.execute(database);
}
