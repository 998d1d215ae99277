import type { LastingChange } from "../../engine/changes.ts";
import type { Batch } from "../../engine/records.ts";
import type { PublishedEvent } from "../../platform/events/live-event.ts";
import { mostUnderWay, type Topic } from "../../platform/events/topics.ts";
import { createBatchProgress } from "./batch-progress.ts";
import { createBatches, withUpload } from "./batches.ts";
import type { AnalysisRoutesOptions } from "./route-options.ts";
import { kindName } from "./rows.kind.ts";

/** Nothing goes on after these, unless somebody has it go on. */
const ends: ReadonlySet<LastingChange> = new Set(["completed", "failed", "cancelled", "deleted"]);

/** Live events of batches. The data of each is what `GET /api/v1/batches/{id}/progress` tells. */
export function createAnalysisEvents(
  options: Pick<AnalysisRoutesOptions, "engine" | "waitingUntil" | "now">,
) {
  const { engine, now } = options;
  const batches = createBatches(engine);
  const progressOf = createBatchProgress(options);

  const topic: Topic = {
    prefix: "batch",
    // Batches belong to the installation: who may ask this service may read them all.
    async snapshot(id) {
      const batch = await batches.get(id);
      return batch && (await progressOf(batch));
    },
    async underWay(owner) {
      const states = ["pending", "queued", "processing", "paused"] as const;
      const found = await engine.list({ kind: kindName, owner, states }, { limit: mostUnderWay });
      // Many batches have few models, and each is asked for once.
      const waits = new Map<string | null, Promise<Date | null>>();
      const progress = createBatchProgress({
        now,
        waitingUntil(model) {
          const wait = waits.get(model) ?? options.waitingUntil(model);
          waits.set(model, wait);
          return wait;
        },
      });
      return Promise.all(
        found.map(async (batch) => ({ id: batch.id, data: await progress(withUpload(batch)) })),
      );
    },
  };

  return {
    kind: kindName,
    topic,
    async progress(batch: Batch): Promise<PublishedEvent> {
      return { name: "batch_progress", data: await progressOf(withUpload(batch)), kind: "progress" };
    },
    change: (as: LastingChange, _batch: Batch, { data }: PublishedEvent): PublishedEvent => ({
      ...{ name: `batch_${as}`, data },
      kind: ends.has(as) ? "end" : "fact",
    }),
    removed: (id: string): PublishedEvent => ({
      name: "batch_deleted",
      data: { batch_id: id },
      kind: "end",
    }),
  };
}
