import { randomUUID } from "node:crypto";
import { type QueryExecutorProvider, sql } from "kysely";
import type { Json } from "./kind.ts";

/** A chunk this process holds until its lease runs out: nobody else writes results for it. */
export interface Claim {
  readonly batchId: string;
  readonly kind: string;
  readonly options: Json;
  readonly number: number;
  readonly firstPosition: number;
  readonly inputs: readonly Json[];
  readonly leaseToken: string;
  /** Milliseconds that its batch had spent in pauses: more now means that it was resumed since. */
  readonly pausedMs: number;
  /** Some of its items have results, or tries. */
  readonly begun: boolean;
  /** Times in milliseconds since 1970, by position: these items are not tried again before. */
  readonly later: Readonly<Record<string, number>>;
  readonly deaths: number;
  readonly suspect: number | null;
  readonly suspectDeaths: number;
}

interface Row extends Omit<Claim, "leaseToken"> {}

/**
 * Takes the next chunk that may be worked on. Batches of one priority take turns: the one that was served longest ago
 * comes first, so that fifty items never wait behind a million. One statement, so nobody sees half a claim; chunks that
 * others are just taking are skipped.
 *
 * Lock order is the one that holds everywhere: the chunk, then its batch.
 *
 * @param kinds names of those this process can work on
 */
export async function claimChunk(
  database: QueryExecutorProvider,
  kinds: readonly string[],
  leaseMs: number,
): Promise<Claim | null> {
  const leaseToken = randomUUID();
  const { rows } = await sql<Row>`
    with chosen as (
      select waiting.batch_id, waiting.number
      from (
        select id from batches
        where state in ('queued', 'processing') and visibility = 'visible' and kind = any(${kinds}::text[])
          and (resting_until is null or resting_until <= now())
        order by priority desc, served_at nulls first
      ) as active
      cross join lateral (
        select batch_id, number from chunks
        where batch_id = active.id and state in ('pending', 'retrying')
          and (not_before is null or not_before <= now())
        order by number limit 1
        for update skip locked
      ) as waiting
      limit 1
    ), batch as (
      update batches set
        state = 'processing',
        started_at = coalesce(started_at, now()),
        served_at = clock_timestamp(),
        window_at = coalesce(window_at, now()),
        previous_at = coalesce(previous_at, now())
      from chosen
      where id = chosen.batch_id and state in ('queued', 'processing')
      returning id, kind, options, paused_ms
    )
    update chunks set
      state = 'processing',
      started_at = coalesce(chunks.started_at, now()),
      lease_token = ${leaseToken},
      leased_until = now() + ${leaseMs} * interval '1 millisecond'
    from chosen, batch
    where chunks.batch_id = chosen.batch_id and chunks.number = chosen.number
    returning
      chunks.batch_id as "batchId", batch.kind, batch.options, batch.paused_ms as "pausedMs", chunks.number,
      chunks.first_position as "firstPosition", chunks.inputs,
      chunks.succeeded + chunks.failed > 0 or chunks.later <> '{}' or exists (
        select from attempts where attempts.batch_id = chunks.batch_id
          and position >= chunks.first_position and position < chunks.first_position + chunks.size
      ) as begun,
      chunks.later, chunks.deaths, chunks.suspect, chunks.suspect_deaths as "suspectDeaths"
  `.execute(database);
  const row = rows[0];
  return row ? { ...row, leaseToken } : null;
}

/** Positions of a claimed chunk that have a result already. */
export async function finishedPositions(
  database: QueryExecutorProvider,
  { batchId, firstPosition, inputs }: Claim,
): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ position: number }>`
    select position from results
    where batch_id = ${batchId} and position >= ${firstPosition} and position < ${firstPosition + inputs.length}
  `.execute(database);
  return new Set(rows.map(({ position }) => position));
}

/** The tries of an item so far. */
export interface Tried {
  readonly last: number;
  /** Since somebody last had it retried. */
  readonly fresh: number;
}

/** How often items of a claimed chunk were tried already; positions that never were are left out. */
export async function triedPositions(
  database: QueryExecutorProvider,
  { batchId, firstPosition, inputs }: Claim,
): Promise<ReadonlyMap<number, Tried>> {
  const { rows } = await sql<Tried & { position: number }>`
    select position, max(number) as last,
      max(number) - coalesce(max(number) filter (where final), 0) as fresh
    from attempts
    where batch_id = ${batchId} and position >= ${firstPosition} and position < ${firstPosition + inputs.length}
    group by position
  `.execute(database);
  return new Map(rows.map(({ position, ...tried }) => [position, tried]));
}
