import { join } from "node:path";
import type { Logger } from "pino";
import type { Engine } from "./engine/engine.ts";
import type { BatchLane } from "./models/batch-lane/contract.ts";
import { createBatchLane } from "./models/batch-lane/lane.ts";
import type { Wanted } from "./models/batch-lane/settings.ts";
import { batchRequestLine, readBatchLine } from "./models/hosted/gemini-batch-lines.ts";
import type { GeminiBatches } from "./models/hosted/gemini-batches.ts";
import type { Ledger } from "./models/ledger/contract.ts";
import type { Quotas } from "./models/quotas/contract.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import type { ConfiguredProvider } from "./vision-providers.ts";

/** Google takes 2 GB; a part of that is over sooner, and is lost with less. */
const mostBytes = 200 * 2 ** 20;
/** Google runs 100 jobs of a project at a time, and keeps 20 GB of its files: these are 16 GB at most. */
const mostJobs = 80;
/** Google lists a job as soon as it has answered; where the answer is lost, it had the deadline of a request for it. */
const listedMs = 60_000;

/** The batch API of a provider as the way of rows that have time. */
export function createGeminiLane(
  config: Config,
  {
    configured: { scope, models, groups },
    batches,
    ...rest
  }: {
    readonly configured: ConfiguredProvider;
    readonly batches: GeminiBatches;
    readonly quotas: Quotas;
    readonly ledger: Ledger;
    readonly database: Database;
    readonly logger: Logger;
    readonly maxOutputTokens: number;
    readonly wanted: (batchId: string) => Promise<Wanted>;
  },
): BatchLane {
  return createBatchLane({
    ...rest,
    ...{ provider: scope, batches, groups },
    lines: { write: batchRequestLine, read: readBatchLine },
    models: new Map(models.map((model) => [model.id, model])),
    folder: join(config.DATA_DIR, "lane"),
    maxRequests: config.GEMINI_BATCH_ROWS,
    maxBytes: mostBytes,
    maxJobs: mostJobs,
    listedMs: Math.min(listedMs, config.GEMINI_BATCH_POLL_SECONDS * 1000),
    fillMs: config.GEMINI_BATCH_FILL_SECONDS * 1000,
    tickMs: 250,
    pollMs: config.GEMINI_BATCH_POLL_SECONDS * 1000,
    now: Date.now,
  });
}

/** What is to become of the questions of a batch, by its state. */
export async function wantedOf(engine: Pick<Engine, "read">, batchId: string): Promise<Wanted> {
  const batch = await engine.read(batchId);
  switch (batch?.state) {
    case "queued":
    case "processing":
      return "wanted";
    case "pending":
    case "paused":
      return "resting";
    case "cancelled":
    case "failed":
      return "unwanted";
    case "completed":
      return "over";
    case undefined:
      return "gone";
  }
}
