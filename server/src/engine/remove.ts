import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Also } from "./control.ts";
import { BatchRefusal } from "./errors.ts";
import type { Batch } from "./records.ts";
import { lastPage, removePage, tables } from "./remove-page.ts";
import { takeTurn } from "./turn.ts";

/**
 * Hides a batch for good; {@link removeHidden} then removes its rows.
 *
 * @param force also takes a batch that is `queued` or `processing`; its work stops
 * @returns what nobody can read any more
 */
export async function markForRemoval(
  database: Database,
  id: string,
  { force, also }: Also & { readonly force: boolean },
): Promise<Pick<Batch, "kind" | "owner">> {
  return database.transaction(async (tx) => {
    const { rows } = await sql<Pick<Batch, "kind" | "owner" | "state">>`
      select kind, owner, state from batches where id = ${id} and visibility = 'visible' for update
    `.execute(tx);
    const [found] = rows;
    if (!found) throw new BatchRefusal({ reason: "not_found" });
    const { kind, owner, state } = found;
    if (!force && (state === "queued" || state === "processing")) {
      throw new BatchRefusal({ reason: "wrong_state", operation: "remove", state });
    }
    await sql`update batches set visibility = 'removing', touched_at = now() where id = ${id}`.execute(tx);
    await also?.(tx);
    return { kind, owner };
  });
}

export interface RemoveOptions {
  /**
   * How keys of shared work on a source begin, by kind, null where there are none: see {@link Kind.sourceKeys}. Batches
   * of other kinds are left to whoever knows them. Without this, rows of all kinds are removed, and no shared work.
   */
  readonly sourceKeys?: ReadonlyMap<string, string | null>;
  readonly rest?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** So long at most nobody looks whether batches are still worked on, in milliseconds. */
const longestRest = 1_000;

/**
 * Removes the rows of hidden batches, in pages of short transactions; a kill in between loses nothing, the next call
 * goes on. Chunks go first: without its chunk no worker can store a result, so what is counted after that is all.
 *
 * @returns how many batches
 */
export async function removeHidden(
  database: Database,
  signal?: AbortSignal,
  { sourceKeys, rest = sleep }: RemoveOptions = {},
): Promise<number> {
  const kinds = sourceKeys ? [...sourceKeys.keys()] : null;
  const { rows } = await sql<{ id: string; kind: string }>`
    select id, kind from batches
    where visibility = 'removing' and (${kinds}::text[] is null or kind = any(${kinds}::text[]))
    order by touched_at
  `.execute(database.sql);
  let removed = 0;
  for (const { id, kind } of rows) {
    const keys = sourceKeys?.get(kind) ?? null;
    for (const table of tables) {
      const last = await lastPage(database.sql, table, id);
      for (let page = 0; page <= last; ) {
        if (signal?.aborted) return removed;
        const { taken, restMs } = await takeTurn(database, (tx) => removePage(tx, table, { id, page, keys }));
        if (taken) page += 1;
        if (restMs > 0) await rest(Math.min(restMs, longestRest), signal);
      }
    }
    await sql`delete from batches where id = ${id} and visibility = 'removing'`.execute(database.sql);
    removed += 1;
  }
  return removed;
}

/** Ends early, and in order, when it is aborted. */
const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  delay(ms, undefined, signal ? { signal } : {}).catch(() => {});
