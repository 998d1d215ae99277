import type { Batch } from "../../engine/records.ts";

/** When a batch of {@link batchOf} is looked at: it has worked for a quarter of an hour, as in the reference's samples. */
export const now = new Date("2025-11-02T10:45:15.000Z");

/** The batch of the reference's samples, for tests: 750 of 1500 rows in two chunks, 30 of them failed. */
export const batchOf = (changes: Partial<Batch> = {}): Batch => ({
  id: "123e4567-e89b-12d3-a456-426614174000",
  kind: "analysis",
  owner: "tester",
  name: "My Image Analysis Batch",
  state: "processing",
  options: {},
  priority: 0,
  items: 1500,
  succeeded: 720,
  failed: 30,
  amount: 0,
  chunks: 2,
  chunksCompleted: 0,
  chunksFailed: 0,
  createdAt: new Date("2025-11-02T10:30:00.000Z"),
  startedAt: new Date("2025-11-02T10:30:15.000Z"),
  completedAt: null,
  pausedAt: null,
  pausedMs: 0,
  reason: null,
  windowAt: null,
  windowProcessed: 0,
  deletedAt: null,
  purgeAfter: null,
  resettingSince: null,
  ...changes,
});
