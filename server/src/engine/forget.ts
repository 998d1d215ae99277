import { type QueryExecutorProvider, sql } from "kysely";

/** Rows of one delete: short enough that nobody waits for it. */
const pageRows = 10_000;

/**
 * Removes values of shared work that are too old for everybody, in pages of short statements.
 *
 * @param prefix of their keys
 * @param before values that were stored earlier go; work under way stays
 * @returns how many
 */
export async function forgetSharedWork(
  database: QueryExecutorProvider,
  prefix: string,
  before: Date,
): Promise<number> {
  let removed = 0;
  // Keys are walked in their order, so that each page is found where the one before ended.
  for (let after: string | null = ""; after !== null; ) {
    const { rows }: { rows: readonly { last: string | null; removed: number }[] } = await sql<{
      last: string | null;
      removed: number;
    }>`
      with page as (
        select key, starts_with(key, ${prefix}) and done_at < ${before} and lease_token is null as old
        from shared_work where key > ${after} order by key limit ${pageRows}
      ), gone as (
        delete from shared_work using page where shared_work.key = page.key and old and shared_work.lease_token is null
        returning 1
      )
      select (select max(key) from page) as last, (select count(*) from gone) as removed
    `.execute(database);
    after = rows[0]?.last ?? null;
    removed += rows[0]?.removed ?? 0;
  }
  return removed;
}
