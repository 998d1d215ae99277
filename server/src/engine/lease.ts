import { type QueryExecutorProvider, sql } from "kysely";
import type { Claim } from "./claim.ts";
import { type Flushed, pausedMs } from "./flush.ts";
import type { BatchState } from "./states.ts";

/**
 * Lengthens the leases of the chunks that this process works on.
 *
 * @returns the state of the batch by lease token; a token that is missing has lost its chunk
 */
export async function renewLeases(
  database: QueryExecutorProvider,
  claims: readonly Claim[],
  leaseMs: number,
): Promise<ReadonlyMap<string, BatchState>> {
  const { rows } = await sql<{ token: string; state: BatchState }>`
    update chunks set leased_until = now() + ${leaseMs} * interval '1 millisecond'
    from unnest(
      ${claims.map((claim) => claim.batchId)}::uuid[], ${claims.map((claim) => claim.number)}::integer[],
      ${claims.map((claim) => claim.leaseToken)}::uuid[]
    ) as held (batch_id, number, token), batches
    where chunks.batch_id = held.batch_id and chunks.number = held.number and chunks.lease_token = held.token
      and batches.id = held.batch_id
    returning held.token, batches.state
  `.execute(database);
  return new Map(rows.map(({ token, state }) => [token, state]));
}

/** What is left of a chunk whose slice ended before its items did. */
export interface Rest {
  /** Items that asked for a later time, in milliseconds since 1970, by position. */
  readonly later: Readonly<Record<string, number>>;
  /** Every item that is left waits until then; null if one could begin at once. */
  readonly notBefore: Date | null;
  /** The slice failed outside its items. */
  readonly brokeDown: boolean;
}

/** After so many breakdowns in a row a chunk fails: its items get no results, and the batch goes on without it. */
const maxBreakdowns = 3;

/**
 * Gives a chunk back in order. In a cancelled batch, and after too many breakdowns, it fails instead, and with the last
 * chunk its batch ends: as `failed` only if no chunk at all was completed. Nothing happens if the chunk is not this
 * claim's any more.
 *
 * @returns how far the batch is, where the chunk failed
 */
export async function releaseChunk(
  database: QueryExecutorProvider,
  claim: Claim,
  rest: Rest,
): Promise<Flushed | null> {
  const failed = await sql<Flushed>`
    with mine as (
      select batch_id, number, case when ${rest.brokeDown}::boolean then breakdowns + 1 else 0 end as breakdowns
      from chunks
      where batch_id = ${claim.batchId} and number = ${claim.number} and lease_token = ${claim.leaseToken}
      for update
    ), decided as (
      select mine.*, batches.state = 'cancelled' or mine.breakdowns >= ${maxBreakdowns} as gives_up
      from mine join batches on batches.id = mine.batch_id
      for update of batches
    ), chunk as (
      update chunks set
        state = case when gives_up then 'failed' when ${Object.keys(rest.later).length > 0}::boolean then 'retrying' else 'pending' end,
        completed_at = case when gives_up then now() end,
        lease_token = null, leased_until = null,
        later = ${JSON.stringify(rest.later)}::text::jsonb,
        not_before = ${rest.notBefore},
        breakdowns = decided.breakdowns,
        deaths = 0, suspect = null, suspect_deaths = 0
      from decided
      where chunks.batch_id = decided.batch_id and chunks.number = decided.number
      returning chunks.batch_id, gives_up
    )
    update batches set
      chunks_failed = chunks_failed + 1,
      state = case when ${lastChunk} then case when chunks_completed = 0 then 'failed' else 'completed' end else state end,
      completed_at = case when ${lastChunk} then now() else completed_at end,
      paused_ms = case when ${lastChunk} then ${pausedMs} else paused_ms end,
      paused_at = case when ${lastChunk} then null else paused_at end,
      reason = case when ${lastChunk} then null else reason end
    from chunk
    where id = chunk.batch_id and gives_up
    returning state, false as "chunkCompleted", items, succeeded + failed as processed
  `.execute(database);
  return failed.rows[0] ?? null;
}

const lastChunk = sql`(
  chunks_completed + chunks_failed + 1 = chunks and state in ('queued', 'processing', 'paused')
)`;

/**
 * Takes chunks away from workers that died: their leases ran out, or, with `all`, this is the only process and it has
 * just started.
 *
 * @param held lease tokens of this process: who sweeps has not died, however late it is with its renewals, after an
 *   outage of the database or a suspended machine
 * @returns how many
 */
export async function takeBackChunks(
  database: QueryExecutorProvider,
  { all, held }: { readonly all: boolean; readonly held: readonly string[] },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with dead as (
      select batch_id, number from chunks
      where state = 'processing' and (${all}::boolean or leased_until < now())
        and lease_token <> all(${held}::uuid[])
      order by batch_id, number
      for update skip locked
    ), reopened as (
      update chunks set
        state = 'pending', lease_token = null, leased_until = null, not_before = now(),
        deaths = deaths + 1,
        suspect_deaths = case when suspect is null then 0 else suspect_deaths + 1 end
      from dead
      where chunks.batch_id = dead.batch_id and chunks.number = dead.number
      returning 1
    )
    select count(*) from reopened
  `.execute(database);
  return Number(rows[0]?.count ?? 0);
}

/** Writes down which item is begun next, so that one that kills its process can be told from its neighbours. */
export async function markSuspect(
  database: QueryExecutorProvider,
  claim: Claim,
  position: number,
): Promise<boolean> {
  const { rows } = await sql`
    update chunks set
      suspect_deaths = case when suspect = ${position} then suspect_deaths else 0 end,
      suspect = ${position}
    where batch_id = ${claim.batchId} and number = ${claim.number} and lease_token = ${claim.leaseToken}
    returning 1
  `.execute(database);
  return rows.length === 1;
}
