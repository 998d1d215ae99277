import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import * as wire from "./admin-schema.ts";
import { queueOf } from "./queue.ts";
import { type AnalysisRoutesOptions, answerWith, routeConfig, tags } from "./route-options.ts";
import { errorResponses } from "./schema.ts";

/** The batches of the installation in numbers. */
export const systemRoutes: FastifyPluginAsync<AnalysisRoutesOptions> = async (scope, options) => {
  const { engine, now } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const answer = answerWith(now);

  http.get("/api/v1/system/stats", {
    config: routeConfig(options),
    schema: {
      tags,
      operationId: "getSystemStats",
      summary: "All batches in numbers",
      response: { 200: wire.systemStatsResponse, ...errorResponses },
    },
    handler: async () => {
      const { batches, chunks, succeeded, failed } = await queueOf(engine);
      const processed = succeeded + failed;
      return answer({
        total_batches: Object.values(batches).reduce((sum, count) => sum + count, 0),
        active_batches: batches.queued + batches.processing,
        completed_batches: batches.completed,
        total_urls_processed: processed,
        overall_success_rate: processed === 0 ? 0 : Number(((succeeded / processed) * 100).toFixed(2)),
        queue_stats: {
          pending: chunks.pending + chunks.retrying,
          processing: chunks.processing,
          completed: chunks.completed,
          failed: chunks.failed,
        },
        status_counts: batches,
      });
    },
  });
};
