import { sql } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Transaction } from "../platform/database/sql.ts";

/** A batch that is written touches its row with every insert; one left alone so long has lost its writer. */
const abandonedAfter = "1 hour";
/** Batches of one transaction. */
const atOnce = 100;

export interface Purged {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly why: "retention" | "soft_delete";
}

/** Called in the transaction that hides a batch whose time is over, so that what it writes is there exactly then. */
export type OnPurged = (tx: Transaction, purged: Purged) => Promise<void>;

export interface ExpiryOptions {
  /** How long ended batches are kept, by kind; what is not here is kept for good. */
  readonly retentionDays?: ReadonlyMap<string, number>;
  readonly onPurged?: OnPurged;
}

/** Hides what was soft-deleted or has ended and whose time is over, and what lost its writer. @returns how many */
export async function markExpired(
  database: Database,
  { retentionDays = new Map(), onPurged }: ExpiryOptions = {},
): Promise<number> {
  const hideAll = async (due: ReturnType<typeof sql>, why: Purged["why"] | null): Promise<number> => {
    let hidden = 0;
    for (let rows = atOnce; rows === atOnce; hidden += rows) {
      rows = await database.transaction(async (tx) => {
        const batches = await hide(tx, due);
        if (why !== null) for (const batch of batches) await onPurged?.(tx, { ...batch, why });
        return batches.length;
      });
    }
    return hidden;
  };
  let hidden = await hideAll(
    sql`visibility = 'creating' and touched_at < now() - ${abandonedAfter}::interval`,
    null,
  );
  hidden += await hideAll(sql`visibility = 'visible' and purge_after < now()`, "soft_delete");
  for (const [kind, days] of retentionDays) {
    // A clone with results has ended when its source did.
    const ended = sql`kind = ${kind} and completed_at < now() - ${days} * interval '1 day'
      and created_at < now() - ${days} * interval '1 day'`;
    hidden += await hideAll(sql`visibility = 'visible' and ${ended}`, "retention");
  }
  return hidden;
}

/** One that is just changed is looked at the next time: it may have been started again. */
async function hide(tx: Transaction, due: ReturnType<typeof sql>) {
  const { rows } = await sql<Omit<Purged, "why">>`
    update batches set visibility = 'removing'
    where id = any(array(select id from batches where ${due} limit ${atOnce} for update skip locked))
    returning id, kind, name
  `.execute(tx);
  return rows;
}
