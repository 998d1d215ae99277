import type { LastingChange } from "../../engine/changes.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Batch } from "../../engine/records.ts";
import type { PublishedEvent } from "../../platform/events/live-event.ts";
import { mostUnderWay, type Topic } from "../../platform/events/topics.ts";
import { summaryAnswer } from "./answers.ts";
import { kindName } from "./catalog.kind.ts";
import { readRequest, summaryOf } from "./requests.ts";

/** Nothing goes on after these. */
const ends: ReadonlySet<LastingChange> = new Set(["completed", "failed", "cancelled", "deleted"]);

const dataOf = (batch: Batch) => summaryAnswer(summaryOf(batch));

/** Live events of requests. The data of each is their status without its products. */
export function createCatalogEvents({ engine }: { readonly engine: Pick<Engine, "read" | "list"> }) {
  const topic: Topic = {
    prefix: "catalog",
    // Requests belong to the installation: who knows the id of one may read it.
    async snapshot(id) {
      const batch = await readRequest(engine, id);
      return batch && dataOf(batch);
    },
    async underWay(owner) {
      const states = ["pending", "queued", "processing", "paused"] as const;
      const found = await engine.list({ kind: kindName, owner, states }, { limit: mostUnderWay });
      return found.map((batch) => ({ id: batch.id, data: dataOf(batch) }));
    },
  };

  return {
    kind: kindName,
    topic,
    progress: async (batch: Batch): Promise<PublishedEvent> => ({
      ...{ name: "catalog_progress", data: dataOf(batch), kind: "progress" },
    }),
    change: (as: LastingChange, batch: Batch, { data }: PublishedEvent): PublishedEvent => ({
      // For the engine a batch is complete whose items all failed; a request of which nothing came has failed.
      ...{ name: `catalog_${as === "completed" ? summaryOf(batch).status : as}`, data },
      kind: ends.has(as) ? "end" : "fact",
    }),
    removed: (id: string): PublishedEvent => ({
      name: "catalog_deleted",
      data: { request_id: id },
      kind: "end",
    }),
  };
}
