import { sql } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Transaction } from "../platform/database/sql.ts";
import { batchColumns } from "./batch-store.ts";
import { BatchRefusal } from "./errors.ts";
import { pausedMs } from "./flush.ts";
import type { Json } from "./kind.ts";
import type { Batch } from "./records.ts";
import { activeStates, legalFrom, type Operation } from "./states.ts";
import type { OnStopped } from "./stops.ts";

/** Starts look at how many batches are active; one at a time, so that two cannot both be the last that fits. */
const startLock = 7_204_001;

export interface Also {
  /** Takes effect together with the operation, or not at all: a line in a record of who did what. */
  readonly also?: (tx: Transaction) => Promise<void>;
}

export interface StartOptions extends Also {
  /** Batches of this kind that may be `queued` or `processing` at once. */
  readonly maxActive: number;
}

/** `pending` → `queued`. A batch without items is complete at once. */
export function startBatch(
  database: Database,
  id: string,
  options: StartOptions,
  onStopped?: OnStopped,
): Promise<Batch> {
  return database.transaction(async (tx) => {
    const batch = await startWithin(tx, id, options, onStopped);
    await options.also?.(tx);
    return batch;
  });
}

/** The same, as part of something larger. What it refuses it refuses before it has changed anything. */
export async function startWithin(
  tx: Transaction,
  id: string,
  options: StartOptions,
  onStopped?: OnStopped,
): Promise<Batch> {
  await lockStarts(tx);
  const batch = await lockBatch(tx, id, "start");
  requireState(batch, "start");
  await requireRoom(tx, batch, options);
  return queue(tx, batch, onStopped);
}

