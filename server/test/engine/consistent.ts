import { sql } from "kysely";
import { expect } from "vitest";
import type { Database } from "../../src/platform/database/database.ts";

/**
 * Counts everything anew from inputs and results and compares it with the counters of chunks and batch: whatever
 * happened to a batch, the two agree.
 */
export async function assertConsistent(database: Database, batchId: string): Promise<void> {
  const batches = await sql<Record<string, number | string>>`
    select state, items, succeeded, failed, chunks, chunks_completed, chunks_failed from batches where id = ${batchId}
  `.execute(database.sql);
  const chunks = await sql<Record<string, number | string>>`
    select number, first_position, size, state, succeeded, failed from chunks where batch_id = ${batchId} order by number
  `.execute(database.sql);
  const counted = await sql<Record<string, number | string>>`
    select chunks.number,
      (sum(json_array_length(inputs)) over (order by chunks.number) - json_array_length(inputs))::int as first_position,
      json_array_length(inputs) as size,
      case when found.succeeded + found.failed = json_array_length(inputs) then 'completed'
        when chunks.state = 'completed' then 'not completed' else chunks.state end as state,
      found.succeeded, found.failed
    from chunks, lateral (
      select count(*) filter (where succeeded)::int as succeeded, count(*) filter (where not succeeded)::int as failed
      from results where batch_id = chunks.batch_id
        and position >= chunks.first_position and position < chunks.first_position + chunks.size
    ) as found
    where chunks.batch_id = ${batchId} order by chunks.number
  `.execute(database.sql);
  expect(chunks.rows).toEqual(counted.rows);

  const times = await sql<{ number: number }>`
    select number from chunks where batch_id = ${batchId} and (started_at > completed_at
      or (started_at is null and (state in ('processing', 'retrying', 'completed') or succeeded + failed > 0)))
  `.execute(database.sql);
  expect(times.rows, "chunks whose times do not fit").toEqual([]);

  const sum = (column: string) => counted.rows.reduce((total, row) => total + Number(row[column]), 0);
  const inState = (state: string) => counted.rows.filter((row) => row["state"] === state).length;
  const [batch] = batches.rows;
  expect(batch).toEqual({
    state: batch?.["state"],
    items: sum("size"),
    succeeded: sum("succeeded"),
    failed: sum("failed"),
    chunks: counted.rows.length,
    chunks_completed: inState("completed"),
    chunks_failed: inState("failed"),
  });
  if (batch?.["state"] === "completed" || batch?.["state"] === "failed")
    expect(inState("completed") + inState("failed"), "chunks of an ended batch").toBe(counted.rows.length);

  const strays = await sql<{ position: number }>`
    select position from results where batch_id = ${batchId} and (position < 0 or position >= ${sum("size")})
  `.execute(database.sql);
  expect(strays.rows).toEqual([]);
  const gaps = await sql<{ position: number }>`
    select position from attempts where batch_id = ${batchId} group by position having max(number) <> count(*)
  `.execute(database.sql);
  expect(gaps.rows, "tries are numbered without gaps").toEqual([]);
}

/** Rows of a batch, by table. */
export async function rowsLeft(database: Database, batchId: string): Promise<Record<string, number>> {
  const left: Record<string, number> = {};
  for (const [table, column] of Object.entries({
    batches: "id",
    chunks: "batch_id",
    results: "batch_id",
    attempts: "batch_id",
    reviews: "batch_id",
  })) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from ${sql.table(table)} where ${sql.ref(column)} = ${batchId}
    `.execute(database.sql);
    left[table] = rows[0]?.count ?? 0;
  }
  return left;
}
