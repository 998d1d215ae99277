import { type QueryExecutorProvider, sql } from "kysely";
import type { BatchState } from "./states.ts";

/** What there is of one kind, and what waits. Batches that were deleted do not count. */
export interface QueueStatus {
  readonly kind: string;
  readonly batches: Readonly<Record<BatchState, number>>;
  /** Results of all its batches. */
  readonly succeeded: number;
  readonly failed: number;
  /** Items of batches that are `queued` or `processing` which have no result yet. */
  readonly openItems: number;
  readonly chunks: {
    /** Waiting, in batches that are `queued` or `processing`; those that asked for a later time are `retrying`. */
    readonly pending: number;
    readonly retrying: number;
    /** Held by a worker, whatever became of the batch meanwhile. */
    readonly processing: number;
    readonly completed: number;
    readonly failed: number;
    /** Of the failed ones, those that broke down. The others were not begun when their batch was cancelled. */
    readonly brokenDown: number;
  };
  /**
   * For how long the chunk that a worker could take at this moment, and that has waited longest, could have been taken. 0
   * where there is none: everything is held, or its time has not come. Milliseconds.
   */
  readonly waitMs: number;
}

interface Row extends Omit<QueueStatus, "batches" | "chunks"> {
  readonly batches: Readonly<Partial<Record<BatchState, number>>>;
  readonly pending: number;
  readonly retrying: number;
  readonly processing: number;
  readonly chunksCompleted: number;
  readonly chunksFailed: number;
  readonly brokenDown: number;
}

/**
 * One entry for each of the kinds. What has ended is read from the counters of batches; of chunks only those that wait
 * or are held are counted.
 */
export async function readQueueStatus(
  database: QueryExecutorProvider,
  kinds: readonly string[],
): Promise<readonly QueueStatus[]> {
  const { rows } = await sql<Row>`
    with counted as (
      select kind, state, count(*) as batches, sum(succeeded) as succeeded, sum(failed) as failed,
        sum(items - succeeded - failed) as open, sum(chunks_completed) as chunks_completed,
        sum(chunks_failed) as chunks_failed
      from batches where kind = any(${kinds}::text[]) and visibility = 'visible' and deleted_at is null
      group by kind, state
    ), waiting as (
      select kind, count(*) filter (where chunks.state = 'pending') as pending,
        count(*) filter (where chunks.state = 'retrying') as retrying
      from batches join chunks on chunks.batch_id = batches.id
      where kind = any(${kinds}::text[]) and visibility = 'visible' and batches.state in ('queued', 'processing')
        and chunks.state in ('pending', 'retrying')
      group by kind
    ), waited as (
      select kind, max(extract(epoch from now() - ${takeableSince}) * 1000)::float8 as wait_ms
      from batches
      where kind = any(${kinds}::text[]) and visibility = 'visible' and state in ('queued', 'processing')
        and (resting_until is null or resting_until <= now())
      group by kind
    ), held as (
      select kind, count(*) as processing
      from chunks join batches on batches.id = chunks.batch_id
      where chunks.state = 'processing' and kind = any(${kinds}::text[]) and visibility = 'visible'
      group by kind
    )
    select kind,
      coalesce((select json_object_agg(state, counted.batches) from counted where counted.kind = known.kind), '{}') as batches,
      coalesce(succeeded, 0) as succeeded, coalesce(failed, 0) as failed, coalesce(open, 0) as "openItems",
      coalesce(pending, 0) as pending, coalesce(retrying, 0) as retrying, coalesce(processing, 0) as processing,
      coalesce(chunks_completed, 0) as "chunksCompleted", coalesce(chunks_failed, 0) as "chunksFailed",
      coalesce(broken_down, 0) as "brokenDown", greatest(0, coalesce(wait_ms, 0)) as "waitMs"
    from unnest(${kinds}::text[]) as known (kind)
    left join (
      select kind, sum(succeeded)::bigint as succeeded, sum(failed)::bigint as failed,
        sum(open) filter (where state in ('queued', 'processing'))::bigint as open,
        sum(chunks_completed)::bigint as chunks_completed, sum(chunks_failed)::bigint as chunks_failed,
        sum(chunks_failed) filter (where state <> 'cancelled')::bigint as broken_down
      from counted group by kind
    ) as summed using (kind)
    left join waiting using (kind)
    left join waited using (kind)
    left join held using (kind)
  `.execute(database);
  return rows.map(
    ({ batches, pending, retrying, processing, chunksCompleted, chunksFailed, brokenDown, ...row }) => ({
      ...row,
      batches: { ...noBatches, ...batches },
      chunks: {
        ...{ pending, retrying, processing, brokenDown },
        ...{ completed: chunksCompleted, failed: chunksFailed },
      },
    }),
  );
}

const due = sql`
  select number, started_at, not_before from chunks
  where batch_id = batches.id and chunks.state in ('pending', 'retrying') and (not_before is null or not_before <= now())
`;

/**
 * Since when the chunk of an active batch that has waited longest could have been taken, as `claim.ts` chooses; null where
 * none can be. One that nobody has begun: since its batch was started, resumed or had rested. Each other one: since it was
 * due, and where it was given back before its end, since its batch last had a turn, which is at most a turn too early.
 *
 * What was never begun is the oldest and comes last, so the last and those that come next tell it of all, by the index
 * alone. To look at each would have the server compile the statement, which takes a hundred times as long.
 */
const takeableSince = sql`(
  select min(greatest(
    coalesce(resting_until, window_at, batches.created_at),
    coalesce(not_before, case when chunk.started_at is not null then served_at end)
  )) from ((${due} order by number limit 4) union all (${due} order by number desc limit 1)) as chunk
)`;

const noBatches: QueueStatus["batches"] = {
  pending: 0,
  queued: 0,
  processing: 0,
  paused: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
};
