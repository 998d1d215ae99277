import { type QueryExecutorProvider, sql } from "kysely";

export const chunkStates = ["pending", "processing", "completed", "failed", "retrying"] as const;

/** A chunk as it is read: without its inputs. */
export interface Chunk {
  /** From 0. */
  readonly number: number;
  readonly state: (typeof chunkStates)[number];
  readonly size: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
}

/** The chunks of a batch in their order. @param after number of the last one of the page before */
export async function listChunks(
  database: QueryExecutorProvider,
  batchId: string,
  { limit, after = -1 }: { readonly limit: number; readonly after?: number },
): Promise<readonly Chunk[]> {
  const { rows } = await sql<Chunk>`
    select number, state, size, succeeded, failed, started_at as "startedAt", completed_at as "completedAt" from chunks
    where batch_id = ${batchId} and number > ${after} order by number limit ${limit}
  `.execute(database);
  return rows;
}
