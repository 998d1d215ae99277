import { type Outcome, waitUntil } from "../../engine/kind.ts";
import type { BatchLane, DeferredQuestion } from "../../models/batch-lane/contract.ts";
import { type Instruction, ModelError } from "../../models/contract.ts";
import type { Spending } from "./budget.ts";
import { describedAs, failureOfModel } from "./describe-picture.ts";
import { pictureOnly } from "./result.ts";

interface DeferredOptions {
  readonly instruction: Instruction;
  readonly now: () => number;
  /** Of the row. */
  readonly purpose: DeferredQuestion["purpose"];
  /** Older answers do not count; null for any. */
  readonly since: Date | null;
  /** The answer is to the question of this very row. */
  readonly onOwnAnswer: () => void;
}

/** A row's dealings with the batch lane: it asks once, and comes back to look. */
export function createDeferred(
  lane: BatchLane,
  { instruction, now, purpose, since, onOwnAnswer }: DeferredOptions,
) {
  return {
    ask: (key: string, model: string, question: Omit<DeferredQuestion, "key" | "model">): Promise<Date> =>
      lane.ask({ ...question, key, model }, since),

    /** @returns null where the question is not asked yet */
    async look(key: string): Promise<Outcome | null> {
      const known = await lane.look(key, purpose, since);
      switch (known?.as) {
        case undefined:
          return null;
        case "waiting":
          return waitUntil(known.until);
        case "failed":
          return failureOfModel(new ModelError(known.failure), new Date(now()));
        case "answered":
          if (known.purpose.batchId === purpose.batchId && known.purpose.position === purpose.position)
            onOwnAnswer();
          return describedAs(known.described, instruction, pictureOnly.parse(known.facts));
      }
    },
  };
}

/** How soon a batch asks again whether it may spend more. Milliseconds. */
const restMs = 5_000;

/**
 * Until when a batch may not ask more: its lane is full, or what is asked already may cost all that is left to it.
 *
 * @returns null where it may
 */
export async function laneIsFull(
  lane: BatchLane,
  {
    id,
    maxCostMicros,
    spending,
    now,
  }: {
    readonly id: string;
    readonly maxCostMicros: number | null;
    readonly spending: Spending;
    readonly now: () => number;
  },
): Promise<Date | null> {
  const until = lane.full();
  if (until !== null || maxCostMicros === null) return until;
  const reserved = await lane.reservedMicros(id);
  const mayCost = reserved + (await spending.spent(id)).costMicros;
  return reserved > 0 && mayCost >= maxCostMicros ? new Date(now() + restMs) : null;
}
