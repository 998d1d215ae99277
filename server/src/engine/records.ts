import type { Json } from "./kind.ts";
import type { Review } from "./review.ts";
import type { BatchState } from "./states.ts";

/** A batch as it is read: one row, whatever the size of the batch. */
export interface Batch {
  readonly id: string;
  readonly kind: string;
  readonly owner: string;
  readonly name: string;
  readonly state: BatchState;
  readonly options: Json;
  readonly priority: number;
  readonly items: number;
  readonly succeeded: number;
  readonly failed: number;
  /**
   * What the items that succeeded here add up to, as they said. The results that a clone came with are the other's; a
   * sum that no number can tell exactly stays at the largest that can.
   */
  readonly amount: number;
  readonly chunks: number;
  readonly chunksCompleted: number;
  readonly chunksFailed: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly pausedAt: Date | null;
  /** Milliseconds spent in `paused` so far, the present pause excluded. */
  readonly pausedMs: number;
  /** Why the service paused it, or a clean-up cancelled it; null where a person did. */
  readonly reason: string | null;
  /** Where the sliding window of the rate begins. */
  readonly windowAt: Date | null;
  readonly windowProcessed: number;
  readonly deletedAt: Date | null;
  readonly purgeAfter: Date | null;
  /** When a reset of it began that is not through yet. */
  readonly resettingSince: Date | null;
}

/** Final outcome of one item. */
export type ItemResult = {
  readonly position: number;
  readonly input: Json;
  readonly tookMs: number;
  readonly createdAt: Date;
} & (
  | { readonly succeeded: true; readonly output: Json }
  | {
      readonly succeeded: false;
      readonly code: string;
      readonly message: string;
      /** What was found out all the same; null where nothing was. */
      readonly output: Json;
    }
);

/** A result with what a person said of it. */
export type ReviewedResult = ItemResult & { readonly review: Review | null };

/** An item with its result, or without one where it has not ended. */
export interface Item {
  readonly position: number;
  /** A worker has taken up the chunk that it is in. */
  readonly begun: boolean;
  readonly input: Json;
  readonly result: ItemResult | null;
}
