import { sql } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Transaction } from "../platform/database/sql.ts";
import { readBatch } from "./batch-store.ts";
import {
  type Also,
  lockBatch,
  lockStarts,
  queue,
  requireRoom,
  requireState,
  type StartOptions,
} from "./control.ts";
import { BatchRefusal } from "./errors.ts";
import type { Batch } from "./records.ts";

/** A reset touches its batch with every chunk. */
const abandonedAfter = "1 minute";

export interface ResetOptions extends Also {
  /** Takes a batch in any state. */
  readonly force: boolean;
  /** Changes nothing: it is refused where the reset would be, and else tells of the batch that it would change. */
  readonly dryRun?: boolean;
}

/**
 * Starts a batch from nothing: results and tries are removed, counters go to 0, the batch is `pending`. Chunk by chunk
 * in short transactions; until the last one nobody can start it, and {@link finishResets} goes on where somebody was
 * killed.
 *
 * @returns the batch as it is then; of a dry run as it is
 */
export async function resetBatch(
  database: Database,
  id: string,
  { force, dryRun = false, also }: ResetOptions,
): Promise<Batch> {
  const found = await database.transaction(async (tx) => {
    const batch = await lockBatch(tx, id, "reset");
    if (!force) requireState(batch, "reset");
    if (dryRun) return batch;
    await also?.(tx);
    await sql`
      update batches set state = 'pending', reset_at = now(), touched_at = now(), started_at = null, completed_at = null,
        amount = 0, paused_at = null, paused_ms = 0, reason = null, served_at = null,
        window_at = null, window_processed = 0, previous_at = null, previous_processed = 0
      where id = ${id}
    `.execute(tx);
    return batch;
  });
  if (dryRun) return found;
  await finishReset(database, id);
  const batch = await readBatch(database.sql, id);
  if (!batch) throw new BatchRefusal({ reason: "not_found" });
  return batch;
}

/** Finishes resets that lost whoever did them. @returns how many */
export async function finishResets(database: Database, signal?: AbortSignal): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from batches
    where reset_at is not null and touched_at < now() - ${abandonedAfter}::interval and visibility = 'visible'
  `.execute(database.sql);
  for (const { id } of rows) await finishReset(database, id, signal);
  return rows.length;
}

async function finishReset(database: Database, id: string, signal?: AbortSignal): Promise<void> {
  for await (const number of chunkNumbers(database, id, sql`true`)) {
    // Deleted meanwhile, or finished by somebody else: then it may have been started again.
    if (!(await database.transaction((tx) => resetChunk(tx, id, number))) || signal?.aborted) return;
  }
  // What was stored in a chunk before its turn came has added its amount again. Somebody else may have finished first,
  // and the batch been started since: then the amount is that of its new results.
  await sql`
    update batches set amount = case when reset_at is null then amount else 0 end, reset_at = null, touched_at = now()
    where id = ${id}
  `.execute(database.sql);
}

/** @returns false where the batch is not being reset any more */
async function resetChunk(tx: Transaction, id: string, number: number): Promise<boolean> {
  const chunk = await lockChunk(tx, id, number);
  const { rows: resetting } = await sql`
    update batches set touched_at = now() where id = ${id} and reset_at is not null and visibility = 'visible' returning 1
  `.execute(tx);
  if (!chunk || resetting.length === 0) return false;
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
    delete from reviews where batch_id = ${id} and position between ${chunk.first} and ${chunk.last}
  `.execute(tx);
  // The lease goes too: what a worker has under way for this chunk is not stored any more.
  await sql`
    update chunks set state = 'pending', succeeded = 0, failed = 0, started_at = null, completed_at = null,
      lease_token = null, leased_until = null, not_before = null, later = '{}',
      deaths = 0, suspect = null, suspect_deaths = 0, breakdowns = 0
    where batch_id = ${id} and number = ${number}
  `.execute(tx);
  await sql`
    update batches set
      succeeded = succeeded - ${removed.rows[0]?.succeeded ?? 0}::integer,
      failed = failed - ${removed.rows[0]?.failed ?? 0}::integer,
      chunks_completed = chunks_completed - ${chunk.state === "completed" ? 1 : 0}::integer,
      chunks_failed = chunks_failed - ${chunk.state === "failed" ? 1 : 0}::integer
    where id = ${id}
  `.execute(tx);
  return true;
}

export interface RetryOptions extends StartOptions {
  /** Only what failed with one of these. */
  readonly codes?: readonly string[];
  /** Only items at these positions. */
  readonly positions?: readonly number[];
}

