import type { QueryExecutorProvider } from "kysely";
import type { Database } from "../database/database.ts";
import type { AuditCursor, AuditEntry, AuditFilter, AuditRecord } from "./entry.ts";
import { storableDetails, storableText } from "./storable.ts";
import { insertEntry, listEntries } from "./store.ts";

export interface Audit {
  /**
   * Writes an entry.
   *
   * @param database the transaction of the change itself: the entry is there exactly if the change took effect
   */
  record(database: QueryExecutorProvider, entry: AuditEntry): Promise<void>;
  /**
   * Entries, newest first. What is written meanwhile moves no page.
   *
   * @returns `next` is null where nothing older is left
   */
  list(
    filter: AuditFilter,
    page: { readonly limit: number; readonly after?: AuditCursor | undefined },
  ): Promise<{ readonly entries: readonly AuditRecord[]; readonly next: AuditCursor | null }>;
}

/** The record of who did what. The database refuses every change to what is in it. */
export function createAudit({ database }: { readonly database: Pick<Database, "sql"> }): Audit {
  const optional = (text: string | null) => (text === null ? null : storableText(text));
  return {
    record: (within, { action, target, details, by }) =>
      insertEntry(within, {
        actor: storableText(by.actor),
        method: by.method,
        address: optional(by.address),
        requestId: optional(by.requestId),
        action: storableText(action),
        target: optional(target),
        details: storableDetails(details),
      }),

    async list(filter, { limit, after }) {
      const found = await listEntries(database.sql, filter, { limit: limit + 1, after });
      const entries = found.slice(0, limit);
      const last = entries.at(-1);
      return { entries, next: found.length > limit && last ? { at: last.at, id: last.id } : null };
    },
  };
}
