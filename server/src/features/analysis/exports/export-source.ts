import type { Engine } from "../../../engine/engine.ts";
import type { ResultFilter } from "../../../engine/result-filter.ts";
import { type AnalysisBatch, type ResultAnswer, toAnswer } from "../answers.ts";
import { batchNotFound } from "../errors.ts";

type ReadingEngine = Pick<Engine, "resultPages" | "read">;

/** What of one batch matches, in the order of its file, a page at a time. */
export async function* batchRecords(
  engine: ReadingEngine,
  batch: AnalysisBatch,
  filter: ResultFilter,
  signal: AbortSignal,
): AsyncGenerator<readonly ResultAnswer[]> {
  for await (const page of engine.resultPages(batch.id, filter, signal))
    yield page.map((result) => toAnswer(batch, result));
  // What was removed on the way is not in the file: it breaks off rather than end as if it were whole.
  if ((await engine.read(batch.id)) === null) throw batchNotFound(batch.id);
}

/** What of several batches matches, one batch after the other, and no more than so many. */
export async function* recordsOf(
  engine: ReadingEngine,
  batches: AsyncIterable<AnalysisBatch> | Iterable<AnalysisBatch>,
  filter: ResultFilter,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): AsyncGenerator<readonly ResultAnswer[]> {
  let left = limit;
  for await (const batch of batches) {
    // Purged since it was found, before anything of it was read: as if it had not been found.
    if ((await engine.read(batch.id)) === null) continue;
    for await (const page of batchRecords(engine, batch, filter, signal)) {
      yield page.slice(0, left);
      left -= page.length;
      if (left <= 0) return;
    }
  }
}
