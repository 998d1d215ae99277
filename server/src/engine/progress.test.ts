import { expect, test } from "vitest";
import { progressOf } from "./progress.ts";
import type { Batch } from "./records.ts";

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1_000);

const batch = (fields: Partial<Batch>): Batch => ({
  id: "b",
  kind: "synthetic",
  owner: "o",
  name: "n",
  state: "processing",
  options: null,
  priority: 0,
  items: 1_000,
  succeeded: 0,
  failed: 0,
  amount: 0,
  chunks: 1,
  chunksCompleted: 0,
  chunksFailed: 0,
  createdAt: at(0),
  startedAt: at(0),
  completedAt: null,
  pausedAt: null,
  pausedMs: 0,
  reason: null,
  windowAt: at(0),
  windowProcessed: 0,
  deletedAt: null,
  purgeAfter: null,
  resettingSince: null,
  ...fields,
});

test("counts failures as done, and says how much is left", () => {
  const progress = progressOf(batch({ succeeded: 200, failed: 50 }), at(10));
  expect(progress).toMatchObject({ processed: 250, remaining: 750, percent: 25 });
});

test("the rate is that of the window, not that since the start; the estimate follows from it", () => {
  const progress = progressOf(batch({ succeeded: 600, windowAt: at(100), windowProcessed: 400 }), at(120));
  expect(progress.rate).toBe(10);
  expect(progress.estimatedCompletion).toEqual(at(160));
});

test("without a window, in its first moment, or after a retry took items back, no rate is claimed", () => {
  for (const fields of [
    { windowAt: null },
    { windowAt: at(120) },
    { windowAt: at(130) },
    { windowProcessed: 700 },
  ])
    expect(progressOf(batch({ succeeded: 600, ...fields }), at(120))).toMatchObject({
      rate: null,
      estimatedCompletion: null,
    });
});

test("nothing moved: the rate is 0, and no end is promised", () => {
  expect(progressOf(batch({}), at(20))).toMatchObject({ rate: 0, estimatedCompletion: null });
});

test("who is not at work has no rate", () => {
  for (const state of ["pending", "paused", "completed", "failed", "cancelled"] as const)
    expect(progressOf(batch({ state, succeeded: 10 }), at(20)).rate).toBeNull();
});

test("time runs from the start to the end, to the present pause, or to now, without pauses", () => {
  const elapsed = (fields: Partial<Batch>) => progressOf(batch(fields), at(100)).elapsedMs;
  expect(elapsed({})).toBe(100_000);
  expect(elapsed({ pausedMs: 30_000 })).toBe(70_000);
  expect(elapsed({ state: "paused", pausedAt: at(60), pausedMs: 20_000 })).toBe(40_000);
  expect(elapsed({ state: "completed", completedAt: at(50) })).toBe(50_000);
  expect(elapsed({ state: "pending", startedAt: null })).toBeNull();
  // Clocks of two machines: never negative.
  expect(elapsed({ startedAt: at(101) })).toBe(0);
});

test("a batch without items is whole", () => {
  expect(progressOf(batch({ items: 0 }), at(1))).toMatchObject({ percent: 100, remaining: 0 });
});