/** Nobody else makes a batch active until the transaction ends. Taken before any row is locked. */
export async function lockStarts(tx: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(${startLock})`.execute(tx);
}

/** `queued` and `processing` → `paused`: no more items are begun, those under way finish. */
export function pauseBatch(
  database: Database,
  id: string,
  { also }: Also = {},
  onStopped?: OnStopped,
): Promise<Batch> {
  return database.transaction(async (tx) => {
    requireState(await lockBatch(tx, id, "pause"), "pause");
    await also?.(tx);
    const batch = await update(tx, id, sql`state = 'paused', paused_at = now()`);
    await onStopped?.(tx, { batch, code: null });
    return batch;
  });
}

export interface ResumeOptions extends Also {
  /** Replaces those of the batch: what is begun from now on gets them. */
  readonly options?: Json;
}

/** `paused` → `queued`. */
export function resumeBatch(
  database: Database,
  id: string,
  { options, also }: ResumeOptions = {},
  onStopped?: OnStopped,
): Promise<Batch> {
  return database.transaction(async (tx) => {
    const batch = await lockBatch(tx, id, "resume");
    requireState(batch, "resume");
    if (options !== undefined) await update(tx, id, sql`options = ${JSON.stringify(options)}::text::jsonb`);
    await also?.(tx);
    return queue(tx, batch, onStopped);
  });
}

export interface CancelOptions {
  /** As {@link Also.also}, told of the batch as it is then. */
  readonly also?: (tx: Transaction, batch: Batch) => Promise<void>;
  /** A sentence for people who look at the batch and did not cancel it. */
  readonly reason?: string;
}

/** Stops the work and keeps the results. Items under way finish and are kept too. */
export function cancelBatch(database: Database, id: string, options: CancelOptions = {}): Promise<Batch> {
  return database.transaction(async (tx) => {
    const { batch } = await cancelWithin(tx, id, options);
    await options.also?.(tx, batch);
    return batch;
  });
}

/**
 * The same, as part of something larger.
 *
 * @param deadClaims chunks whose leases ran out fail too; otherwise they are left to their workers, who may be late
 * @param check called once the batch is locked; what it throws undoes everything
 * @returns also how many chunks failed with it
 */
export async function cancelWithin(
  tx: Transaction,
  id: string,
  {
    reason = null,
    deadClaims = false,
    check,
  }: { readonly reason?: string | null; readonly deadClaims?: boolean; readonly check?: () => Promise<void> },
): Promise<{ readonly batch: Batch; readonly chunks: number }> {
  const chunks = await failWaitingChunks(tx, id, deadClaims);
  requireState(await lockBatch(tx, id, "cancel"), "cancel");
  await check?.();
  return { batch: await update(tx, id, cancelled(chunks, reason)), chunks };
}

export interface ForceOptions extends StartOptions {
  /** Takes a completed batch too, and does not look at how many are active. */
  readonly skipValidation: boolean;
}

/**
 * Any state → `queued`: chunks that failed are opened again, completed ones are kept. What is under way goes on, so no
 * item is worked on twice.
 */
export function forceStartBatch(
  database: Database,
  id: string,
  options: ForceOptions,
  onStopped?: OnStopped,
): Promise<Batch> {
  return database.transaction(async (tx) => {
    await lockStarts(tx);
    const { rows } = await sql<{ number: number }>`
      select number from chunks where batch_id = ${id} and state = 'failed' order by number for update
    `.execute(tx);
    const batch = await lockBatch(tx, id, "force-start");
    if (!options.skipValidation) {
      requireState(batch, "force-start");
      await requireRoom(tx, batch, options);
    }
    await sql`
      update chunks set state = 'pending', completed_at = null, breakdowns = 0, not_before = null
      where batch_id = ${id} and number = any(${rows.map(({ number }) => number)}::integer[])
    `.execute(tx);
    await update(tx, id, sql`chunks_failed = chunks_failed - ${rows.length}::integer`);
    await options.also?.(tx);
    return queue(tx, batch, onStopped);
  });
}

/** Hides a batch from lists, stops its work, and lets it be removed after a time. */
export function softDeleteBatch(
  database: Database,
  id: string,
  retentionDays: number,
  { also }: Also = {},
): Promise<Batch> {
  return database.transaction(async (tx) => {
    await also?.(tx);
    const chunks = await failWaitingChunks(tx, id);
    const batch = await lockBatch(tx, id);
    const ended = batch.completedAt !== null && batch.state === "cancelled";
    await update(tx, id, ended ? sql`chunks_failed = chunks_failed + ${chunks}::integer` : cancelled(chunks));
    return update(
      tx,
      id,
      sql`deleted_at = coalesce(deleted_at, now()), purge_after = now() + ${retentionDays} * interval '1 day'`,
    );
  });
}

/** Locks the row; every change of a batch by a person goes through here, so two of them take turns. */
export async function lockBatch(tx: Transaction, id: string, operation?: Operation): Promise<Batch> {
  const { rows } = await sql<Batch>`
    select ${batchColumns} from batches where id = ${id} and visibility = 'visible' for update
  `.execute(tx);
  const batch = rows[0];
  if (!batch) throw new BatchRefusal({ reason: "not_found" });
  if (batch.deletedAt && operation) throw new BatchRefusal({ reason: "deleted", operation });
  if (batch.resettingSince && operation && operation !== "reset")
    throw new BatchRefusal({ reason: "resetting", operation });
  return batch;
}

export function requireState({ state }: Batch, operation: Operation): void {
  if (!legalFrom[operation].includes(state))
    throw new BatchRefusal({ reason: "wrong_state", operation, state });
}

export async function requireRoom(
  tx: Transaction,
  { kind, state }: Batch,
  { maxActive }: StartOptions,
): Promise<void> {
  if ((activeStates as readonly string[]).includes(state)) return;
  const { rows } = await sql<{ active: number }>`
    select count(*) as active from batches
    where kind = ${kind} and state in ('queued', 'processing') and visibility = 'visible'
  `.execute(tx);
  if ((rows[0]?.active ?? 0) >= maxActive)
    throw new BatchRefusal({ reason: "too_many_active", limit: maxActive });
}

/** So many batches of an owner that had no turn yet go before those that had one. */
const mostNewcomers = 3;

/**
 * Who was never served is served first: so what was just started is not behind all that goes on. But for who starts many,
 * behind whom a newcomer would wait: of these the others begin at the end of the round.
 */
const firstTurn = sql`case when (
  select count(*) from batches as others
  where others.owner = batches.owner and others.kind = batches.kind and others.visibility = 'visible'
    and others.state in ('queued', 'processing') and others.served_at is null and others.id <> batches.id
) < ${mostNewcomers} then null else clock_timestamp() end`;

/**
 * To `queued`, or to `completed` where nothing is left to do. The rate is read from here on, and so is how long chunks wait
 * (`resting_until`): a pause is no slow time.
 */
export async function queue(
  tx: Transaction,
  { id, state }: Pick<Batch, "id" | "state">,
  onStopped?: OnStopped,
): Promise<Batch> {
  const batch = await update(
    tx,
    id,
    sql`
      state = case when ${nothingLeft} then 'completed' else 'queued' end,
      completed_at = case when ${nothingLeft} then coalesce(completed_at, now()) end,
      started_at = case when ${nothingLeft} then coalesce(started_at, now()) else started_at end,
      paused_ms = ${pausedMs}, paused_at = null, reason = null,
      window_at = now(), window_processed = succeeded + failed,
      previous_at = now(), previous_processed = succeeded + failed,
      served_at = ${firstTurn}, resting_until = now()
    `,
  );
  if (batch.state === "completed" && state !== "completed") await onStopped?.(tx, { batch, code: null });
  return batch;
}

const nothingLeft = sql`(chunks_completed = chunks)`;

const cancelled = (chunks: number, reason: string | null = null) => sql`
  state = 'cancelled', reset_at = null, completed_at = coalesce(completed_at, now()), paused_ms = ${pausedMs}, paused_at = null,
  reason = ${reason}::text, chunks_failed = chunks_failed + ${chunks}::integer
`;

async function update(tx: Transaction, id: string, set: ReturnType<typeof sql>): Promise<Batch> {
  const { rows } = await sql<Batch>`
    update batches set ${set} where id = ${id} returning ${batchColumns}
  `.execute(tx);
  const batch = rows[0];
  if (!batch) throw new BatchRefusal({ reason: "not_found" });
  return batch;
}

/**
 * Chunks nobody works on. One that is just claimed is skipped: its claim finds the batch cancelled, or its worker does.
 *
 * @returns how many
 */
async function failWaitingChunks(tx: Transaction, id: string, deadClaims = false): Promise<number> {
  const { rows } = await sql`
    with waiting as (
      select number from chunks
      where batch_id = ${id} and (
        state in ('pending', 'retrying') or (${deadClaims}::boolean and state = 'processing' and leased_until < now())
      )
      order by number for update skip locked
    )
    update chunks set state = 'failed', completed_at = now(), not_before = null, lease_token = null, leased_until = null
    from waiting where chunks.batch_id = ${id} and chunks.number = waiting.number
    returning 1
  `.execute(tx);
  return rows.length;
}
