import { type QueryExecutorProvider, sql } from "kysely";
import type { Transaction } from "../platform/database/sql.ts";

/** In the order in which they are emptied. */
export const tables = ["chunks", "results", "attempts", "reviews"] as const;
type Table = (typeof tables)[number];

/**
 * What a page is numbered by, and how many of that it spans: some milliseconds of work, since embedded everybody waits
 * for it. A chunk holds thousands of inputs.
 */
const pages: Readonly<Record<Table, { readonly by: string; readonly span: number }>> = {
  chunks: { by: "number", span: 4 },
  results: { by: "position", span: 200 },
  attempts: { by: "position", span: 200 },
  reviews: { by: "position", span: 1_000 },
};

export interface Page {
  readonly id: string;
  /** From 0. */
  readonly page: number;
  /** How keys of shared work on a source begin; null where there are none. */
  readonly keys: string | null;
}

/** Number of the last page that has rows; -1 where none has. */
export async function lastPage(database: QueryExecutorProvider, table: Table, id: string): Promise<number> {
  const { by, span } = pages[table];
  const { rows } = await sql<{ last: number | null }>`
    select max(${sql.ref(by)}) as last from ${sql.table(table)} where batch_id = ${id}
  `.execute(database);
  const last = rows[0]?.last ?? null;
  return last === null ? -1 : Math.floor(last / span);
}

/**
 * Removes the rows of a page. Pages are ranges of the primary key, so each finds its rows at once, and does not pass
 * those that were removed before and are not vacuumed yet.
 */
export async function removePage(tx: Transaction, table: Table, { id, page, keys }: Page): Promise<void> {
  const { by, span } = pages[table];
  const [name, column] = [sql.table(table), sql.ref(by)];
  const rows = sql`
    delete from ${name} where batch_id = ${id} and ${column} >= ${page * span} and ${column} < ${(page + 1) * span}
  `;
  await (table === "results" && keys !== null ? withSharedWork(rows, id, keys) : rows).execute(tx);
}

/**
 * Removes results, and values of shared work on sources that no result of another batch was made from. Leased ones
 * stay: who works on one needs it.
 *
 * Another batch is looked for among the neighbours in the index of sources, not by equality: so it costs two steps
 * even where a million results have one source, whatever the planner thinks of how common that is. Rows are deleted by
 * an array of their places, since it would read the whole table to join them.
 */
const withSharedWork = (results: ReturnType<typeof sql>, id: string, keys: string) => sql`
  with gone as (${results} returning source),
  sources as (select distinct source from gone where source is not null),
  unused as (
    select source from sources
    where source is distinct from (
      select source from results
      where source is not null and (source, batch_id) < (sources.source, ${id}::uuid)
      order by source desc, batch_id desc limit 1
    ) and source is distinct from (
      select source from results
      where source is not null and (source, batch_id) > (sources.source, ${id}::uuid)
      order by source, batch_id limit 1
    )
  )
  delete from shared_work where lease_token is null and ctid = any(array(
    select present.ctid from unused cross join lateral (
      select ctid from shared_work
      where key >= ${keys} || encode(source, 'hex') || '/' and key < ${keys} || encode(source, 'hex') || '0'
      order by key limit 1000
    ) as present
  ))
`;
