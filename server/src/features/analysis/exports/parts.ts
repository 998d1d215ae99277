import type { Engine } from "../../../engine/engine.ts";
import type { Batch } from "../../../engine/records.ts";
import type { ResultFilter } from "../../../engine/result-filter.ts";

/** Rows of one export at most, and of one part. */
export const maxExportRows = 1_000_000;

/** Exports that a batch takes, each of a million rows of its file: the same ones while it runs, and whatever the filter. */
export const partsOf = ({ items }: Batch): number => Math.max(1, Math.ceil(items / maxExportRows));

export const positionsOf = (part: number) => [(part - 1) * maxExportRows, part * maxExportRows] as const;

/** More rows than one export holds. Counted only where there may be so many, and no further than needed. */
export async function isTooLarge(
  engine: Pick<Engine, "countResults">,
  batches: () => Iterable<Batch> | AsyncIterable<Batch>,
  filter: ResultFilter,
  signal: AbortSignal,
): Promise<boolean> {
  let most = 0;
  for await (const { succeeded, failed } of batches()) most += succeeded + failed;
  if (most <= maxExportRows) return false;
  let rows = 0;
  for await (const { id } of batches()) {
    rows += await engine.countResults(id, filter, { atMost: maxExportRows - rows, signal });
    if (rows > maxExportRows) return true;
  }
  return false;
}
