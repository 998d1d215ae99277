import type { Engine } from "../../../engine/engine.ts";
import type { ResultFilter } from "../../../engine/result-filter.ts";

/**
 * Whether an export has columns with what people said of results: where the filter asks for it, and with metadata where
 * anything was said in one of the batches. The columns that clients know stay the only ones of a batch that nobody reviews.
 */
export async function hasReviewColumns(
  engine: Pick<Engine, "hasReviews">,
  batchIds: readonly string[],
  metadata: boolean,
  filter: ResultFilter,
): Promise<boolean> {
  if (filter.review !== undefined) return true;
  if (!metadata) return false;
  for (const id of batchIds) if (await engine.hasReviews(id)) return true;
  return false;
}
