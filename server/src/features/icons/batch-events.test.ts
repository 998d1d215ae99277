import { expect, test } from "vitest";
import type { Batch } from "../../engine/records.ts";
import { createIconEvents, outputLine } from "./batch-events.ts";
import { planBatch } from "./batch-plan.ts";
import { readBatchRequest } from "./requests.ts";

const request = readBatchRequest({ categories: ["tools", "sports"], variations_per_category: 2 });
const { options } = planBatch(request, { owner: "ann", model: null });
const at = new Date("2026-11-21T12:00:00Z");
const id = "0b0e8400-e29b-41d4-a716-446655440000";

/** Of four icons. */
const batch = (part: Partial<Batch>): Batch => ({
  ...{ id, kind: "icons", owner: "ann", name: "", priority: 0, items: 4, chunks: 1, options },
  ...{ state: "processing", succeeded: 0, failed: 0, amount: 0, chunksCompleted: 0, chunksFailed: 0 },
  ...{ createdAt: at, startedAt: at, completedAt: null, pausedAt: null, pausedMs: 0, reason: null },
  ...{ windowAt: null, windowProcessed: 0, deletedAt: null, purgeAfter: null, resettingSince: null },
  ...part,
});

const never = () => Promise.reject(new Error("not asked"));
const events = createIconEvents({ engine: { read: never, list: never }, now: () => at });

test("the end of a batch is told by what has come of it, and the rest of its life by its progress alone", async () => {
  const ended = (as: "completed" | "failed" | "cancelled", part: Partial<Batch>) =>
    events.change(as, batch({ state: as, completedAt: at, ...part }));
  expect(ended("completed", { succeeded: 3, failed: 1 })).toEqual({
    ...{ name: "job_completed", kind: "end" },
    data: { job_id: id, summary: { status: "completed", total: 4, successful: 3, failed: 1 } },
  });
  expect(ended("cancelled", { succeeded: 1 })).toMatchObject({
    ...{ name: "job_completed", data: { summary: { status: "cancelled", successful: 1, failed: 0 } } },
  });
  for (const as of ["completed", "failed"] as const) {
    expect(ended(as, { failed: 4 })).toEqual({
      ...{ name: "job_failed", kind: "end" },
      data: { job_id: id, error: "None of the 4 icons could be made." },
    });
  }
  // What is read may be further than what is told of: its end is told by its own change.
  const over = batch({ state: "completed", completedAt: at, succeeded: 4 });
  expect((["created", "started", "resumed"] as const).map((as) => events.change(as, over))).toEqual([
    ...[null, null, null],
  ]);
  expect(await events.progress(batch({ succeeded: 1, failed: 1 }))).toEqual({
    ...{ name: "batch_progress", kind: "progress" },
    data: { batch_id: id, progress: 50, current_category: "sports", completed: 2, total: 4 },
  });
});

test("a line of output names its batch as the job", () => {
  expect(outputLine(id, "tools: done")).toEqual({
    ...{ name: "job_output", data: { job_id: id, line: "tools: done" } },
  });
});
