import { sql } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Json } from "./kind.ts";

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
  /** Adds inputs in their order; resolves when what made full chunks is stored. */
  add(inputs: readonly Json[]): Promise<void>;
  /** Stores the rest and makes the batch visible, as `pending`. @returns the number of its items */
  finish(): Promise<number>;
  /** Leaves it hidden; what was stored is removed by the next sweep. */
  abandon(): Promise<void>;
}

/** A chunk is one row; so many go in one statement. */
const chunksPerInsert = 10;

/**
 * Writes a batch in short transactions, hidden until the last one reveals it: a million inputs need the memory of some
 * thousand, nobody waits for the lock of a long transaction, and a kill in the middle leaves nothing that anyone sees.
 */
export async function writeBatch(database: Database, batch: NewBatch): Promise<BatchWriter> {
  await sql`
    insert into batches (id, kind, owner, name, options, priority, created_at, touched_at)
    values (${batch.id}, ${batch.kind}, ${batch.owner}, ${batch.name}, ${JSON.stringify(batch.options)}::text::jsonb,
      ${batch.priority}, now(), now())
  `.execute(database.sql);
  let waiting: Json[] = [];
  let items = 0;
  let chunks = 0;

  const store = async (count: number) => {
    const full: { number: number; first: number; inputs: readonly Json[] }[] = [];
    while (full.length < count) {
      const inputs = waiting.slice(0, batch.chunkSize);
      waiting = waiting.slice(batch.chunkSize);
      full.push({ number: chunks, first: items, inputs });
      chunks += 1;
      items += inputs.length;
    }
    const column = <Value>(value: (chunk: (typeof full)[number]) => Value) => full.map(value);
    await sql`
      with alive as (
        update batches set touched_at = now() where id = ${batch.id} and visibility = 'creating' returning id
      )
      insert into chunks (batch_id, number, first_position, size, inputs)
      select alive.id, entry.number, entry.first_position, entry.size, entry.inputs::jsonb
      from alive, unnest(
        ${column((chunk) => chunk.number)}::integer[], ${column((chunk) => chunk.first)}::integer[],
        ${column((chunk) => chunk.inputs.length)}::integer[],
        ${column((chunk) => JSON.stringify(chunk.inputs))}::text[]
      ) as entry (number, first_position, size, inputs)
    `.execute(database.sql);
  };

  return {
    async add(inputs) {
      for (const input of inputs) waiting.push(input);
      while (waiting.length >= batch.chunkSize * chunksPerInsert) await store(chunksPerInsert);
    },
    async finish() {
      const left = Math.ceil(waiting.length / batch.chunkSize);
      if (left > 0) await store(left);
      const { rows } = await sql`
        update batches set visibility = 'visible', items = ${items}, chunks = ${chunks},
          created_at = date_trunc('milliseconds', now())
        where id = ${batch.id} and visibility = 'creating'
          and (select count(*) from chunks where batch_id = ${batch.id}) = ${chunks}
        returning 1
      `.execute(database.sql);
      if (rows.length === 0) throw new Error("the batch was removed while it was written");
      return items;
    },
    async abandon() {
      await sql`
        update batches set visibility = 'removing' where id = ${batch.id} and visibility = 'creating'
      `.execute(database.sql);
    },
  };
}
