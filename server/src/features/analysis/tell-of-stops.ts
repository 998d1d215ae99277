import type { Batch } from "../../engine/records.ts";
import type { OnStopped } from "../../engine/stops.ts";
import type { Webhooks } from "../../platform/webhooks/webhooks.ts";
import { withUpload } from "./batches.ts";
import { kindName } from "./rows.kind.ts";

export interface TellOptions {
  readonly webhooks: Pick<Webhooks, "send">;
  /** What all paths of the service begin with; empty for nothing. */
  readonly basePath: string;
}

/**
 * For the engine: a batch that has completed, has failed or is paused tells its `webhook_url` so, by Standard Webhooks.
 * It costs one statement, and none where the batch has no such address.
 */
export const createTellOfStops =
  ({ webhooks, basePath }: TellOptions): OnStopped =>
  async (tx, { batch, code }) => {
    if (batch.kind !== kindName) return;
    const { webhookUrl } = withUpload(batch).upload;
    if (webhookUrl === null) return;
    const at = timeOf(batch);
    const event = `batch.${batch.state}`;
    await webhooks.send(tx, {
      // Of the change and no other: a batch that is retried completes once more, at another time.
      id: `msg_${batch.id}_${batch.state}_${at.getTime()}`,
      url: webhookUrl,
      event,
      body: { type: event, timestamp: at.toISOString(), data: dataOf(batch, code, basePath) },
      topic: `batch/${batch.id}`,
      owner: batch.owner,
    });
  };

/** When it stopped, as its answers have it too. */
function timeOf({ state, pausedAt, completedAt }: Batch): Date {
  const at = state === "paused" ? pausedAt : completedAt;
  if (at === null) throw new Error(`a batch is ${state} since no time`);
  return at;
}

/** The words of the API's own answers, so that whoever reads those reads this. */
const dataOf = (batch: Batch, code: string | null, basePath: string) => ({
  batch_id: batch.id,
  batch_name: batch.name,
  status: batch.state,
  total_urls: batch.items,
  processed_count: batch.succeeded + batch.failed,
  successful_count: batch.succeeded,
  failed_count: batch.failed,
  ...(batch.state === "paused" ? { reason: reasonOf(batch, code), error_message: batch.reason } : {}),
  progress_url: `${basePath}/api/v1/batches/${batch.id}/progress`,
});

/** Handlers give a code where they hold a batch for its costs; for anything else it waits for a model. */
const reasonOf = ({ reason }: Batch, code: string | null): string =>
  reason === null ? "requested" : (code ?? "model");
