import { type AnalysisBatch, progress } from "./answers.ts";
import type { AnalysisRoutesOptions } from "./route-options.ts";

/** How far a batch is, as the API and its live events tell it: of the batch one row is read, whatever its size. */
export const createBatchProgress =
  ({ waitingUntil, now }: Pick<AnalysisRoutesOptions, "waitingUntil" | "now">) =>
  async (batch: AnalysisBatch) => {
    const works = batch.state === "queued" || batch.state === "processing";
    return progress(batch, now(), works ? await waitingUntil(batch.upload.model) : null);
  };
