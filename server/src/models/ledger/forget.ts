import { type QueryExecutorProvider, sql } from "kysely";

/** Rows of one statement: short enough that nobody waits for it. */
const pageRows = 2_000;

const firstId = "00000000-0000-0000-0000-000000000000";

interface Page {
  /** Its last call, where the next page goes on. */
  readonly endedAt: string;
  readonly id: string;
  readonly removed: number;
}

/**
 * Removes calls that ended before, in pages of short statements. Their sums stay. As long as there is a batch, so do its
 * calls that may have been paid for and brought no answer, with those that asked the same row again: people look there.
 *
 * @returns how many
 */
export async function forgetCalls(database: QueryExecutorProvider, before: Date): Promise<number> {
  let removed = 0;
  let last: Pick<Page, "endedAt" | "id"> | undefined = { endedAt: "-infinity", id: firstId };
  while (last) {
    const { rows }: { rows: readonly Page[] } = await sql<Page>`
      with page as materialized (
        select id, ended_at, batch_id, position, may_be_paid from model_calls
        where ended_at < ${before} and (ended_at, id) > (${last.endedAt}::timestamptz, ${last.id}::uuid)
        order by ended_at, id limit ${pageRows}
        for update skip locked
      ), gone as (
        delete from model_calls as call using page
        where call.id = page.id and not (
          exists (select from batches where batches.id = page.batch_id)
          and (page.may_be_paid or exists (
            select from model_calls as unanswered
            where unanswered.batch_id = page.batch_id and unanswered.position = page.position
              and unanswered.may_be_paid
          ))
        )
        returning 1
      )
      select ended_at::text as "endedAt", id, (select count(*)::integer from gone) as removed
      from page order by ended_at desc, id desc limit 1
    `.execute(database);
    removed += rows[0]?.removed ?? 0;
    last = rows[0];
  }
  return removed;
}
