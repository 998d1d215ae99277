import { type QueryExecutorProvider, sql } from "kysely";
import type { Claim } from "./claim.ts";
import type { Flushed } from "./flush.ts";

/**
 * Pauses the batch of a claimed chunk: no more items are begun, those under way finish. Nothing happens if the chunk is
 * not this claim's any more, or the batch is not `processing`: what was under way before a reset or a resume does not
 * hold what was begun after it, and a batch that was paused or cancelled meanwhile stays as it is.
 *
 * @param reason for people; what has to change before it is resumed
 * @returns how far the batch is, where this paused it
 */
export async function holdBatch(
  database: QueryExecutorProvider,
  { batchId, number, leaseToken, pausedMs }: Claim,
  reason: string,
): Promise<Flushed | null> {
  const { rows } = await sql<Flushed>`
    with mine as (
      select batch_id from chunks
      where batch_id = ${batchId} and number = ${number} and lease_token = ${leaseToken}
      for update
    )
    update batches set state = 'paused', paused_at = now(), reason = ${reason}
    from mine
    where id = mine.batch_id and state = 'processing' and paused_ms = ${pausedMs}::bigint
    returning state, false as "chunkCompleted", items, succeeded + failed as processed
  `.execute(database);
  return rows[0] ?? null;
}
