import { type QueryExecutorProvider, sql } from "kysely";
import { readInputs } from "./inputs.ts";
import { itemResult, resultColumns, type StoredResult } from "./item-result.ts";
import { nextPageRows, pageRows } from "./page-size.ts";
import type { ReviewedResult } from "./records.ts";
import { isCountedButForReviews, matches, outcomeOf, type ResultFilter } from "./result-filter.ts";
import { resultWindows, type Window } from "./result-windows.ts";
import { countReviewed, readReviews } from "./reviews.ts";

export interface ResultPage {
  readonly limit: number;
  /** Position where the page before ended; results follow in the order of their positions. */
  readonly after?: number;
}

export interface CountOptions {
  /** Beyond it nobody has to know: counting ends soon after. */
  readonly atMost?: number;
  /** Ends the counting, within a piece of the batch. */
  readonly signal?: AbortSignal;
}

interface PagesOptions {
  /** Positions of a piece, and results of the first page; tests have smaller ones. */
  readonly rows?: number;
  readonly first?: number;
  /** Ends the walk, also where nothing matches for long. */
  readonly signal?: AbortSignal | undefined;
}

interface Row extends StoredResult {
  readonly size: number;
}

/** Positions looked at by one statement. */
const windowRows = 2_000;
/** Positions counted by one statement, where no counter knows. */
const countedRows = 20_000;

/** A page of results by key: as fast at the millionth row as at the first. */
export async function readResults(
  database: QueryExecutorProvider,
  batchId: string,
  filter: ResultFilter,
  { limit, after = -1 }: ResultPage,
): Promise<readonly ReviewedResult[]> {
  const found: ReviewedResult[] = [];
  for await (const { first, past } of resultWindows(database, batchId, filter, { after, rows: windowRows })) {
    const page = await readWindow(database, batchId, filter, { first, past, limit: limit - found.length });
    found.push(...page.results);
    if (found.length >= limit) break;
  }
  return found;
}

/**
 * All results that match, in the order of their positions, a page at a time: memory does not grow with the batch. What
 * is stored behind the reader while it reads is not seen; nothing is seen twice.
 */
export async function* resultPages(
  database: QueryExecutorProvider,
  batchId: string,
  filter: ResultFilter = {},
  { rows: windows = windowRows, first: firstRows = pageRows.first, signal }: PagesOptions = {},
): AsyncGenerator<readonly ReviewedResult[]> {
  let limit = firstRows;
  for await (const window of resultWindows(database, batchId, filter, { after: -1, rows: windows })) {
    signal?.throwIfAborted();
    for (let { first } = window; first < window.past; ) {
      const page = await readWindow(database, batchId, filter, { first, past: window.past, limit });
      if (page.results.length > 0) yield page.results;
      const last = page.results.at(-1);
      if (!last || page.results.length < limit) break;
      first = last.position + 1;
      limit = nextPageRows(limit, page.results.length, page.bytes);
    }
  }
}

/** How many results match. */
export async function countResults(
  database: QueryExecutorProvider,
  batchId: string,
  filter: ResultFilter,
  { atMost = Number.POSITIVE_INFINITY, signal }: CountOptions = {},
): Promise<number> {
  const { review, ...rest } = filter;
  // What nobody said anything of is what the counters know, less what somebody did: mostly that is little, or nothing.
  const walked = review === "none" && isCountedButForReviews(rest) ? rest : filter;
  let count = 0;
  for await (const window of resultWindows(database, batchId, walked, { after: -1, rows: countedRows })) {
    signal?.throwIfAborted();
    count += await countWindow(database, batchId, filter, window);
    if (count > atMost) break;
  }
  return count;
}

async function countWindow(
  database: QueryExecutorProvider,
  batchId: string,
  filter: ResultFilter,
  { first, past, matching }: Window,
): Promise<number> {
  if (matching !== null) {
    if (filter.review === undefined) return matching;
    const { accepted, flagged } = await countReviewed(
      database,
      batchId,
      [first, past],
      outcomeOf(filter) ?? null,
    );
    return Math.max(0, matching - accepted - flagged);
  }
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from results
    where batch_id = ${batchId} and position >= ${first} and position < ${past} and ${matches(filter)}
  `.execute(database);
  return rows[0]?.count ?? 0;
}

interface WindowPage {
  readonly results: readonly ReviewedResult[];
  /** Of their inputs and outputs, as they are stored. */
  readonly bytes: number;
}

async function readWindow(
  database: QueryExecutorProvider,
  batchId: string,
  filter: ResultFilter,
  { first, past, limit }: { readonly first: number; readonly past: number; readonly limit: number },
): Promise<WindowPage> {
  const { rows } = await sql<Row>`
    select position, ${resultColumns}, coalesce(pg_column_size(output), 0) as size
    from results
    where batch_id = ${batchId} and position >= ${first} and position < ${past} and ${matches(filter)}
    order by position limit ${limit}
  `.execute(database);
  if (rows.length === 0) return { results: [], bytes: 0 };
  const inputs = await readInputs(
    database,
    batchId,
    rows.map(({ position }) => position),
  );
  let bytes = 0;
  const last = rows.at(-1)?.position ?? first;
  const reviews = await readReviews(database, batchId, [rows[0]?.position ?? first, last + 1]);
  const results = rows.map((row): ReviewedResult => {
    const input = inputs.get(row.position);
    bytes += row.size + (input?.size ?? 0);
    return { ...itemResult(row, input?.value ?? null), review: reviews.get(row.position) ?? null };
  });
  return { results, bytes };
}

export interface Attempt {
  readonly number: number;
  readonly code: string;
  readonly message: string | null;
  readonly at: Date;
  /** The item had ended with it, until somebody had it retried. */
  readonly final: boolean;
}

/** The tries of one item that were not final, first to last. */
export async function readAttempts(
  database: QueryExecutorProvider,
  batchId: string,
  position: number,
): Promise<readonly Attempt[]> {
  const { rows } = await sql<Attempt>`
    select number, code, message, at, final from attempts
    where batch_id = ${batchId} and position = ${position} order by number
  `.execute(database);
  return rows;
}

/** Failed results by code, most frequent first. */
export async function countFailures(
  database: QueryExecutorProvider,
  batchId: string,
): Promise<readonly { readonly code: string; readonly count: number }[]> {
  const { rows } = await sql<{ code: string; count: number }>`
    select code, count(*) as count from results where batch_id = ${batchId} and not succeeded
    group by code order by count desc, code
  `.execute(database);
  return rows;
}
