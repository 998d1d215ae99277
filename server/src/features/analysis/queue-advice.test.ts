import { expect, test } from "vitest";
import type { QueueStatus } from "../../engine/queue-status.ts";
import type { QueueTrouble } from "../../engine/stale.ts";
import { queueAdvice } from "./queue-advice.ts";

const quiet: QueueTrouble = {
  stuck: { total: 0, chunks: [] },
  held: { total: 0, batches: [] },
  working: false,
};

const adviceOn = (chunks: Partial<QueueStatus["chunks"]>, trouble: Partial<QueueTrouble> = {}) =>
  queueAdvice(
    {
      kind: "analysis",
      batches: { pending: 0, queued: 0, processing: 0, paused: 0, completed: 0, failed: 0, cancelled: 0 },
      succeeded: 0,
      failed: 0,
      openItems: 0,
      chunks: { pending: 0, retrying: 0, processing: 0, completed: 0, failed: 0, brokenDown: 0, ...chunks },
      waitMs: 0,
    },
    { ...quiet, ...trouble },
  );

const normal = ["Queue is operating normally"];

test("nothing is advised where nothing is to be done", () => {
  expect(adviceOn({})).toEqual(normal);
  expect(adviceOn({ pending: 500, processing: 4, completed: 100 }, { working: true })).toEqual(normal);
  // Those of cancelled batches, and one that broke down by chance.
  expect(adviceOn({ completed: 100, failed: 800, brokenDown: 1 })).toEqual(normal);
});

test("chunks that wait while none is worked on want a look, and a worker once they have waited long", () => {
  expect(adviceOn({ pending: 2, retrying: 1 })).toEqual([
    "3 chunks wait and none is being worked on. If this stays so, check that a process with ROLE=worker or ROLE=all is running.",
  ]);
  expect(adviceOn({ pending: 1 }, { stuck: { total: 1, chunks: [] } })).toEqual([
    "1 chunk has not moved for 30 minutes and no worker is alive: start a process with ROLE=worker or ROLE=all.",
  ]);
});

test("chunks of dead workers are given back by others, where there are some", () => {
  expect(adviceOn({ processing: 3 }, { stuck: { total: 2, chunks: [] }, working: true })).toEqual([
    expect.stringMatching(/^2 chunks are held by workers that died; .* clean_database=false/),
  ]);
});

test("many chunks that broke down are a fault to look for in the log", () => {
  expect(adviceOn({ completed: 95, brokenDown: 5 })).toEqual([
    expect.stringMatching(/^5 chunks broke down .* "a slice broke down", then force-start/),
  ]);
});

test("held batches are named with what has to change", () => {
  const batches = [{ id: "4f", name: "shops", reason: "No model can see images." }];
  expect(adviceOn({}, { held: { total: 3, batches } })).toEqual([
    'The batch "shops" (4f) is held: No model can see images. Resume it once that is mended.',
    "2 more batches are held.",
  ]);
});
