import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { BatchState } from "../../src/engine/states.ts";
import type { Question } from "../../src/features/analysis/batch-options.ts";
import type { Database } from "../../src/platform/database/database.ts";

/** What a model says of a picture in the documented fields. */
export interface StoreFacts {
  readonly store_image: unknown;
  readonly text_content: unknown;
  readonly store_name: unknown;
  readonly business_contact: unknown;
  readonly image_description: unknown;
}

/** One row of a file and what came of it; with none of answer, facts and failure nothing has come of it yet. */
export interface MadeRow {
  readonly url: string;
  /** Left out where the file has one column. */
  readonly cells?: readonly string[];
  readonly facts?: Partial<StoreFacts>;
  /** The whole answer, to a question that asks for something else. */
  readonly answer?: Readonly<Record<string, unknown>>;
  readonly failure?: { readonly code: string; readonly message: string };
  /** When the result was stored; microseconds are kept. */
  readonly at?: string;
  readonly tookMs?: number;
  readonly key?: string;
  readonly cacheHit?: boolean;
}

interface MadeBatchOptions {
  readonly name?: string;
  readonly columns?: readonly string[] | null;
  readonly urlColumn?: number;
  /** A question of the batch's own, as it is stored. */
  readonly instruction?: Question | null;
  readonly chunkSize?: number;
  readonly createdAt?: string;
  readonly kind?: string;
}

export const noFacts: StoreFacts = {
  store_image: null,
  text_content: null,
  store_name: null,
  business_contact: null,
  image_description: null,
};

/** The hash of the content that a made row is said to have, by its position. */
export const madeHash = (position: number) => position.toString(16).padStart(64, "0");

const usualTime = "2025-11-02T10:30:00.000Z";

const outputOf = ({ facts, answer, key, cacheHit }: MadeRow, position: number) => ({
  ...{
    analysis: answer ?? { ...noFacts, ...facts },
    model: "made",
    instruction: "store-facts@1",
    key: key ?? null,
  },
  ...{ contentHash: madeHash(position), format: "png", width: 16, height: 16, bytes: 100 },
  cacheHit: cacheHit ?? false,
});

/**
 * A batch as it is after its work, written at once: what is in its results, and when they were stored, is the test's to
 * say. It is completed where every row has a result, and else cancelled.
 */
export async function makeBatch(
  database: Database,
  rows: readonly MadeRow[],
  options: MadeBatchOptions = {},
): Promise<string> {
  const { name = "made", columns = ["url"], urlColumn = 0, chunkSize = 4, kind = "analysis" } = options;
  const { instruction } = options;
  const id = randomUUID();
  await writeBatchRow(database, {
    ...{ id, name, kind, items: rows.length, createdAt: options.createdAt ?? usualTime },
    settings: { columns, urlColumn, chunkSize, ...(instruction === undefined ? {} : { instruction }) },
  });
  for (let first = 0; first < rows.length; first += chunkSize)
    await addChunk(database, id, first / chunkSize, first, rows.slice(first, first + chunkSize));
  await countUp(database, id);
  return id;
}

interface BatchRow {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly items: number;
  readonly createdAt: string;
  readonly settings: object;
}

/** The row of a batch, to which chunks are then added. */
export async function writeBatchRow(database: Database, batch: BatchRow): Promise<void> {
  const settings = {
    ...{ fileName: "made.csv", duplicates: 0, model: null, cache: "use" },
    ...{ requestedAt: batch.createdAt, webhookUrl: null },
    ...batch.settings,
  };
  await sql`
    insert into batches (id, kind, owner, name, visibility, state, options, items, created_at, started_at, completed_at, touched_at)
    values (${batch.id}::uuid, ${batch.kind}, 'maker', ${batch.name}, 'visible', 'cancelled',
      ${JSON.stringify(settings)}::text::jsonb, ${batch.items}, ${batch.createdAt}::timestamptz,
      ${batch.createdAt}::timestamptz, now(), now())
  `.execute(database.sql);
}

/** Rows that follow each other in the file, from a position of it on; all chunks but the last have one size. */
export async function addChunk(
  database: Database,
  id: string,
  number: number,
  first: number,
  rows: readonly MadeRow[],
): Promise<void> {
  const inputs = rows.map(({ url, cells }) => (cells ? { url, cells } : { url }));
  const results = rows.flatMap((row, index) =>
    row.facts || row.answer || row.failure
      ? [
          {
            ...{ position: first + index, succeeded: !row.failure, code: row.failure?.code ?? null },
            ...{ message: row.failure?.message ?? null, took_ms: row.tookMs ?? 12 },
            output: row.failure ? null : outputOf(row, first + index),
            created_at: row.at ?? usualTime,
          },
        ]
      : [],
  );
  await sql`
    insert into results (batch_id, position, succeeded, code, message, output, took_ms, created_at)
    select ${id}::uuid, position, succeeded, code, message, case when succeeded then output end, took_ms, created_at
    from jsonb_to_recordset(${JSON.stringify(results)}::text::jsonb) as made
      (position integer, succeeded boolean, code text, message text, output jsonb, took_ms integer, created_at timestamptz)
  `.execute(database.sql);
  const failed = results.filter(({ succeeded }) => !succeeded).length;
  const state = results.length === rows.length ? "completed" : "failed";
  await sql`
    insert into chunks (batch_id, number, first_position, size, inputs, state, succeeded, failed, started_at, completed_at)
    values (${id}::uuid, ${number}, ${first}, ${rows.length}, ${JSON.stringify(inputs)}::text::json, ${state},
      ${results.length - failed}, ${failed}, now(), now())
  `.execute(database.sql);
}

/** Brings the counters of a batch to what its chunks say. */
export async function countUp(database: Database, id: string, state?: BatchState): Promise<void> {
  await sql`
    update batches set (succeeded, failed, chunks, chunks_completed, chunks_failed, state) = (
      select coalesce(sum(succeeded), 0), coalesce(sum(failed), 0), count(*),
        count(*) filter (where chunks.state = 'completed'), count(*) filter (where chunks.state = 'failed'),
        coalesce(${state ?? null}::text, case when coalesce(bool_and(chunks.state = 'completed'), true)
          then 'completed' else 'cancelled' end)
      from chunks where batch_id = ${id}
    ) where id = ${id}
  `.execute(database.sql);
}
