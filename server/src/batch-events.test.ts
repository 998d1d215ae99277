import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { createBatchEvents, type KindEvents } from "./batch-events.ts";
import type { Batch } from "./engine/records.ts";
import { createEvents } from "./platform/events/events.ts";
import { ownerTopic } from "./platform/events/live-event.ts";

const at = new Date("2026-11-21T12:00:00Z");

const batch: Batch = {
  ...{ id: "1", kind: "drawings", owner: "ann", name: "", priority: 0, items: 4, chunks: 1, options: null },
  ...{ state: "completed", succeeded: 4, failed: 0, amount: 0, chunksCompleted: 1, chunksFailed: 0 },
  ...{ createdAt: at, startedAt: at, completedAt: at, pausedAt: null, pausedMs: 0, reason: null },
  ...{ windowAt: null, windowProcessed: 0, deletedAt: null, purgeAfter: null, resettingSince: null },
};

const drawings: KindEvents = {
  kind: "drawings",
  topic: { prefix: "drawings", snapshot: async () => null, underWay: async () => [] },
  progress: async ({ succeeded }) => ({ name: "progress", data: succeeded, kind: "progress" }),
  change: (as) =>
    as === "started" ? null : { name: as, data: null, kind: as === "completed" ? "end" : "fact" },
  removed: () => ({ name: "gone", data: null, kind: "end" }),
};

/** Everything that is told to its owner. */
function setup(found: Batch | null = batch) {
  const log = pino({ level: "silent" });
  const events = createEvents({ redis: null, log, now: () => at });
  const told: string[] = [];
  events.subscribe({ topics: [ownerTopic("ann")], owner: "ann" }, ({ topic, name }) => {
    told.push(`${topic} ${name}`);
  });
  let reads = 0;
  const read = async () => {
    reads += 1;
    return found;
  };
  const batchEvents = createBatchEvents({ events, read, kinds: [drawings], log });
  onTestFinished(() => events.close());
  return { batchEvents, told, reads: () => reads };
}

test("what belongs together is read once and told in its order, the progress before the end", async () => {
  const { batchEvents, told, reads } = setup();
  batchEvents.onChanged("1", { as: "started" });
  batchEvents.onProgress("1");
  batchEvents.say("1", { name: "line", data: "the last one" });
  batchEvents.onChanged("1", { as: "completed" });
  batchEvents.onProgress("1");
  await batchEvents.close();
  expect(told).toEqual([
    ...["drawings/1 progress", "drawings/1 line", "drawings/1 progress", "drawings/1 completed"],
  ]);
  expect(reads()).toBe(2);
});

test("what is gone is told to whoever owned it, and kinds that nobody follows are not told at all", async () => {
  const gone = setup(null);
  gone.batchEvents.onProgress("1");
  gone.batchEvents.onChanged("1", { as: "removed", kind: "drawings", owner: "ann" });
  await gone.batchEvents.close();
  expect(gone.told).toEqual(["drawings/1 gone"]);

  const other = setup({ ...batch, kind: "unknown" });
  other.batchEvents.onChanged("1", { as: "completed" });
  await other.batchEvents.close();
  expect(other.told).toEqual([]);
});
