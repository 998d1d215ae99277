import { sql } from "kysely";
import type { Sql } from "../database/sql.ts";
import { bossSchema } from "./boss.ts";

/**
 * Statements on pg-boss's tables that it has no function for. They hold for the version that is pinned; each has a
 * test.
 */
const job = sql.table(`${bossSchema}.job`);

/** One try of a job: the count fences it, since every claim raises it. */
export interface Attempt {
  readonly queue: string;
  readonly id: string;
  readonly retryCount: number;
}

/** Queues that have something to do within the time, and in how many milliseconds (0 = now). */
export async function due(
  database: Sql,
  queues: readonly string[],
  withinMs: number,
): Promise<readonly { readonly name: string; readonly inMs: number }[]> {
  const { rows } = await sql<{ name: string; inMs: number }>`
    select name, greatest(0, extract(epoch from min(start_after) - now()) * 1000)::float8 as "inMs"
    from ${job}
    where name = any(${queues}::text[]) and state < 'active' and not blocked
      and start_after <= now() + ${withinMs} * interval '1 millisecond'
    group by name`.execute(database);
  return rows;
}

/** The jobs that were being worked on, whoever did. */
export async function active(database: Sql, queues: readonly string[]): Promise<readonly Attempt[]> {
  const { rows } = await sql<Attempt>`
    select name as queue, id, retry_count as "retryCount" from ${job}
    where name = any(${queues}::text[]) and state = 'active'`.execute(database);
  return rows;
}

/**
 * Gives jobs back that were not finished. Not a failed try, so the limit moves along with the count; the count itself
 * must move, or a late write of this try would pass for one of the next.
 */
export async function release(database: Sql, attempts: readonly Attempt[]): Promise<void> {
  await sql`
    update ${job} as j
    set state = 'retry', retry_limit = j.retry_limit + 1, start_after = now(), heartbeat_on = null
    from unnest(${attempts.map(({ queue }) => queue)}::text[], ${attempts.map(({ id }) => id)}::uuid[],
      ${attempts.map(({ retryCount }) => retryCount)}::int[]) as held (name, id, retry_count)
    where j.name = held.name and j.id = held.id and j.state = 'active' and j.retry_count = held.retry_count
  `.execute(database);
}

/** Makes this try the last one. */
export async function forbidRetry(database: Sql, { queue, id, retryCount }: Attempt): Promise<void> {
  await sql`
    update ${job} set retry_limit = retry_count
    where name = ${queue} and id = ${id}::uuid and state = 'active' and retry_count = ${retryCount}
  `.execute(database);
}

/**
 * Keeps workers away from a job that waits until the caller's transaction ends.
 *
 * @returns false when none waits
 */
export async function holdWaiting(database: Sql, queue: string, key: string): Promise<boolean> {
  const { rows } = await sql`
    select id from ${job}
    where name = ${queue} and singleton_key = ${key} and state = 'created' and policy = 'short'
    for update`.execute(database);
  return rows.length > 0;
}

/** How a queue stands. */
export interface QueueCounts {
  /** Could start now. */
  readonly waiting: number;
  /** Starts later: deferred, or tried again after its pause. */
  readonly deferred: number;
  readonly active: number;
  /** In the dead letter. */
  readonly failed: number;
  /** How long the first in the row could have started already; 0 when none waits. */
  readonly oldestWaitingMs: number;
}

/** For all queues and dead letters by their names there; those without jobs are missing. */
export async function counts(
  database: Sql,
  queues: readonly string[],
): Promise<ReadonlyMap<string, QueueCounts & { readonly total: number }>> {
  const { rows } = await sql<QueueCounts & { name: string; total: number }>`
    select name, count(*)::int as total,
      count(*) filter (where state < 'active' and start_after <= now())::int as waiting,
      count(*) filter (where state < 'active' and start_after > now())::int as deferred,
      count(*) filter (where state = 'active')::int as active,
      coalesce(max(extract(epoch from now() - start_after) * 1000)
        filter (where state < 'active' and start_after <= now()), 0)::float8 as "oldestWaitingMs"
    from ${job} where name = any(${queues}::text[]) group by name`.execute(database);
  return new Map(rows.map((row) => [row.name, row]));
}

/** A job that failed for good. */
export interface DeadLetter {
  readonly id: string;
  /** Its id while it was alive. */
  readonly jobId: string;
  readonly data: unknown;
  /** Of the last try. */
  readonly error: string;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly failedAt: Date;
}

/** The newest first. */
export async function deadLetters(
  database: Sql,
  deadQueue: string,
  limit: number,
): Promise<readonly DeadLetter[]> {
  const { rows } = await sql<DeadLetter>`
    select id, source_id as "jobId", data, source_retry_count + 1 as attempts,
      coalesce(source_output ->> 'message', source_output -> 'value' ->> 'message', 'unknown') as error,
      source_created_on as "createdAt", created_on as "failedAt"
    from ${job} where name = ${deadQueue}
    order by created_on desc, id limit ${limit}`.execute(database);
  return rows;
}

/** Takes up to so many out of a dead letter, the oldest first. @param ids undefined = any */
export async function takeDead(
  database: Sql,
  deadQueue: string,
  ids: readonly string[] | undefined,
  limit: number,
): Promise<readonly { readonly data: object; readonly priority: number; readonly key: string | null }[]> {
  const { rows } = await sql<{ data: object; priority: number; key: string | null }>`
    delete from ${job} where name = ${deadQueue} and id in (
      select id from ${job}
      where name = ${deadQueue} and state <> 'active' and (${ids ?? null}::uuid[] is null or id = any(${ids ?? null}::uuid[]))
      order by created_on limit ${limit} for update skip locked)
    returning data, priority, singleton_key as key`.execute(database);
  return rows;
}
