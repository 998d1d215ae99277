import { type QueryExecutorProvider, sql } from "kysely";
import type { Claim } from "./claim.ts";
import type { BatchState } from "./states.ts";

/** A final outcome, as it is bound: its output is JSON text already, so that what cannot be stored is found early. */
export interface ResultRow {
  readonly position: number;
  readonly succeeded: boolean;
  readonly code: string | null;
  readonly message: string | null;
  readonly output: string | null;
  /** In hex; null where the output was made from nothing that has a name. */
  readonly source: string | null;
  /** What it adds to its batch; 0 where it failed. */
  readonly amount: number;
  readonly tookMs: number;
}

export interface Flushed {
  /** Of the batch, as this flush left it. */
  readonly state: BatchState;
  readonly chunkCompleted: boolean;
  readonly items: number;
  readonly processed: number;
}

/** The rate of a batch is read from a window of one to two of these, which slides with the flushes. */
const windowEnds = sql`(window_at < now() - interval '15 seconds')`;

/** A batch that is paused completes too, if the items that were under way were its last. */
const ends = sql`(
  fills and chunks_completed + 1 + chunks_failed = chunks and state in ('queued', 'processing', 'paused')
)`;

/** The time spent in pauses, once the present one ends: more than before it, by which a resume is known. */
export const pausedMs = sql`(
  paused_ms + coalesce(greatest(1, extract(epoch from now() - paused_at) * 1000), 0)::bigint
)`;

/** What a number can tell exactly; a sum beyond it stays there, so that its batch can still be read. */
const mostAmount = Number.MAX_SAFE_INTEGER;

/** Where no row has an amount, which is usual, the statement does not know of any, and takes no longer for it. */
function amountsOf(rows: readonly ResultRow[]) {
  if (rows.every(({ amount }) => amount === 0)) return { returned: sql``, summed: sql``, moved: sql`` };
  const column = <Key extends "position" | "amount">(key: Key) => rows.map((row) => row[key]);
  return {
    returned: sql`, position`,
    summed: sql`, (
          select coalesce(sum(entry.amount), 0)
          from stored join unnest(${column("position")}::integer[], ${column("amount")}::bigint[])
            as entry (position, amount) on entry.position = stored.position
        ) as amount`,
    moved: sql`amount = least(batches.amount + added.amount, ${mostAmount}::bigint),`,
  };
}

/**
 * Stores results and moves the counters of their chunk and batch, in one statement: so a kill at any moment leaves
 * every item there once and the counters agreeing with the rows. Null where the chunk is not this claim's any more;
 * then nothing was stored.
 *
 * Counters move by the rows really inserted: a row that is there already, from a holder before, counts once. The flush
 * that brings a chunk's last result completes the chunk, and with its last chunk the batch.
 */
export async function flushResults(
  database: QueryExecutorProvider,
  claim: Claim,
  rows: readonly ResultRow[],
  leaseMs: number,
): Promise<Flushed | null> {
  const column = <Key extends keyof ResultRow>(key: Key) => rows.map((row) => row[key]);
  const amounts = amountsOf(rows);
  const flushed = await sql<Flushed>`
    with mine as (
      select batch_id, number, size, succeeded + failed as processed from chunks
      where batch_id = ${claim.batchId} and number = ${claim.number} and lease_token = ${claim.leaseToken}
      for update
    ), stored as (
      insert into results (batch_id, position, succeeded, code, message, output, source, took_ms, created_at)
      select mine.batch_id, entry.position, entry.succeeded, entry.code, entry.message, entry.output::jsonb,
        decode(entry.source, 'hex'), entry.took_ms, clock_timestamp()
      from mine, unnest(
        ${column("position")}::integer[], ${column("succeeded")}::boolean[], ${column("code")}::text[],
        ${column("message")}::text[], ${column("output")}::text[], ${column("source")}::text[],
        ${column("tookMs")}::integer[]
      ) as entry (position, succeeded, code, message, output, source, took_ms)
      on conflict do nothing
      returning succeeded${amounts.returned}
    ), added as (
      select mine.batch_id, mine.number, added.*,
        mine.processed + added.succeeded + added.failed = mine.size as fills
      from mine, (
        select count(*) filter (where succeeded)::integer as succeeded,
          count(*) filter (where not succeeded)::integer as failed${amounts.summed}
        from stored
      ) as added
    ), chunk as (
      update chunks set
        succeeded = chunks.succeeded + added.succeeded,
        failed = chunks.failed + added.failed,
        suspect = null,
        suspect_deaths = 0,
        state = case when fills then 'completed' else state end,
        completed_at = case when fills then now() end,
        lease_token = case when fills then null else lease_token end,
        leased_until = case when fills then null else now() + ${leaseMs} * interval '1 millisecond' end,
        later = case when fills then '{}' else later end,
        deaths = case when fills then 0 else deaths end
      from added
      where chunks.batch_id = added.batch_id and chunks.number = added.number
      returning chunks.batch_id
    )
    update batches set
      succeeded = batches.succeeded + added.succeeded,
      failed = batches.failed + added.failed,
      ${amounts.moved}
      chunks_completed = chunks_completed + fills::integer,
      state = case when ${ends} then 'completed' else state end,
      completed_at = case when ${ends} then now() else completed_at end,
      paused_ms = case when ${ends} then ${pausedMs} else paused_ms end,
      paused_at = case when ${ends} then null else paused_at end,
      reason = case when ${ends} then null else reason end,
      previous_at = case when ${windowEnds} then window_at else previous_at end,
      previous_processed = case when ${windowEnds} then window_processed else previous_processed end,
      window_at = case when ${windowEnds} then now() else window_at end,
      window_processed = case when ${windowEnds} then batches.succeeded + batches.failed else window_processed end
    from added, chunk
    where id = chunk.batch_id
    returning state, fills as "chunkCompleted", items, batches.succeeded + batches.failed as processed
  `.execute(database);
  return flushed.rows[0] ?? null;
}
