import type { QueryExecutorProvider } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Transaction } from "../platform/database/sql.ts";
import { readBatch } from "./batch-store.ts";
import type { Flushed } from "./flush.ts";
import type { Batch } from "./records.ts";

/** A batch that was paused, has completed or has failed just now. */
interface Stop {
  /** As it is now; it has a `reason` where it was paused by a handler, and none where a person paused it. */
  readonly batch: Batch;
  /** What the handler said that held it: see `hold`. Null in every other case. */
  readonly code: string | null;
}

/**
 * Called in the transaction that stops a batch, so that what it writes is there exactly if the batch stopped: once for
 * each change of its state, whichever process makes it and whoever is killed. Who cancels a batch knows, and is not told.
 *
 * What it throws undoes the change, and with it the results that brought it.
 */
export type OnStopped = (tx: Transaction, stop: Stop) => Promise<void>;

export interface StopsOptions {
  readonly database: Database;
  readonly onStopped?: OnStopped | undefined;
}

/**
 * Runs a statement that may stop its batch, and where it did, tells of it before that is committed. Without anybody to
 * tell it is one statement as it was.
 *
 * @param stops whether what the statement brought is the stop, and not that of somebody before
 */
export function telling(
  { database, onStopped }: StopsOptions,
  { batchId, code = null }: { readonly batchId: string; readonly code?: string | null },
  statement: (sql: QueryExecutorProvider) => Promise<Flushed | null>,
  stops: (flushed: Flushed) => boolean,
): Promise<Flushed | null> {
  if (!onStopped) return statement(database.sql);
  return database.transaction(async (tx) => {
    const flushed = await statement(tx);
    if (flushed && stops(flushed)) {
      // Null where the batch was removed meanwhile: then there is nothing left to tell of.
      const batch = await readBatch(tx, batchId);
      if (batch) await onStopped(tx, { batch, code });
    }
    return flushed;
  });
}

/** Of a chunk's last flush, or its end without one: whoever ends the last chunk of a batch ends the batch. */
export const hasEnded = <Told extends Pick<Flushed, "state">>(
  flushed: Told,
): flushed is Told & { readonly state: "completed" | "failed" } =>
  flushed.state === "completed" || flushed.state === "failed";
