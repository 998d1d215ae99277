import { type QueryExecutorProvider, sql } from "kysely";
import type { Claim } from "./claim.ts";

/** A try that was not final. */
export interface AttemptRow {
  readonly position: number;
  /** 1 for the first try. */
  readonly number: number;
  readonly code: string;
  readonly message: string | null;
}

/** Adds tries to the history of their items. Fenced like results, and like them the same row twice counts once. */
export async function recordAttempts(
  database: QueryExecutorProvider,
  claim: Claim,
  rows: readonly AttemptRow[],
): Promise<void> {
  await sql`
    with mine as (
      select batch_id from chunks
      where batch_id = ${claim.batchId} and number = ${claim.number} and lease_token = ${claim.leaseToken}
      for update
    )
    insert into attempts (batch_id, position, number, code, message, at)
    select mine.batch_id, entry.position, entry.number, entry.code, entry.message, now()
    from mine, unnest(
      ${rows.map((row) => row.position)}::integer[], ${rows.map((row) => row.number)}::integer[],
      ${rows.map((row) => row.code)}::text[], ${rows.map((row) => row.message)}::text[]
    ) as entry (position, number, code, message)
    on conflict do nothing
  `.execute(database);
}
