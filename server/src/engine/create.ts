import { sql } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Transaction } from "../platform/database/sql.ts";
import { batchColumns } from "./batch-store.ts";
import { type StartOptions, startWithin } from "./control.ts";
import { BatchRefusal, type RefusalReason } from "./errors.ts";
import type { Json } from "./kind.ts";
import type { Batch } from "./records.ts";
import type { OnStopped } from "./stops.ts";

export interface NewBatch {
  readonly id: string;
  readonly kind: string;
  readonly owner: string;
  readonly name: string;
  readonly options: Json;
  /** Higher ones first; batches of one priority take turns. */
  readonly priority: number;
  readonly chunkSize: number;
}

export interface BatchWriter {
  /**
   * Adds inputs in their order. What made full chunks is stored while the caller gets more, one statement at a time;
   * what that fails with, a later call rejects with.
   */
  add(inputs: readonly Json[]): Promise<void>;
  /** Stores the rest and makes the batch visible, as `pending` or already started. */
  finish(ending?: Ending): Promise<Finished>;
  /** Leaves it hidden; what was stored is removed by the next sweep. */
  abandon(): Promise<void>;
}

/** What may be known only once all inputs were read. All of it happens with the appearance of the batch, or not at all. */
interface Ending {
  readonly name?: string;
  readonly options?: Json;
  readonly start?: StartOptions;
  readonly also?: (tx: Transaction, finished: Finished) => Promise<void>;
}

export interface Finished {
  readonly batch: Batch;
  /** Why it was not started although that was asked for. It is there all the same, as `pending`. */
  readonly refusal: RefusalReason | null;
}

/** A chunk is one row. So many go in one statement, or fewer where their inputs are long. */
const insertChunks = 5;
const insertCharacters = 1024 * 1024;

/**
 * Writes a batch in short transactions, hidden until the last one reveals it: a million inputs need the memory of some
 * thousand, nobody waits for the lock of a long transaction, and a kill in the middle leaves nothing that anyone sees.
 */
export async function writeBatch(
  database: Database,
  batch: NewBatch,
  onStopped?: OnStopped,
): Promise<BatchWriter> {
  await sql`
    insert into batches (id, kind, owner, name, options, priority, created_at, touched_at)
    values (${batch.id}, ${batch.kind}, ${batch.owner}, ${batch.name}, ${JSON.stringify(batch.options)}::text::jsonb,
      ${batch.priority}, now(), now())
  `.execute(database.sql);
  /** As JSON, so that what they take is known. */
  let waiting: string[] = [];
  let characters = 0;
  const most = batch.chunkSize * insertChunks;
  let items = 0;
  let chunks = 0;
  let storing: Promise<unknown> = Promise.resolve();

  /** Stores the first `count` of those that wait. */
  const store = async (count: number) => {
    await storing;
    const rows: ReturnType<typeof sql>[] = [];
    for (let first = 0; first < count; first += batch.chunkSize) {
      const inputs = waiting.slice(first, Math.min(count, first + batch.chunkSize));
      rows.push(
        sql`(${chunks}::integer, ${items}::integer, ${inputs.length}::integer, ${`[${inputs.join()}]`}::text)`,
      );
      chunks += 1;
      items += inputs.length;
    }
    waiting = waiting.slice(count);
    characters = waiting.reduce((sum, text) => sum + text.length, 0);
    // One parameter for each chunk: in an array every quote of its JSON would be escaped, and that takes longer than
    // storing it.
    storing = sql`
      with alive as (
        update batches set touched_at = now() where id = ${batch.id} and visibility = 'creating' returning id
      )
      insert into chunks (batch_id, number, first_position, size, inputs)
      select alive.id, entry.number, entry.first_position, entry.size, entry.inputs::json
      from alive, (values ${sql.join(rows)}) as entry (number, first_position, size, inputs)
    `.execute(database.sql);
    // Whoever waits for it next is told.
    storing.catch(() => {});
  };

  return {
    async add(inputs) {
      for (const input of inputs) {
        const text = JSON.stringify(input);
        waiting.push(text);
        characters += text.length;
      }
      while (
        waiting.length >= batch.chunkSize &&
        (waiting.length >= most || characters >= insertCharacters)
      ) {
        await store(Math.min(most, waiting.length - (waiting.length % batch.chunkSize)));
      }
    },
    async finish({ name, options, start, also } = {}) {
      while (waiting.length > 0) await store(Math.min(most, waiting.length));
      await storing;
      return database.transaction(async (tx) => {
        const { rows } = await sql<Batch>`
          update batches set visibility = 'visible', items = ${items}, chunks = ${chunks},
            created_at = date_trunc('milliseconds', now()),
            name = coalesce(${name ?? null}::text, name),
            options = coalesce(${options === undefined ? null : JSON.stringify(options)}::text::jsonb, options)
          where id = ${batch.id} and visibility = 'creating'
            and (select count(*) from chunks where batch_id = ${batch.id}) = ${chunks}
          returning ${batchColumns}
        `.execute(tx);
        const revealed = rows[0];
        if (!revealed) throw new Error("the batch was removed while it was written");
        const finished = start
          ? await startWithin(tx, batch.id, start, onStopped).then(
              (started) => ({ batch: started, refusal: null }),
              (error: unknown) => {
                if (error instanceof BatchRefusal) return { batch: revealed, refusal: error.refusal };
                throw error;
              },
            )
          : { batch: revealed, refusal: null };
        await also?.(tx, finished);
        return finished;
      });
    },
    async abandon() {
      await storing.catch(() => {});
      await sql`
        update batches set visibility = 'removing' where id = ${batch.id} and visibility = 'creating'
      `.execute(database.sql);
    },
  };
}
