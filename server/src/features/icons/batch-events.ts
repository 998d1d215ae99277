import type { LastingChange } from "../../engine/changes.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Batch } from "../../engine/records.ts";
import type { PublishedEvent } from "../../platform/events/live-event.ts";
import { mostUnderWay, type Topic } from "../../platform/events/topics.ts";
import { batchProgress, type IconBatch } from "./answers.ts";
import { iconProgressOf, statusOf } from "./batch-progress.ts";
import { asIconBatch, readBatch } from "./batches.ts";
import { batchKind } from "./icons.kind.ts";

export interface IconEventsOptions {
  readonly engine: Pick<Engine, "read" | "list">;
  readonly now: () => Date;
}

/** Live events of batches of icons, by the names and with the payloads that the API documents for its sockets. */
export function createIconEvents({ engine, now }: IconEventsOptions) {
  const progressOf = (batch: IconBatch) =>
    batchProgress(batch.id, iconProgressOf(batch, batch.options, now()));
  // Who begins to follow has missed the event that told of the end.
  const snapshotOf = (batch: IconBatch) => ({ ...progressOf(batch), status: statusOf(batch) });

  const topic: Topic = {
    prefix: "icons",
    async snapshot(id, identity) {
      const batch = await readBatch(engine, id, identity);
      return batch && snapshotOf(batch);
    },
    async underWay(owner) {
      const states = ["pending", "queued", "processing", "paused"] as const;
      const found = await engine.list({ kind: batchKind, owner, states }, { limit: mostUnderWay });
      return found.map((batch) => ({ id: batch.id, data: snapshotOf(asIconBatch(batch)) }));
    },
  };

  return {
    kind: batchKind,
    topic,
    progress: async (batch: Batch): Promise<PublishedEvent> => ({
      ...{ name: "batch_progress", data: progressOf(asIconBatch(batch)), kind: "progress" },
    }),
    /** Of the life of a batch the API documents the end alone. */
    change: (as: LastingChange, batch: Batch): PublishedEvent | null => (ends.has(as) ? endOf(batch) : null),
    removed: (): null => null,
  };
}

const ends: ReadonlySet<LastingChange> = new Set(["completed", "failed", "cancelled"]);

function endOf(batch: Batch): PublishedEvent {
  const { id, items, succeeded, failed } = batch;
  const status = statusOf(batch);
  if (status !== "failed") {
    const summary = { status, total: items, successful: succeeded, failed };
    return { name: "job_completed", data: { job_id: id, summary }, kind: "end" };
  }
  const error = items === 1 ? "The icon could not be made." : `None of the ${items} icons could be made.`;
  return { name: "job_failed", data: { job_id: id, error }, kind: "end" };
}

/** @param line what a person reads of an icon that has ended */
export const outputLine = (batchId: string, line: string): PublishedEvent => ({
  name: "job_output",
  data: { job_id: batchId, line },
});
