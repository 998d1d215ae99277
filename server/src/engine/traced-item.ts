import type { Trace } from "../platform/tracing/trace.ts";
import type { ItemWork } from "./item-work.ts";
import type { ItemContext } from "./kind.ts";

/**
 * Work on an item is a trace of its own: its batch was asked for by a request that has long ended, perhaps a million items
 * ago.
 */
export const tracedItem = (
  trace: Trace,
  kind: string,
  { batchId, position, attempt }: Pick<ItemContext, "batchId" | "position" | "attempt">,
  work: () => Promise<ItemWork | null>,
): Promise<ItemWork | null> =>
  trace(
    `work on ${kind}`,
    {
      ...{ kind: "consumer", root: true },
      attributes: {
        "fovea.kind": kind,
        "fovea.batch.id": batchId,
        "fovea.row": position,
        "fovea.attempt": attempt,
      },
    },
    async (span) => {
      const worked = await work();
      const outcome = worked?.outcome;
      span.set({ "fovea.outcome": outcome?.status ?? "interrupted" });
      if (outcome?.status === "failed") span.fail(outcome.code);
      // Tried again: for this try it is a failure, for the item it is not.
      else if (outcome?.status === "later" && outcome.code !== null) span.set({ "error.type": outcome.code });
      return worked;
    },
  );
