import { type QueryExecutorProvider, sql } from "kysely";
import type { Claim } from "./claim.ts";

/**
 * No chunk of the batch is begun before; chunks under way go on. Nothing happens if the chunk is not this claim's any
 * more: what was under way before a resume does not slow what was begun after it.
 */
export async function restBatch(
  database: QueryExecutorProvider,
  { batchId, number, leaseToken }: Claim,
  until: Date,
): Promise<void> {
  await sql`
    with mine as (
      select batch_id from chunks
      where batch_id = ${batchId} and number = ${number} and lease_token = ${leaseToken}
      for update
    )
    update batches set resting_until = ${until}
    from mine
    where id = mine.batch_id and state = 'processing'
  `.execute(database);
}
