import { sql } from "kysely";
import type { Database } from "../platform/database/database.ts";
import { BatchRefusal } from "./errors.ts";
import type { BatchState } from "./states.ts";

/** Rows of one delete: short enough that nobody waits for it. */
const pageRows = 5_000;
/** A batch that is written touches its row with every insert; one left alone so long has lost its writer. */
const abandonedAfter = "1 hour";

/**
 * Hides a batch for good; {@link removeHidden} then removes its rows.
 *
 * @param force also takes a batch that is `queued` or `processing`; its work stops
 */
export async function markForRemoval(
  database: Database,
  id: string,
  { force }: { force: boolean },
): Promise<void> {
  await database.transaction(async (tx) => {
    const { rows } = await sql<{ state: BatchState }>`
      select state from batches where id = ${id} and visibility = 'visible' for update
    `.execute(tx);
    const state = rows[0]?.state;
    if (!state) throw new BatchRefusal({ reason: "not_found" });
    if (!force && (state === "queued" || state === "processing")) {
      throw new BatchRefusal({ reason: "wrong_state", operation: "remove", state });
    }
    await sql`update batches set visibility = 'removing', touched_at = now() where id = ${id}`.execute(tx);
  });
}

/** Hides what was soft-deleted and whose time is over, and what lost its writer. @returns how many */
export async function markExpired(database: Database): Promise<number> {
  const { rows } = await sql`
    update batches set visibility = 'removing'
    where (visibility = 'visible' and purge_after < now())
      or (visibility = 'creating' and touched_at < now() - ${abandonedAfter}::interval)
    returning 1
  `.execute(database.sql);
  return rows.length;
}

/**
 * Removes the rows of hidden batches, in pages of short transactions; a kill in between loses nothing, the next call
 * goes on. Chunks go first: without its chunk no worker can store a result.
 */
export async function removeHidden(database: Database, signal?: AbortSignal): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from batches where visibility = 'removing' order by touched_at
  `.execute(database.sql);
  let removed = 0;
  for (const { id } of rows) {
    for (const table of ["chunks", "results", "attempts"] as const) {
      while (await deletePage(database, table, id)) if (signal?.aborted) return removed;
    }
    await sql`delete from batches where id = ${id} and visibility = 'removing'`.execute(database.sql);
    removed += 1;
  }
  return removed;
}

/**
 * @returns false once no row is seen. Of rows that are seen none may be deleted: another process was faster, or a worker
 *   changed them meanwhile. What is left of them is seen the next time.
 */
async function deletePage(
  database: Database,
  table: "chunks" | "results" | "attempts",
  id: string,
): Promise<boolean> {
  // A chunk holds thousands of inputs, so a page of chunks is small.
  const limit = table === "chunks" ? 20 : pageRows;
  const name = sql.table(table);
  const { rows } = await sql<{ seen: number }>`
    with page as (
      select ctid from ${name} where batch_id = ${id} limit ${limit}
    ), removed as (
      delete from ${name} using page where ${name}.ctid = page.ctid
    )
    select count(*) as seen from page
  `.execute(database.sql);
  return (rows[0]?.seen ?? 0) > 0;
}
