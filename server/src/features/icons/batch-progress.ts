import { progressOf } from "../../engine/progress.ts";
import type { Batch } from "../../engine/records.ts";
import type { IconBatchOptions } from "./batch-plan.ts";
import type { BatchStatus } from "./choices.ts";

/** How far a batch of icons is, in the words of its API. */
export interface IconProgress {
  readonly status: BatchStatus;
  /** Whole percent of the icons; 100 only when none is left. */
  readonly progress: number;
  /** Icons that have ended, well or not. */
  readonly completed: number;
  readonly total: number;
  readonly totalCategories: number;
  readonly completedCategories: number;
  /** Null where none is worked on. */
  readonly currentCategory: string | null;
  readonly estimatedCompletion: Date | null;
}

export function iconProgressOf(
  batch: Batch,
  { categories, variations }: Pick<IconBatchOptions, "categories" | "variations">,
  now: Date,
): IconProgress {
  const completed = batch.succeeded + batch.failed;
  const status = statusOf(batch);
  const completedCategories = Math.floor(completed / variations);
  return {
    status,
    progress: batch.items === 0 ? 100 : Math.floor((completed / batch.items) * 100),
    completed,
    total: batch.items,
    totalCategories: categories.length,
    completedCategories,
    // They are begun in order, so the first that is not through is worked on.
    currentCategory: status === "running" ? (categories[completedCategories] ?? null) : null,
    estimatedCompletion: estimatedCompletion(batch, now),
  };
}

/** The API has five words. One that rests has not ended, and its clients go on asking. */
export function statusOf({ state, startedAt, succeeded }: Batch): BatchStatus {
  switch (state) {
    case "pending":
    case "queued":
    case "processing":
    case "paused":
      return startedAt === null ? "pending" : "running";
    case "completed":
    case "failed":
      // An icon that failed is told with it; a batch failed only where nothing came of it.
      return succeeded > 0 ? "completed" : "failed";
    case "cancelled":
      return "cancelled";
  }
}

export const hasEnded = (status: BatchStatus): boolean => status !== "pending" && status !== "running";

/** What ISO 8601 writes with four digits: a batch that hardly moves may end later than any calendar does. */
const latest = Date.UTC(9999, 11, 31);

/** By what the last seconds did, which tells more of the rest; a batch too young for that goes by its average. */
function estimatedCompletion(batch: Batch, now: Date): Date | null {
  if (batch.state !== "processing" && batch.state !== "queued") return null;
  const { processed, remaining, rate, elapsedMs } = progressOf(batch, now);
  const perMs = rate === null || rate === 0 ? processed / (elapsedMs ?? 0) : rate / 1000;
  if (!(perMs > 0 && perMs < Number.POSITIVE_INFINITY)) return null;
  const at = now.getTime() + remaining / perMs;
  return at > latest ? null : new Date(at);
}
