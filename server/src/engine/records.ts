import type { Json } from "./kind.ts";
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
  | { readonly succeeded: false; readonly code: string; readonly message: string }
);
