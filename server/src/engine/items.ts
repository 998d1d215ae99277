import { type QueryExecutorProvider, sql } from "kysely";
import { itemResult, resultColumns, type StoredResult } from "./item-result.ts";
import { nextPageRows, pageBytes, pageRows } from "./page-size.ts";
import type { Item } from "./records.ts";

export interface ItemPagesOptions {
  /** Position of the first item; 0 where nothing is said. */
  readonly first?: number;
  /** Position after the last item; the end of the batch where nothing is said. */
  readonly past?: number;
  /** Ends the walk before its next page, which then rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A page ends with the row that fills it; those behind it come with the next. */
interface PageSize {
  readonly rows: number;
  readonly bytes: number;
}

type Row = Pick<Item, "position" | "begun" | "input"> & { readonly bytes: number } & (
    | (StoredResult & { readonly succeeded: boolean })
    | { readonly succeeded: null }
  );

/** Positions are integers of four bytes. */
const lastPosition = 2 ** 31 - 1;

/**
 * The items of a batch in the order of their positions, ended or not, a page at a time: memory does not grow with the
 * batch, and the rows of a page are the fewer the larger they are. Of one page, results are as they were at one moment;
 * what ends behind the reader is not seen.
 *
 * @param size of the first page, and what every page ends with; tests have smaller ones
 */
export async function* itemPages(
  database: QueryExecutorProvider,
  batchId: string,
  { first = 0, past = lastPosition, signal }: ItemPagesOptions = {},
  size: PageSize = { rows: pageRows.first, bytes: pageBytes },
): AsyncGenerator<readonly Item[]> {
  let limit = size.rows;
  for (let from = first; from < past; ) {
    signal?.throwIfAborted();
    const rows = await readRows(database, batchId, from, {
      rows: Math.min(limit, past - from),
      bytes: size.bytes,
    });
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map(item);
    from = last.position + 1;
    limit = nextPageRows(
      limit,
      rows.length,
      rows.reduce((sum, { bytes }) => sum + bytes, 0),
    );
  }
}

const item = (row: Row): Item => ({
  position: row.position,
  begun: row.begun,
  input: row.input,
  result: row.succeeded === null ? null : itemResult(row, row.input),
});

/**
 * All chunks but the last one have one size, so a position tells its chunk. Each result is looked up by its key: what
 * the planner knows of a table that just grew, or embedded of any, would have it read all results of the batch, or
 * compare all of a page with each other.
 *
 * Sizes are those of the text that is sent. What is stored may be a hundredth of it.
 */
async function readRows(
  database: QueryExecutorProvider,
  batchId: string,
  first: number,
  { rows: count, bytes }: PageSize,
): Promise<readonly Row[]> {
  const last = first + count - 1;
  const usualSize = sql`(select size from chunks where batch_id = ${batchId} and number = 0)`;
  const { rows } = await sql<Row>`
    with item as (
      select first_position + place::integer - 1 as position, input, started_at is not null as begun
      from chunks cross join lateral json_array_elements(inputs) with ordinality as element (input, place)
      where batch_id = ${batchId}
        and number >= ${first}::integer / ${usualSize} and number <= ${last}::integer / ${usualSize}
        and first_position + place - 1 between ${first}::integer and ${last}::integer
    ), measured as (
      select item.position, begun, input, result.*, octet_length(input::text) + coalesce(octet_length(output::text), 0) as bytes
      from item left join lateral (
        select ${resultColumns} from results
        where results.batch_id = ${batchId} and results.position = item.position
        offset 0
      ) as result on true
    )
    select * from (
      select *, sum(bytes) over (order by position rows unbounded preceding) - bytes as before from measured
    ) as summed
    where before < ${bytes}
    order by position
  `.execute(database);
  return rows;
}
