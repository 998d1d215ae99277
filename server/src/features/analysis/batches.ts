import type { Engine } from "../../engine/engine.ts";
import type { Batch } from "../../engine/records.ts";
import type { AnalysisBatch } from "./answers.ts";
import { batchOptions } from "./batch-options.ts";
import { batchNotFound, refusalsOf } from "./errors.ts";
import { kindName } from "./rows.kind.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The batches of this API: those of other kinds do not exist for it. */
export interface Batches {
  /** Null where there is none, also for what is no id at all. */
  get(id: string): Promise<AnalysisBatch | null>;
  /** @throws {AppError} 404 `batch_not_found`, also for what is no id at all */
  find(id: string): Promise<AnalysisBatch>;
  /** Finds a batch, changes it, and says a refusal in the words of this API. */
  change<Value>(id: string, operation: (batch: AnalysisBatch) => Promise<Value>): Promise<Value>;
}

export const withUpload = (batch: Batch): AnalysisBatch => ({
  ...batch,
  upload: batchOptions.parse(batch.options),
});

export function createBatches(engine: Engine): Batches {
  const get = async (id: string) => {
    const batch = uuid.test(id) ? await engine.read(id.toLowerCase()) : null;
    return batch?.kind === kindName ? withUpload(batch) : null;
  };
  const find = async (id: string) => {
    const batch = await get(id);
    if (!batch) throw batchNotFound(id);
    return batch;
  };
  return {
    get,
    find,
    async change(id, operation) {
      const batch = await find(id);
      return refusalsOf(id, operation(batch));
    },
  };
}
