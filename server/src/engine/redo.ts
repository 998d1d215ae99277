import { sql } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Transaction } from "../platform/database/sql.ts";
import { batchColumns, readBatch } from "./batch-store.ts";
import { lockBatch, queue, requireState } from "./control.ts";
import { BatchRefusal } from "./errors.ts";
import type { Batch } from "./records.ts";
import type { BatchState } from "./states.ts";

/**
 * Starts a batch from nothing: results and tries are removed, counters go to 0, the batch is `pending`. Chunk by chunk
 * in short transactions; who is killed in between repeats it.
 *
 * @param force takes a batch in any state
 */
export async function resetBatch(
  database: Database,
  id: string,
  { force }: { force: boolean },
): Promise<Batch> {
  await database.transaction(async (tx) => {
    const batch = await lockBatch(tx, id, "reset");
    if (!force) requireState(batch, "reset");
    await sql`
      update batches set state = 'pending', started_at = null, completed_at = null, paused_at = null, paused_ms = 0,
        reason = null, served_at = null, window_at = null, window_processed = 0, previous_at = null, previous_processed = 0
      where id = ${id}
    `.execute(tx);
  });
  for await (const number of chunkNumbers(database, id, sql`true`)) {
    await database.transaction((tx) => resetChunk(tx, id, number));
  }
  const batch = await readBatch(database.sql, id);
  if (!batch) throw new BatchRefusal({ reason: "not_found" });
  return batch;
}

async function resetChunk(tx: Transaction, id: string, number: number): Promise<void> {
  // The lease goes too: what a worker has under way for this chunk is not stored any more.
  const { rows } = await sql<{ first: number; last: number; state: string }>`
    select first_position as first, first_position + size - 1 as last, state from chunks
    where batch_id = ${id} and number = ${number} for update
  `.execute(tx);
  const chunk = rows[0];
  if (!chunk) return;
  const removed = await sql<{ succeeded: number; failed: number }>`
    with removed as (
      delete from results where batch_id = ${id} and position between ${chunk.first} and ${chunk.last}
      returning succeeded
    )
    select count(*) filter (where succeeded) as succeeded, count(*) filter (where not succeeded) as failed from removed
  `.execute(tx);
  await sql`
    delete from attempts where batch_id = ${id} and position between ${chunk.first} and ${chunk.last}
  `.execute(tx);
  await sql`
    update chunks set state = 'pending', succeeded = 0, failed = 0, started_at = null, completed_at = null, lease_token = null, leased_until = null,
      not_before = null, later = '{}', deaths = 0, suspect = null, suspect_deaths = 0, breakdowns = 0
    where batch_id = ${id} and number = ${number}
  `.execute(tx);
  const { rows: batches } = await sql<{ state: BatchState }>`
    update batches set
      succeeded = succeeded - ${removed.rows[0]?.succeeded ?? 0}::integer,
      failed = failed - ${removed.rows[0]?.failed ?? 0}::integer,
      chunks_completed = chunks_completed - ${chunk.state === "completed" ? 1 : 0}::integer,
      chunks_failed = chunks_failed - ${chunk.state === "failed" ? 1 : 0}::integer
    where id = ${id}
    returning state
  `.execute(tx);
  // Somebody started it since the reset began, and it ended on chunks that were not reset yet.
  const state = batches[0]?.state;
  if (state === "completed" || state === "failed") await queue(tx, id);
}

export interface Retried {
  readonly batch: Batch;
  /** Items that are tried again. */
  readonly items: number;
}

/**
 * Runs failed items again: all of them, or those that failed with one of some codes. What they failed with stays in
 * the history of the item. The batch is active from the first reopened chunk on.
 *
 * @throws {BatchRefusal} `nothing_to_retry` when no item failed so
 */
export async function retryFailed(
  database: Database,
  id: string,
  { codes }: { readonly codes?: readonly string[] },
): Promise<Retried> {
  const present = await readBatch(database.sql, id);
  if (!present) throw new BatchRefusal({ reason: "not_found" });
  if (present.deletedAt) throw new BatchRefusal({ reason: "deleted", operation: "retry" });
  requireState(present, "retry");
  let items = 0;
  for await (const number of chunkNumbers(database, id, sql`failed > 0`)) {
    items += await database.transaction((tx) => reopenFailed(tx, id, number, codes ?? null));
  }
  if (items === 0) throw new BatchRefusal({ reason: "nothing_to_retry" });
  const batch = await readBatch(database.sql, id);
  if (!batch) throw new BatchRefusal({ reason: "not_found" });
  return { batch, items };
}

/**
 * Removes the failed results of one chunk and opens it again. A chunk that is being worked on stays with its worker,
 * who gives it back at the end of the turn, since it is not complete.
 */
async function reopenFailed(
  tx: Transaction,
  id: string,
  number: number,
  codes: readonly string[] | null,
): Promise<number> {
  const { rows } = await sql<{ first: number; last: number; state: string }>`
    select first_position as first, first_position + size - 1 as last, state from chunks
    where batch_id = ${id} and number = ${number} for update
  `.execute(tx);
  const chunk = rows[0];
  if (!chunk) return 0;
  const removed = await sql<{ count: number }>`
    with removed as (
      delete from results
      where batch_id = ${id} and position between ${chunk.first} and ${chunk.last} and not succeeded
        and (${codes}::text[] is null or code = any(${codes}::text[]))
      returning position, code, message, created_at
    ), kept as (
      insert into attempts (batch_id, position, number, code, message, at)
      select ${id}::uuid, removed.position, 1 + coalesce(max(attempts.number), 0), removed.code, removed.message,
        removed.created_at
      from removed left join attempts on attempts.batch_id = ${id} and attempts.position = removed.position
      group by removed.position, removed.code, removed.message, removed.created_at
    )
    select count(*) as count from removed
  `.execute(tx);
  const count = removed.rows[0]?.count ?? 0;
  if (count === 0) return 0;
  const wasCompleted = chunk.state === "completed" ? 1 : 0;
  const wasFailed = chunk.state === "failed" ? 1 : 0;
  await sql`
    update chunks set failed = failed - ${count}::integer, not_before = null, breakdowns = 0,
      state = case when state in ('completed', 'failed') then 'retrying' else state end, completed_at = null
    where batch_id = ${id} and number = ${number}
  `.execute(tx);
  await sql`
    update batches set failed = failed - ${count}::integer,
      chunks_completed = chunks_completed - ${wasCompleted}::integer,
      chunks_failed = chunks_failed - ${wasFailed}::integer
    where id = ${id}
  `.execute(tx);
  const { rows: states } = await sql<Batch>`select ${batchColumns} from batches where id = ${id}`.execute(tx);
  if (states[0]?.completedAt) await queue(tx, id);
  return count;
}

/** Numbers of the chunks that match, a page at a time. */
async function* chunkNumbers(
  database: Database,
  id: string,
  matches: ReturnType<typeof sql>,
): AsyncGenerator<number> {
  for (let after = -1; ; ) {
    const { rows } = await sql<{ number: number }>`
      select number from chunks where batch_id = ${id} and number > ${after} and ${matches}
      order by number limit 500
    `.execute(database.sql);
    for (const { number } of rows) yield number;
    const last = rows.at(-1);
    if (!last) return;
    after = last.number;
  }
}
