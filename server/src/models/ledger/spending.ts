import type { Spent } from "./contract.ts";
import type { BatchCost } from "./settle.ts";

interface SpendingOptions {
  readonly now: () => number;
  readonly read: (batchId: string) => Promise<Spent>;
}

interface Known {
  readonly spent: Spent;
  readonly readAt: number;
}

interface Spending {
  /** Reads what a batch has cost, unless that was done a moment ago. */
  refresh(batchId: string): Promise<void>;
  /** What a batch has cost as it is stored, at the last look. */
  stored(batchId: string): Spent;
  written(costs: readonly BatchCost[]): void;
  forgetOld(): void;
}

/** Every row of a batch asks before its model is: so often its sum is read again. Milliseconds. */
const freshMs = 1_000;
const keptMs = 60_000;
const nothing: Spent = { costMicros: 0, unpriced: 0 };

/** What batches have cost, for those who ask all the time. */
export function createSpending({ now, read }: SpendingOptions): Spending {
  const known = new Map<string, Known>();
  const reading = new Map<string, Promise<void>>();

  const readNow = (batchId: string): Promise<void> => {
    const result = read(batchId)
      .then((spent) => void known.set(batchId, { spent, readAt: now() }))
      .finally(() => reading.delete(batchId));
    reading.set(batchId, result);
    return result;
  };

  return {
    async refresh(batchId) {
      const last = known.get(batchId);
      if (!last || now() - last.readAt >= freshMs) await (reading.get(batchId) ?? readNow(batchId));
    },
    stored: (batchId) => known.get(batchId)?.spent ?? nothing,
    written(costs) {
      for (const { batchId, ...spent } of costs) known.set(batchId, { spent, readAt: now() });
    },
    forgetOld() {
      for (const [batchId, { readAt }] of known) if (now() - readAt > keptMs) known.delete(batchId);
    },
  };
}
