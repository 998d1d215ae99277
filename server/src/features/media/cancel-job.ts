import type { Generations } from "../../models/generation/contract.ts";
import type { Database } from "../../platform/database/database.ts";
import type { Transaction } from "../../platform/database/sql.ts";
import type { Jobs } from "../../platform/jobs/jobs.ts";
import { cannotCancel, jobNotFound } from "./errors.ts";
import { hasEnded, type MediaJob } from "./job.ts";
import { changeJob, lockJob } from "./job-store.ts";
import { mediaSteps } from "./steps.ts";

export interface CancelOptions {
  readonly database: Database;
  readonly generations: Pick<Generations, "cancel">;
  readonly jobs: Pick<Jobs, "send">;
}

/**
 * Ends a job for its caller at once; its provider is told by the step that is sent with it.
 *
 * @param also within the transaction
 * @throws {AppError} `job_not_found`, `job_not_cancellable`
 */
export async function cancelJob(
  { database, generations, jobs }: CancelOptions,
  id: string,
  also: (tx: Transaction) => Promise<void>,
): Promise<MediaJob> {
  return await database.transaction(async (tx) => {
    const job = await lockJob(tx, id);
    if (!job) throw jobNotFound();
    if (hasEnded(job.state)) throw cannotCancel(job.state);
    await generations.cancel(tx, id);
    const cancelled = await changeJob(tx, id, { state: "cancelled" });
    await jobs.send(tx, mediaSteps, { jobId: id, hint: true });
    await also(tx);
    return cancelled;
  });
}
