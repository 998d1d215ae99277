import { type QueryExecutorProvider, sql } from "kysely";

/** Rows of one statement: short enough that nobody waits for it. */
const pageRows = 1_000;

/**
 * Deliveries to a receiver that is down take turns at trying it, so with very many of them ten attempts each would take
 * longer than anybody still wants to know. 75 hours of attempts fit into it with their spread.
 */
const longestPending = "5 days";

/** Fails what has waited too long for a receiver that is down. @returns how many */
export async function expireDeliveries(database: QueryExecutorProvider): Promise<number> {
  return await paged(async () => {
    const { rows } = await sql`
      update webhook_deliveries set state = 'failed', ended_at = now()
      where id in (
        select id from webhook_deliveries
        where state = 'pending' and begun_at is null and queued_at < now() - ${longestPending}::interval
        limit ${pageRows} for update skip locked
      )
      returning 1
    `.execute(database);
    return rows.length;
  });
}

/** Removes what is older, with its log, and disabled URLs: one question a month tells whether they still are. */
export async function forgetDeliveries(database: QueryExecutorProvider, before: Date): Promise<number> {
  await sql`delete from webhook_disabled where since < ${before}`.execute(database);
  return await paged(async () => {
    const { rows } = await sql`
      delete from webhook_deliveries where id in (
        select id from webhook_deliveries
        where created_at < ${before} and queued_at < ${before} and state <> 'pending'
        order by created_at, id limit ${pageRows} for update skip locked
      )
      returning 1
    `.execute(database);
    return rows.length;
  });
}

async function paged(page: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const rows = await page();
    total += rows;
    if (rows < pageRows) return total;
  }
}
