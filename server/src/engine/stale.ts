import { type QueryExecutorProvider, sql } from "kysely";

/** A chunk that should have moved, and did not. */
interface StuckChunk {
  readonly batchId: string;
  /** From 0. */
  readonly number: number;
  readonly state: "pending" | "retrying" | "processing";
  /** Times it was given up unfinished: its worker died, or its turn broke down. */
  readonly retries: number;
  /** Of its batch. */
  readonly createdAt: Date;
}

/** A batch that the service paused, and that waits for somebody. */
interface HeldBatch {
  readonly id: string;
  readonly name: string;
  readonly reason: string;
}

export interface QueueTrouble {
  readonly stuck: { readonly total: number; readonly chunks: readonly StuckChunk[] };
  readonly held: { readonly total: number; readonly batches: readonly HeldBatch[] };
  /** Whether anybody holds a chunk of any kind. False says that all workers are idle, or that there is none. */
  readonly working: boolean;
}

/** What has not moved for so long is stuck: many times the longest turn of a chunk, and the wait of one for its turn. */
const stuckAfter = sql.raw("interval '30 minutes'");
const mostChunks = 100;
const mostHeld = 5;

/** What waits for a person, oldest first. */
export async function readQueueTrouble(database: QueryExecutorProvider, kind: string): Promise<QueueTrouble> {
  const { rows: workers } = await sql<{ working: boolean }>`select ${somebodyWorks} as working`.execute(
    database,
  );
  const working = workers[0]?.working ?? false;
  const { rows: stuck } = await sql<StuckChunk & { total: number }>`
    select batches.id as "batchId", chunks.number, chunks.state, deaths + breakdowns as retries,
      created_at as "createdAt", count(*) over () as total
    from batches join chunks on chunks.batch_id = batches.id
    where kind = ${kind} and visibility = 'visible' and batches.state in ('queued', 'processing') and (
      (chunks.state = 'processing' and leased_until < now() and chunks.started_at < now() - ${stuckAfter})
      or (
        -- Whoever works comes to the others in time. A chunk that asked for a later time is late only after it.
        not ${working}::boolean and chunks.state in ('pending', 'retrying')
        and (not_before is null or not_before < now() - ${stuckAfter})
        and greatest(created_at, window_at, served_at) < now() - ${stuckAfter}
      )
    )
    order by created_at, batches.id, chunks.number limit ${mostChunks}
  `.execute(database);
  const { rows: held } = await sql<HeldBatch & { total: number }>`
    select id, name, reason, count(*) over () as total from batches
    where kind = ${kind} and visibility = 'visible' and state = 'paused' and reason is not null
    order by paused_at, id limit ${mostHeld}
  `.execute(database);
  return {
    stuck: { total: stuck[0]?.total ?? 0, chunks: stuck.map(({ total: _, ...chunk }) => chunk) },
    held: { total: held[0]?.total ?? 0, batches: held.map(({ total: _, ...batch }) => batch) },
    working,
  };
}

const somebodyWorks = sql`exists (select from chunks where state = 'processing' and leased_until >= now())`;
