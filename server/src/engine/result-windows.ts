import { type QueryExecutorProvider, sql } from "kysely";
import { isCounted, outcomeOf, type ResultFilter } from "./result-filter.ts";

/** Positions that one statement looks at, from the first to the one before the last. */
export interface Window {
  readonly first: number;
  readonly past: number;
  /** How many results of it match, where the counters of its chunks tell; else null. */
  readonly matching: number | null;
}

interface ChunkRow {
  readonly number: number;
  readonly first: number;
  readonly past: number;
  readonly succeeded: number;
  readonly failed: number;
}

const chunksAtOnce = 500;

/**
 * Walks a batch in pieces of some thousand positions, so that no statement is long, however few of a million results
 * match: embedded, everybody else waits for it. Chunks whose counters say that nothing in them can match are passed
 * over, and those without any review where one is asked for.
 *
 * @param rows positions of a piece, about: it ends with a chunk
 */
export async function* resultWindows(
  database: QueryExecutorProvider,
  batchId: string,
  filter: ResultFilter,
  { after, rows }: { readonly after: number; readonly rows: number },
): AsyncGenerator<Window> {
  const [from, past] = filter.positions ?? [0, 2 ** 31 - 1];
  const begin = Math.max(from, after + 1);
  const outcome = outcomeOf(filter);
  const counted = isCounted(filter);
  const reviewed =
    filter.review === undefined || filter.review === "none"
      ? sql``
      : sql`and exists (
          select from reviews where reviews.batch_id = chunks.batch_id
            and reviews.position >= first_position and reviews.position < first_position + size
        )`;
  const possible = ({ succeeded, failed }: ChunkRow) =>
    outcome === undefined ? succeeded + failed : outcome ? succeeded : failed;
  let open: { first: number; past: number; matching: number; whole: boolean } | null = null;
  const close = (): Window | null => {
    const window = open && {
      first: open.first,
      past: open.past,
      matching: counted && open.whole ? open.matching : null,
    };
    open = null;
    return window;
  };

  for (let number = -1; ; ) {
    const { rows: chunks } = await sql<ChunkRow>`
      select number, first_position as first, first_position + size as past, succeeded, failed from chunks
      where batch_id = ${batchId} and number > ${number} and first_position + size > ${begin} and first_position < ${past}
        ${reviewed}
      order by number limit ${chunksAtOnce}
    `.execute(database);
    for (const chunk of chunks) {
      const matching = possible(chunk);
      if (matching === 0) continue;
      open ??= { first: Math.max(chunk.first, begin), past: 0, matching: 0, whole: true };
      open.past = Math.min(chunk.past, past);
      open.matching += matching;
      open.whole &&= chunk.first >= begin && chunk.past <= past;
      if (open.past - open.first < rows) continue;
      const window = close();
      if (window) yield window;
    }
    const last = chunks.at(-1);
    if (!last || chunks.length < chunksAtOnce) break;
    number = last.number;
  }
  const window = close();
  if (window) yield window;
}
