import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { CleanedBatch, CleanedUp } from "../../engine/clean-up.ts";
import type { Transaction } from "../../platform/database/sql.ts";
import * as wire from "./admin-schema.ts";
import { idWithin } from "./answers.ts";
import { createBatches } from "./batches.ts";
import { queueOf } from "./queue.ts";
import { queueAdvice } from "./queue-advice.ts";
import { batchParameters } from "./requests.ts";
import { type AnalysisRoutesOptions, answerWith, tags } from "./route-options.ts";
import { kindName } from "./rows.kind.ts";
import { errorResponses } from "./schema.ts";

export interface AdminRoutesOptions extends AnalysisRoutesOptions {
  /** Writes down who did something, in the transaction that does it. @param target a batch; null for the queue */
  readonly audit: (
    request: FastifyRequest,
    action: "admin.cleanup" | "admin.reset",
    target: string | null,
    details: Readonly<Record<string, unknown>>,
  ) => (tx: Transaction) => Promise<void>;
}

/** Names of what a worker takes: ours, and one that clients of the reference send. */
const jobTypes: readonly string[] = ["chunk_processing", "process_chunk"];
const mostBatches = 100;

/** A hand on the queue; for the administrator where there is one. */
export const adminRoutes: FastifyPluginAsync<AdminRoutesOptions> = async (scope, options) => {
  const { engine, now, audit } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const batches = createBatches(engine);
  const config = { access: "operator" } as const;
  const answer = answerWith(now);

  http.get("/admin/queue/status", {
    config,
    schema: {
      tags,
      operationId: "getQueueStatus",
      summary: "The queue, what is stuck in it, and what to do about it",
      response: { 200: wire.queueStatusResponse, ...errorResponses },
    },
    handler: async () => {
      const [queue, trouble] = await Promise.all([queueOf(engine), engine.trouble(kindName)]);
      const { pending, processing, retrying, completed, failed } = queue.chunks;
      return answer({
        queue_stats: { pending, processing, retrying, completed, failed },
        total_stuck: trouble.stuck.total,
        stuck_jobs: trouble.stuck.chunks.map(({ batchId, number, state, retries, createdAt }) => ({
          job_id: idWithin(batchId, `chunk ${number}`),
          job_type: "chunk_processing" as const,
          status: state,
          retry_count: retries,
          batch_id: batchId,
          chunk_id: idWithin(batchId, `chunk ${number}`),
          created_at: createdAt.toISOString(),
        })),
        recommendations: queueAdvice(queue, trouble),
      });
    },
  });

  http.post("/admin/queue/cleanup", {
    config,
    schema: {
      tags,
      operationId: "cleanUpQueue",
      summary: "Ends batches that nobody works on",
      description:
        "Batches that are pending, queued or processing and of which nothing was worked on for `max_age_hours`. What a " +
        "worker holds, and what is paused, is never touched. Try it with `dry_run` first.",
      body: wire.cleanupRequest,
      response: { 200: wire.cleanupResponse, ...errorResponses },
    },
    handler: async (request) => {
      const { job_types, max_age_hours: hours, clean_database: cancel, dry_run: dryRun } = request.body;
      const types = jobTypes.filter((type) => job_types?.includes(type) ?? true);
      const nothing = types.length === 0;
      const cleaned = await engine.cleanUp(kindName, {
        idleMs: hours * 3_600_000,
        cancel,
        dryRun: dryRun || nothing,
        reason: cleanedUp(hours),
        alsoCancelled: (tx, batch) =>
          audit(request, "admin.cleanup", batch.id, { chunks: batch.chunks, was: batch.state })(tx),
        alsoDone: (tx, done) => audit(request, "admin.cleanup", null, detailsOf(hours, cancel, done))(tx),
      });
      const { batches: found, chunks, kept } = nothing ? untouched(cleaned) : cleaned;
      return answer({
        redis_removed_count: chunks,
        db_reset_count: cancel ? found.length : 0,
        kept_count: kept,
        removed_types: types,
        cutoff_hours: hours,
        clean_database: cancel,
        dry_run: dryRun,
        batches: found.slice(0, mostBatches).map(cleanedBatch),
      });
    },
  });

  http.post("/admin/batch/:batch_id/reset", {
    config,
    schema: {
      tags,
      operationId: "resetBatch",
      summary: "Takes a batch back to its beginning: its results are removed",
      description:
        "Pending, queued and processing ones; with `force` any. `dry_run` changes nothing, answers what would be removed, " +
        "and is refused where the reset would be.",
      params: batchParameters,
      body: wire.resetRequest,
      response: { 200: wire.resetResponse, ...errorResponses },
    },
    handler: async (request) =>
      batches.change(request.params.batch_id, async ({ id, name, state, succeeded, failed }) => {
        const { force, dry_run: dryRun } = request.body;
        const results = succeeded + failed;
        const also = audit(request, "admin.reset", id, { force, was: state, results });
        const batch = await engine.reset(id, { force, dryRun, also });
        return answer({
          success: true as const,
          message: dryRun
            ? "Nothing was changed; this is what a reset would do"
            : "Batch reset; start it to work on it again",
          reset_chunks: batch.chunks,
          batch_status: "pending" as const,
          dry_run: dryRun,
          batch_name: name,
          was: state,
          removed_results: results,
        });
      }),
  });
};

const cleanedUp = (hours: number) =>
  hours === 0
    ? "Cleaned up by an administrator: nobody was working on it."
    : `Cleaned up by an administrator: nothing of it was worked on for ${hours} ${hours === 1 ? "hour" : "hours"}.`;

/** Of a cleanup of jobs that there are none of. */
const untouched = ({ chunks, kept }: CleanedUp): CleanedUp => ({
  batches: [],
  chunks: 0,
  kept: kept + chunks,
});

const detailsOf = (hours: number, cancel: boolean, { batches, chunks, kept }: CleanedUp) => ({
  max_age_hours: hours,
  clean_database: cancel,
  batches: batches.length,
  chunks,
  kept,
});

const cleanedBatch = ({ id, name, state, chunks, lastActivity }: CleanedBatch) => ({
  batch_id: id,
  batch_name: name,
  status: state,
  open_chunks: chunks,
  last_activity: lastActivity.toISOString(),
});
