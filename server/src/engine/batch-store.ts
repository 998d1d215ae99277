import { type QueryExecutorProvider, sql } from "kysely";
import type { Batch } from "./records.ts";

/** What of a batch is read; nothing of it grows with the batch. */
export const batchColumns = sql.raw(`
  id, kind, owner, name, state, options, priority, items, succeeded, failed, amount, chunks,
  chunks_completed as "chunksCompleted", chunks_failed as "chunksFailed",
  created_at as "createdAt", started_at as "startedAt", completed_at as "completedAt", paused_at as "pausedAt",
  paused_ms as "pausedMs", reason, previous_at as "windowAt", previous_processed as "windowProcessed",
  deleted_at as "deletedAt", purge_after as "purgeAfter", reset_at as "resettingSince"
`);

/** Null where there is none, or it is still written or already removed. */
export async function readBatch(database: QueryExecutorProvider, id: string): Promise<Batch | null> {
  const { rows } = await sql<Batch>`
    select ${batchColumns} from batches where id = ${id} and visibility = 'visible'
  `.execute(database);
  return rows[0] ?? null;
}

export interface BatchFilter {
  readonly kind: string;
  readonly owner?: string;
  readonly states?: readonly Batch["state"][];
  readonly includeDeleted?: boolean;
}

export interface BatchPage {
  readonly limit: number;
  /** Where the page before ended: newest first, so older ones follow. */
  readonly after?: { readonly createdAt: Date; readonly id: string };
  /** For callers that count pages: so many are passed over, which takes the longer the more there are. */
  readonly offset?: number;
}

/** Newest first. The key is read in milliseconds, so `created_at` is stored in milliseconds. */
export async function listBatches(
  database: QueryExecutorProvider,
  filter: BatchFilter,
  { limit, after, offset = 0 }: BatchPage,
): Promise<readonly Batch[]> {
  const { rows } = await sql<Batch>`
    select ${batchColumns} from batches
    where ${matches(filter)}
      and (${after?.createdAt ?? null}::timestamptz is null
        or (created_at, id) < (${after?.createdAt ?? null}::timestamptz, ${after?.id ?? null}::uuid))
    order by created_at desc, id desc
    limit ${limit} offset ${offset}
  `.execute(database);
  return rows;
}

export async function countBatches(database: QueryExecutorProvider, filter: BatchFilter): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from batches where ${matches(filter)}
  `.execute(database);
  return rows[0]?.count ?? 0;
}

const matches = ({ kind, owner, states, includeDeleted = false }: BatchFilter) => sql`
  visibility = 'visible' and kind = ${kind}
  ${owner === undefined ? sql`` : sql`and owner = ${owner}`}
  ${states === undefined ? sql`` : sql`and state = any(${states}::text[])`}
  ${includeDeleted ? sql`` : sql`and deleted_at is null`}
`;
