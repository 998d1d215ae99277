import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";
import { jsonText } from "../database/values.ts";

/** What was told to the first request: to be told again. */
export interface Answer {
  /** HTTP status. */
  readonly status: number;
  /** What JSON can hold. */
  readonly body: unknown;
}

/** One use of a key, by one request. */
export interface Claim {
  readonly scope: string;
  readonly key: string;
  readonly token: string;
}

/** The time, as SQL: the database's own where several processes must agree. */
export type Now = RawBuilder<Date>;

const from = (now: Now, milliseconds: number) => sql`${now} + ${milliseconds} * interval '1 millisecond'`;

/**
 * Takes a key: one that nobody used, whose answer is too old, or whose request died.
 *
 * @returns false where it is another request's
 */
export async function takeKey(
  database: QueryExecutorProvider,
  { scope, key, token }: Claim,
  { now, keepMs, leaseMs }: { readonly now: Now; readonly keepMs: number; readonly leaseMs: number },
): Promise<boolean> {
  const { rows } = await sql`
    insert into idempotency_keys as present (scope, key, lease_token, leased_until, created_at)
    values (${scope}, ${key}, ${token}::uuid, ${from(now, leaseMs)}, ${now})
    on conflict (scope, key) do update set
      fingerprint = null, status = null, answer = null,
      lease_token = excluded.lease_token, leased_until = excluded.leased_until, created_at = excluded.created_at
      where present.leased_until < ${now}
        or (present.leased_until is null and present.created_at < ${from(now, -keepMs)})
    returning 1
  `.execute(database);
  return rows.length > 0;
}

type Found =
  | { readonly as: "answered"; readonly fingerprint: string; readonly answer: Answer }
  | { readonly as: "running" }
  | null;

/** What is known of a key that is another request's; null if it was given back meanwhile. */
export async function findKey(database: QueryExecutorProvider, scope: string, key: string): Promise<Found> {
  const { rows } = await sql<{ fingerprint: string | null; status: number | null; answer: unknown }>`
    select fingerprint, status, answer from idempotency_keys where scope = ${scope} and key = ${key}
  `.execute(database);
  const row = rows[0];
  if (!row) return null;
  const { fingerprint, status, answer } = row;
  if (fingerprint === null || status === null) return { as: "running" };
  return { as: "answered", fingerprint, answer: { status, body: answer } };
}

/** @returns false where the key is not this claim's any more */
export async function storeAnswer(
  database: QueryExecutorProvider,
  { scope, key, token }: Claim,
  fingerprint: string,
  { status, body }: Answer,
): Promise<boolean> {
  const { rows } = await sql`
    update idempotency_keys set
      fingerprint = ${fingerprint}, status = ${status}, answer = ${jsonText(body)}::text::json,
      lease_token = null, leased_until = null
    where scope = ${scope} and key = ${key} and lease_token = ${token}::uuid
    returning 1
  `.execute(database);
  return rows.length > 0;
}

export async function renewLease(
  database: QueryExecutorProvider,
  { scope, key, token }: Claim,
  { now, leaseMs }: { readonly now: Now; readonly leaseMs: number },
): Promise<void> {
  await sql`
    update idempotency_keys set leased_until = ${from(now, leaseMs)}
    where scope = ${scope} and key = ${key} and lease_token = ${token}::uuid
  `.execute(database);
}

export async function giveBack(database: QueryExecutorProvider, { scope, key, token }: Claim): Promise<void> {
  await sql`
    delete from idempotency_keys where scope = ${scope} and key = ${key} and lease_token = ${token}::uuid
  `.execute(database);
}

/** Frees what requests of a process that died were working on; only where this is the one process. */
export async function freeKeys(database: QueryExecutorProvider): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with freed as (delete from idempotency_keys where lease_token is not null returning 1)
    select count(*) from freed
  `.execute(database);
  return rows[0]?.count ?? 0;
}

/** Removes some of those that are too old and not under way. @returns how many */
export async function removeExpired(
  database: QueryExecutorProvider,
  { now, keepMs, limit }: { readonly now: Now; readonly keepMs: number; readonly limit: number },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with page as (
      select scope, key from idempotency_keys
      where created_at < ${from(now, -keepMs)} and (leased_until is null or leased_until < ${now})
      order by created_at limit ${limit}
      for update skip locked
    ), removed as (
      delete from idempotency_keys using page
      where idempotency_keys.scope = page.scope and idempotency_keys.key = page.key
      returning 1
    )
    select count(*) from removed
  `.execute(database);
  return rows[0]?.count ?? 0;
}