export interface Retried {
  readonly batch: Batch;
  /** Items that are tried again. */
  readonly items: number;
}

/**
 * Runs failed items again: all of them, those that failed with one of some codes, or at some positions. What they failed with stays in
 * the history of the item. The batch is active from the first reopened chunk on; who ends it after that ends the retry.
 *
 * @throws {BatchRefusal} `nothing_to_retry` when no item failed so, `too_many_active` when it would be one too many
 */
export async function retryFailed(database: Database, id: string, options: RetryOptions): Promise<Retried> {
  let items = 0;
  await database.transaction(async (tx) => requireState(await lockBatch(tx, id, "retry"), "retry"));
  const { positions } = options;
  const chunks = positions ? sql`failed > 0 and ${holdsOneOf(positions)}` : sql`failed > 0`;
  for await (const number of chunkNumbers(database, id, chunks)) {
    try {
      items += await database.transaction((tx) => reopenFailed(tx, id, number, options, items === 0));
    } catch (error) {
      if (items === 0 || !(error instanceof BatchRefusal)) throw error;
      break;
    }
  }
  if (items === 0) throw new BatchRefusal({ reason: "nothing_to_retry" });
  const batch = await readBatch(database.sql, id);
  if (!batch) throw new BatchRefusal({ reason: "not_found" });
  return { batch, items };
}

const holdsOneOf = (positions: readonly number[]) => sql`exists (
  select from unnest(${positions}::integer[]) as wanted (at) where at >= first_position and at < first_position + size
)`;

type ReopenOptions = Omit<RetryOptions, "codes" | "positions"> & {
  readonly codes?: readonly string[] | null;
  readonly positions?: readonly number[] | null;
};

/**
 * Removes the failed results of one chunk and opens it again. A chunk that is being worked on stays with its worker,
 * who gives it back at the end of the turn, since it is not complete.
 *
 * @param first whether nothing of the batch was opened yet: then it has to find room among the active ones
 */
async function reopenFailed(
  tx: Transaction,
  id: string,
  number: number,
  { codes = null, positions = null, maxActive, also }: ReopenOptions,
  first: boolean,
): Promise<number> {
  await lockStarts(tx);
  const chunk = await lockChunk(tx, id, number);
  const batch = await lockBatch(tx, id, "retry");
  requireState(batch, "retry");
  if (!chunk) return 0;
  const removed = await sql<{ count: number }>`
    with removed as (
      delete from results
      where batch_id = ${id} and position between ${chunk.first} and ${chunk.last} and not succeeded
        and (${codes}::text[] is null or code = any(${codes}::text[]))
        and (${positions}::integer[] is null or position = any(${positions}::integer[]))
      returning position, code, message, created_at
    ), kept as (
      insert into attempts (batch_id, position, number, code, message, at, final)
      select ${id}::uuid, removed.position, 1 + coalesce(max(attempts.number), 0), removed.code, removed.message,
        removed.created_at, true
      from removed left join attempts on attempts.batch_id = ${id} and attempts.position = removed.position
      group by removed.position, removed.code, removed.message, removed.created_at
    )
    select count(*) as count from removed
  `.execute(tx);
  const count = removed.rows[0]?.count ?? 0;
  if (count === 0) return 0;
  await sql`
    update chunks set failed = failed - ${count}::integer, not_before = now(), breakdowns = 0,
      state = case when state in ('completed', 'failed') then 'retrying' else state end, completed_at = null
    where batch_id = ${id} and number = ${number}
  `.execute(tx);
  await sql`
    update batches set failed = failed - ${count}::integer,
      chunks_completed = chunks_completed - ${chunk.state === "completed" ? 1 : 0}::integer,
      chunks_failed = chunks_failed - ${chunk.state === "failed" ? 1 : 0}::integer
    where id = ${id}
  `.execute(tx);
  if (batch.completedAt) {
    if (first) await requireRoom(tx, batch, { maxActive });
    await queue(tx, batch);
  }
  if (first) await also?.(tx);
  return count;
}

interface LockedChunk {
  readonly first: number;
  readonly last: number;
  readonly state: string;
}

async function lockChunk(tx: Transaction, id: string, number: number): Promise<LockedChunk | undefined> {
  const { rows } = await sql<LockedChunk>`
    select first_position as first, first_position + size - 1 as last, state from chunks
    where batch_id = ${id} and number = ${number} for update
  `.execute(tx);
  return rows[0];
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
