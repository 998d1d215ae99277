import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { storableText } from "../../platform/audit/storable.ts";
import { failures } from "../../platform/failures.ts";
import { reviewAnswer } from "./answers.ts";
import { createBatches } from "./batches.ts";
import { resultNotFound } from "./errors.ts";
import * as asked from "./requests.ts";
import * as wire from "./review-schema.ts";
import { type AnalysisRoutesOptions, answerWith, routeConfig, tags } from "./route-options.ts";
import { errorResponses } from "./schema.ts";

/** So long nobody has to ask again what codes mean: they change with the version of the service. */
const failuresAge = 300;

/**
 * What people say of results, and what they read about failures while they do. Who said what is stored with the row, so
 * verdicts are not in the audit log: there would be as many of them as rows.
 */
export const reviewRoutes: FastifyPluginAsync<AnalysisRoutesOptions> = async (scope, options) => {
  const { engine, now } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const batches = createBatches(engine);
  const config = routeConfig(options);
  const answer = answerWith(now);

  http.post("/api/v1/batches/:batch_id/results/:row/review", {
    config,
    schema: {
      tags,
      operationId: "reviewResult",
      summary: "Says whether a result is right",
      description: "Until the row is tried again: what comes of that is a result of which nothing was said.",
      params: asked.resultParameters,
      body: asked.reviewRequest,
      response: { 200: wire.reviewResponse, ...errorResponses },
    },
    handler: async (request) => {
      const { batch_id, row } = request.params;
      const { verdict, note } = request.body;
      const batch = await batches.find(batch_id);
      const position = row - 1;
      const by = storableText(request.identity.subject);
      const found = await engine.review(batch.id, {
        ...{ positions: [position], verdict, note: note || null, by },
      });
      const [result] = await engine.results(batch.id, { positions: [position, row] }, { limit: 1 });
      if (found.length === 0 || !result) throw resultNotFound(batch, row);
      return answer({ batch_id: batch.id, row, review: reviewAnswer(result.review) });
    },
  });

  http.post("/api/v1/batches/:batch_id/reviews", {
    config,
    schema: {
      tags,
      operationId: "reviewResults",
      summary: "Says the same of up to a thousand results",
      params: asked.batchParameters,
      body: asked.reviewsRequest,
      response: { 200: wire.reviewsResponse, ...errorResponses },
    },
    handler: async (request) => {
      const { rows, verdict, note } = request.body;
      const batch = await batches.find(request.params.batch_id);
      const wanted = [...new Set(rows)];
      const found = new Set(
        await engine.review(batch.id, {
          positions: wanted.map((row) => row - 1),
          ...{ verdict, note: note || null, by: storableText(request.identity.subject) },
        }),
      );
      return answer({
        batch_id: batch.id,
        reviewed: found.size,
        without_result: wanted.filter((row) => !found.has(row - 1)),
      });
    },
  });

  http.get("/api/v1/batches/:batch_id/reviews", {
    config,
    schema: {
      tags,
      operationId: "countReviews",
      summary: "How many results were accepted or flagged, and how many still need a look",
      params: asked.batchParameters,
      response: { 200: wire.reviewCountsResponse, ...errorResponses },
    },
    handler: async (request) => {
      const batch = await batches.find(request.params.batch_id);
      const { accepted, flagged, succeeded } = await engine.countVerdicts(batch.id);
      return answer({
        ...{ batch_id: batch.id, accepted, flagged },
        // Two reads, between which a batch at work moves.
        needs_review: Math.max(0, batch.succeeded - succeeded),
      });
    },
  });

  http.get("/api/v1/failures", {
    config,
    schema: {
      tags,
      operationId: "listFailures",
      summary: "What every failure code means, and what to do about it",
      response: { 200: wire.failuresResponse, ...errorResponses },
    },
    handler: async (_request, reply) => {
      reply.header("cache-control", `private, max-age=${failuresAge}`);
      return answer({
        failures: Object.entries(failures).map(([code, failure]) => ({ error_type: code, ...failure })),
      });
    },
  });
};
