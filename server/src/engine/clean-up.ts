import { sql } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Transaction } from "../platform/database/sql.ts";
import { cancelWithin } from "./control.ts";
import { BatchRefusal } from "./errors.ts";
import type { BatchState } from "./states.ts";

export interface CleanUp {
  /** Batches of which nothing was worked on for so long, and of which no worker holds a chunk. Milliseconds. */
  readonly idleMs: number;
  /** Cancels them. Otherwise chunks that workers held when they died are given back, and nothing else is changed. */
  readonly cancel: boolean;
  /** Told of every batch that is cancelled. */
  readonly reason: string;
  /** Changes nothing, and tells what would be changed. */
  readonly dryRun: boolean;
  /** Takes effect together with the end of a batch. */
  readonly alsoCancelled?: (tx: Transaction, batch: CleanedBatch) => Promise<void>;
  /** Takes effect at the end, unless it is a dry run. */
  readonly alsoDone?: (tx: Transaction, cleaned: CleanedUp) => Promise<void>;
}

export interface CleanedBatch {
  readonly id: string;
  readonly name: string;
  /** In which it was found. */
  readonly state: BatchState;
  /** Chunks that failed with it, or were given back. */
  readonly chunks: number;
  readonly lastActivity: Date;
}

export interface CleanedUp {
  /** Those that were changed; idle for the longest time first. */
  readonly batches: readonly CleanedBatch[];
  /** Of all these. */
  readonly chunks: number;
  /** All other chunks without an end, of batches that are pending, queued or processing. */
  readonly kept: number;
}

/**
 * Ends what nobody works on, batch by batch in short transactions; who is killed in between repeats it. A batch that is
 * worked on, paused or ended meanwhile is kept as it is.
 */
export async function cleanUp(database: Database, kind: string, how: CleanUp): Promise<CleanedUp> {
  const open = await countOpen(database, kind);
  const idle = await findIdle(database, kind, how);
  const cleaned = (batches: readonly CleanedBatch[]): CleanedUp => {
    const chunks = batches.reduce((sum, batch) => sum + batch.chunks, 0);
    return { batches, chunks, kept: Math.max(0, open - chunks) };
  };
  if (how.dryRun) return cleaned(idle);
  const cancelled = how.cancel ? await cancelIdle(database, idle, how) : null;
  return database.transaction(async (tx) => {
    const result = cleaned(cancelled ?? (await giveBack(tx, idle, how)));
    await how.alsoDone?.(tx, result);
    return result;
  });
}

/** What of a batch tells that somebody had to do with it: a reset, and the writing of it, touch it. */
const lastActivity = sql`greatest(
  batches.created_at, batches.started_at, batches.served_at, batches.window_at, batches.touched_at
)`;

/** Paused batches are not among them: those wait because somebody said so. */
const isIdle = (idleMs: number) => sql`(
  visibility = 'visible' and batches.state in ('pending', 'queued', 'processing')
  and ${lastActivity} < now() - ${idleMs} * interval '1 millisecond'
  and not exists (
    select from chunks as held
    where held.batch_id = batches.id and held.state = 'processing' and held.leased_until >= now()
  )
)`;

async function countOpen(database: Database, kind: string): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    select coalesce(sum(chunks - chunks_completed - chunks_failed), 0) as open from batches
    where kind = ${kind} and visibility = 'visible' and state in ('pending', 'queued', 'processing')
  `.execute(database.sql);
  return rows[0]?.open ?? 0;
}

async function findIdle(
  database: Database,
  kind: string,
  { idleMs, cancel }: CleanUp,
): Promise<readonly CleanedBatch[]> {
  const { rows } = await sql<CleanedBatch>`
    select id, name, state, ${lastActivity} as "lastActivity",
      case when ${cancel}::boolean then chunks - chunks_completed - chunks_failed else dead end as chunks
    from batches cross join lateral (
      select count(*) as dead from chunks where batch_id = batches.id and chunks.state = 'processing'
    ) as claims
    where kind = ${kind} and ${isIdle(idleMs)} and (${cancel}::boolean or dead > 0)
    order by "lastActivity", id
  `.execute(database.sql);
  return rows;
}

/** Thrown to undo what was begun with a batch that turned out to be alive. */
class StillAlive extends Error {}

async function cancelIdle(
  database: Database,
  idle: readonly CleanedBatch[],
  { idleMs, reason, alsoCancelled }: CleanUp,
): Promise<readonly CleanedBatch[]> {
  const cancelled: CleanedBatch[] = [];
  for (const found of idle) {
    const cancel = async (tx: Transaction): Promise<CleanedBatch> => {
      const requireIdle = async () => {
        const { rows } = await sql`select from batches where id = ${found.id} and ${isIdle(idleMs)}`.execute(
          tx,
        );
        if (rows.length === 0) throw new StillAlive();
      };
      const { chunks } = await cancelWithin(tx, found.id, { reason, deadClaims: true, check: requireIdle });
      const batch = { ...found, chunks };
      await alsoCancelled?.(tx, batch);
      return batch;
    };
    try {
      cancelled.push(await database.transaction(cancel));
    } catch (error) {
      if (!(error instanceof StillAlive || error instanceof BatchRefusal)) throw error;
    }
  }
  return cancelled;
}

async function giveBack(
  tx: Transaction,
  idle: readonly CleanedBatch[],
  { idleMs }: CleanUp,
): Promise<readonly CleanedBatch[]> {
  const { rows } = await sql<{ id: string }>`
    with dead as (
      select batch_id, number from chunks join batches on batches.id = chunks.batch_id
      where batches.id = any(${idle.map(({ id }) => id)}::uuid[]) and ${isIdle(idleMs)}
        and chunks.state = 'processing' and leased_until < now()
      order by batch_id, number
      for update of chunks skip locked
    )
    update chunks set
      state = 'pending', lease_token = null, leased_until = null,
      deaths = deaths + 1,
      suspect_deaths = case when suspect is null then 0 else suspect_deaths + 1 end
    from dead
    where chunks.batch_id = dead.batch_id and chunks.number = dead.number
    returning chunks.batch_id as id
  `.execute(tx);
  const counts = Map.groupBy(rows, ({ id }) => id);
  return idle.flatMap((batch) => {
    const chunks = counts.get(batch.id)?.length ?? 0;
    return chunks > 0 ? [{ ...batch, chunks }] : [];
  });
}
