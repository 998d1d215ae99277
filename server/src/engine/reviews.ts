import { type QueryExecutorProvider, sql } from "kysely";
import { resultWindows } from "./result-windows.ts";
import type { Review, Verdict } from "./review.ts";

export interface Reviewing {
  readonly positions: readonly number[];
  /** Null takes back what was said. */
  readonly verdict: Verdict | null;
  readonly note: string | null;
  readonly by: string;
}

/** How many results have which verdict. */
export interface VerdictCounts {
  readonly accepted: number;
  readonly flagged: number;
  /** Of successes, and of either verdict. */
  readonly succeeded: number;
}

/** Positions counted by one statement. */
const countedRows = 20_000;

/** The review of a row of `reviews` is about the result that is there: a lookup by key for each, never a join of all. */
const stillThere = sql.raw(`
  cross join lateral (
    select succeeded from results
    where results.batch_id = reviews.batch_id and results.position = reviews.position
      and results.created_at = reviews.result_at
    offset 0
  ) as result
`);

/**
 * Stores one verdict on some results, in place of what was said of them before.
 *
 * The row of the batch is locked against removal, and against nothing else: what is said while a batch is removed would be
 * left behind.
 *
 * @returns the positions that have a result
 */
export async function reviewResults(
  database: QueryExecutorProvider,
  batchId: string,
  { positions, verdict, note, by }: Reviewing,
): Promise<readonly number[]> {
  const present = sql`
    batch as (select id from batches where id = ${batchId} and visibility = 'visible' for key share),
    present as (
      select position, created_at from results
      where batch_id in (select id from batch) and position = any(${positions}::integer[])
    )
  `;
  const stored = sql`
    insert into reviews (batch_id, position, verdict, note, reviewer, reviewed_at, result_at)
    select ${batchId}::uuid, position, ${verdict}::text, ${note}::text, ${by}::text, now(), created_at from present
    on conflict (batch_id, position) do update set verdict = excluded.verdict, note = excluded.note,
      reviewer = excluded.reviewer, reviewed_at = excluded.reviewed_at, result_at = excluded.result_at
  `;
  const takenBack = sql`
    delete from reviews where batch_id = ${batchId} and position = any(${positions}::integer[])
  `;
  const { rows } = await sql<{ position: number }>`
    with ${present}, done as (${verdict === null ? takenBack : stored})
    select position from present order by position
  `.execute(database);
  return rows.map(({ position }) => position);
}

/** What was said of results from one position to the one before another, by their positions. */
export async function readReviews(
  database: QueryExecutorProvider,
  batchId: string,
  [first, past]: readonly [first: number, past: number],
): Promise<ReadonlyMap<number, Review>> {
  const { rows } = await sql<Review & { position: number }>`
    select position, verdict, note, reviewer as by, reviewed_at as at from reviews ${stillThere}
    where batch_id = ${batchId} and position >= ${first} and position < ${past}
  `.execute(database);
  return new Map(rows.map(({ position, ...review }) => [position, review]));
}

/** Whether anything was said of any result of the batch. */
export async function hasReviews(database: QueryExecutorProvider, batchId: string): Promise<boolean> {
  const { rows } = await sql`
    select from reviews ${stillThere} where batch_id = ${batchId} limit 1
  `.execute(database);
  return rows.length > 0;
}

/** Counts what was said, in short statements. */
export async function countVerdicts(
  database: QueryExecutorProvider,
  batchId: string,
): Promise<VerdictCounts> {
  const counts = { accepted: 0, flagged: 0, succeeded: 0 };
  for await (const { first, past } of resultWindows(
    database,
    batchId,
    { review: "any" },
    { after: -1, rows: countedRows },
  )) {
    const window = await countReviewed(database, batchId, [first, past]);
    counts.accepted += window.accepted;
    counts.flagged += window.flagged;
    counts.succeeded += window.succeeded;
  }
  return counts;
}

/**
 * What was said of results from one position to the one before another.
 *
 * @param succeeded only of those that did, or did not
 */
export async function countReviewed(
  database: QueryExecutorProvider,
  batchId: string,
  [first, past]: readonly [first: number, past: number],
  succeeded: boolean | null = null,
): Promise<VerdictCounts> {
  const { rows } = await sql<VerdictCounts>`
    select count(*) filter (where verdict = 'accepted') as accepted,
      count(*) filter (where verdict = 'flagged') as flagged, count(*) filter (where succeeded) as succeeded
    from reviews ${stillThere}
    where batch_id = ${batchId} and position >= ${first} and position < ${past}
      and (${succeeded}::boolean is null or succeeded = ${succeeded}::boolean)
  `.execute(database);
  return rows[0] ?? { accepted: 0, flagged: 0, succeeded: 0 };
}
