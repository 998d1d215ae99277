import { sql } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Transaction } from "../platform/database/sql.ts";
import { batchColumns, readBatch } from "./batch-store.ts";
import type { Also } from "./control.ts";
import { BatchRefusal } from "./errors.ts";
import type { Json } from "./kind.ts";
import type { Batch } from "./records.ts";

export interface Clone extends Also {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly options: Json;
  /** Results come along, and what has one is not worked on again. */
  readonly copyResults: boolean;
}

/** Chunks of one transaction: with their results, some ten thousand rows. */
const pageChunks = 5;

/**
 * A new batch with the inputs of another one, `pending`; with results, and all of them there, it is as complete as the
 * other. Written hidden and in short transactions, as every batch is; the other may be worked on meanwhile, and what it
 * stores after its chunk was copied stays behind, as do the tries of its items.
 *
 * @throws {BatchRefusal} `not_found`, also where the other is removed meanwhile; what was written stays hidden, and is
 *   swept away
 */
export async function cloneBatch(database: Database, sourceId: string, clone: Clone): Promise<Batch> {
  const source = await readBatch(database.sql, sourceId);
  if (!source) throw new BatchRefusal({ reason: "not_found" });
  await sql`
    insert into batches (id, kind, owner, name, options, priority, created_at, touched_at)
    values (${clone.id}, ${source.kind}, ${clone.owner}, ${clone.name}, ${JSON.stringify(clone.options)}::text::jsonb,
      ${source.priority}, now(), now())
  `.execute(database.sql);
  for (let from = 0; from < source.chunks; from += pageChunks) {
    await database.transaction((tx) => copyChunks(tx, sourceId, clone, from));
  }
  return database.transaction(async (tx) => {
    const batch = await reveal(tx, source, clone.id);
    await clone.also?.(tx);
    return batch;
  });
}

/** Makes a clone visible, with the counters of what was copied, if it is whole and there still is what it is a clone of. */
async function reveal(tx: Transaction, source: Batch, id: string): Promise<Batch> {
  const { rows } = await sql<Batch>`
    with copied as (
      select count(*) as chunk_count, coalesce(sum(size), 0) as size, coalesce(sum(succeeded), 0) as successes,
        coalesce(sum(failed), 0) as failures, count(*) filter (where state = 'completed') as complete,
        min(started_at) as first_at, max(completed_at) as last_at
      from chunks where batch_id = ${id}
    )
    update batches set visibility = 'visible', touched_at = now(), items = size, chunks = chunk_count,
      succeeded = successes, failed = failures, chunks_completed = complete,
      created_at = date_trunc('milliseconds', now()),
      state = case when ${allCopied} then 'completed' else 'pending' end,
      started_at = case when ${allCopied} then coalesce(${source.startedAt}::timestamptz, first_at) end,
      completed_at = case when ${allCopied} then coalesce(${source.completedAt}::timestamptz, last_at) end,
      paused_ms = case when ${allCopied} then ${source.pausedMs}::bigint else 0 end
    from copied
    where id = ${id} and visibility = 'creating' and chunk_count = ${source.chunks}
      and exists (select from batches where id = ${source.id} and visibility = 'visible')
    returning ${batchColumns}
  `.execute(tx);
  const batch = rows[0];
  if (!batch) throw new BatchRefusal({ reason: "not_found" });
  return batch;
}

const allCopied = sql`(chunk_count > 0 and complete = chunk_count)`;

async function copyChunks(
  tx: Transaction,
  sourceId: string,
  { id, copyResults }: Clone,
  from: number,
): Promise<void> {
  // Its row stays locked until the chunks are there: they are not written for a clone that was swept away.
  const { rows: alive } = await sql`
    update batches set touched_at = now() where id = ${id} and visibility = 'creating' returning 1
  `.execute(tx);
  if (alive.length === 0) throw new BatchRefusal({ reason: "not_found" });
  const { rows: copied } = await sql<{ first: number; past: number }>`
    insert into chunks (batch_id, number, first_position, size, inputs)
    select ${id}::uuid, number, first_position, size, inputs from chunks
    where batch_id = ${sourceId} and number >= ${from} and number < ${from + pageChunks}
    returning first_position as first, first_position + size as past
  `.execute(tx);
  if (copied.length === 0) throw new BatchRefusal({ reason: "not_found" });
  if (!copyResults) return;
  const first = Math.min(...copied.map((chunk) => chunk.first));
  const past = Math.max(...copied.map((chunk) => chunk.past));
  await sql`
    with copied as (
      insert into results (batch_id, position, succeeded, code, message, output, source, took_ms, created_at)
      select ${id}::uuid, position, succeeded, code, message, output, source, took_ms, created_at from results
      where batch_id = ${sourceId} and position >= ${first} and position < ${past}
      returning position, succeeded, created_at
    ), counted as (
      select number, count(*) filter (where succeeded) as succeeded, count(*) filter (where not succeeded) as failed,
        min(created_at) as first_at, max(created_at) as last_at, count(*) = mine.size as complete
      from (
        select number, first_position, size from chunks
        where batch_id = ${id} and number >= ${from} and number < ${from + pageChunks}
      ) as mine join copied on position >= first_position and position < first_position + mine.size
      group by number, mine.size
    )
    update chunks set succeeded = counted.succeeded, failed = counted.failed, started_at = counted.first_at,
      state = case when complete then 'completed' else 'pending' end,
      completed_at = case when complete then counted.last_at end
    from counted where batch_id = ${id} and chunks.number = counted.number
  `.execute(tx);
}
