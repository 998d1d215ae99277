import type { FastifyPluginAsync, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { storeFacts } from "../../models/instructions.ts";
import { callerSignal } from "../../platform/http/caller-signal.ts";
import { sendShownPicture, shownQuery } from "../../platform/outbound/shown-picture.ts";
import { type AnalysisBatch, chunkAnswer, details, listed, pollingInterval, toAnswer } from "./answers.ts";
import { rowInput } from "./batch-options.ts";
import { createBatchProgress } from "./batch-progress.ts";
import { createBatches, withUpload } from "./batches.ts";
import { analyzeErrors } from "./error-analysis.ts";
import { resultNotFound } from "./errors.ts";
import { allowedPerMinute } from "./estimate.ts";
import { healthOf } from "./health-score.ts";
import { jobAnswer } from "./lane-jobs.ts";
import { instructionOf } from "./question.ts";
import * as asked from "./requests.ts";
import { toResultFilter } from "./result-filters.ts";
import { type AnalysisRoutesOptions, answerWith, routeConfig, tags } from "./route-options.ts";
import { kindName } from "./rows.kind.ts";
import * as wire from "./schema.ts";
import { usageAnswer } from "./usage.ts";

/** What is known of batches. */
export const readingRoutes: FastifyPluginAsync<AnalysisRoutesOptions> = async (scope, options) => {
  const { engine, now } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const batches = createBatches(engine);
  const progressOf = createBatchProgress(options);
  const config = routeConfig(options);
  const errors = wire.errorResponses;
  const answer = answerWith(now);

  http.get("/api/v1/batches", {
    config,
    schema: {
      tags,
      operationId: "listBatches",
      summary: "Batches, newest first",
      querystring: asked.listQuery,
      response: { 200: wire.listResponse, ...errors },
    },
    handler: async (request) => {
      const { limit, page, per_page, status, include_soft_deleted } = request.query;
      const size = per_page || limit;
      const filter = {
        kind: kindName,
        includeDeleted: include_soft_deleted,
        ...(status ? { states: [status] } : {}),
      };
      const [found, total] = await Promise.all([
        engine.list(filter, { limit: size, offset: (page - 1) * size }),
        engine.count(filter),
      ]);
      const pages = Math.ceil(total / size);
      return answer({
        batches: found.map((batch) => listed(withUpload(batch), now())),
        count: found.length,
        limit: size,
        status_filter: status ?? null,
        pagination: {
          page,
          per_page: size,
          total,
          total_pages: pages,
          has_next: page < pages,
          has_prev: page > 1,
        },
      });
    },
  });

  const withInterval = (reply: FastifyReply, batch: AnalysisBatch) => {
    const { seconds, reason } = pollingInterval(batch, now());
    reply.headers({ "x-polling-interval": String(seconds), "x-polling-interval-reason": reason });
    return batch;
  };

  const detailRoutes = [
    ["/api/v1/batch/:batch_id", "getBatch", "A batch in full"],
    ["/api/v1/batches/:batch_id", "getBatchDetails", "A batch in full"],
    ["/api/v1/batches/:batch_id/status", "getBatchStatus", "A batch in full, and when to ask again"],
  ] as const;
  for (const [url, operationId, summary] of detailRoutes) {
    http.get(url, {
      config,
      schema: {
        tags,
        operationId,
        summary,
        params: asked.batchParameters,
        response: { 200: wire.detailsResponse, ...errors },
      },
      handler: async (request, reply) => {
        const batch = withInterval(reply, await batches.find(request.params.batch_id));
        return answer(details(batch, now(), await usageAnswer(options.ledger, batch.id)));
      },
    });
  }

  http.get("/api/v1/batches/:batch_id/progress", {
    config,
    schema: {
      tags,
      operationId: "getBatchProgress",
      summary: "How far a batch is: one row is read, whatever its size",
      params: asked.batchParameters,
      response: { 200: wire.progressResponse, ...errors },
    },
    handler: async (request, reply) => {
      const batch = withInterval(reply, await batches.find(request.params.batch_id));
      return answer(await progressOf(batch));
    },
  });

  http.get("/api/v1/batches/:batch_id/chunks", {
    config,
    schema: {
      tags,
      operationId: "getBatchChunks",
      summary: "The chunks of a batch",
      params: asked.batchParameters,
      querystring: asked.chunksQuery,
      response: { 200: wire.chunksResponse, ...errors },
    },
    handler: async (request) => {
      const { limit, after } = request.query;
      const batch = await batches.find(request.params.batch_id);
      const chunks = await engine.chunks(batch.id, {
        limit,
        ...(after === undefined ? {} : { after: after - 1 }),
      });
      return answer({
        batch_id: batch.id,
        chunks: chunks.map((chunk) => chunkAnswer(batch.id, chunk, now())),
        total_chunks: batch.chunks,
      });
    },
  });

  http.get("/api/v1/batches/:batch_id/jobs", {
    config,
    schema: {
      tags,
      operationId: "getBatchJobs",
      summary: "The jobs that a batch of the batch lane has at the provider, the newest first",
      params: asked.batchParameters,
      querystring: asked.jobsQuery,
      response: { 200: wire.jobsResponse, ...errors },
    },
    handler: async (request) => {
      const batch = await batches.find(request.params.batch_id);
      const model = batch.upload.model ?? options.choices.usual ?? "";
      const jobs = (await options.lanes.get(model)?.jobs(batch.id, request.query.limit)) ?? [];
      return answer({ batch_id: batch.id, lane: batch.upload.lane, jobs: jobs.map(jobAnswer) });
    },
  });

  http.get("/api/v1/batches/:batch_id/results", {
    config,
    schema: {
      tags,
      operationId: "getBatchResults",
      summary: "Results in the order of the file, a page at a time",
      params: asked.batchParameters,
      querystring: asked.resultsQuery,
      response: { 200: wire.resultsResponse, ...errors },
    },
    handler: async (request) => {
      const { limit, after } = request.query;
      const batch = await batches.find(request.params.batch_id);
      const found = await engine.results(
        batch.id,
        toResultFilter(request.query),
        // `after` is a row of the file, which the positions of the engine count from 0.
        { limit: limit + 1, ...(after === undefined ? {} : { after: after - 1 }) },
      );
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return answer({
        batch_id: batch.id,
        columns: batch.upload.columns,
        results: page.map((result) => toAnswer(batch, result)),
        count: page.length,
        next_after: found.length > limit && last ? last.position + 1 : null,
      });
    },
  });

  http.get("/api/v1/batches/:batch_id/results/:row", {
    config,
    schema: {
      tags,
      operationId: "getBatchResult",
      summary: "The result of one row, and the tries before it",
      params: asked.resultParameters,
      response: { 200: wire.resultResponse, ...errors },
    },
    handler: async (request) => {
      const { batch_id, row } = request.params;
      const batch = await batches.find(batch_id);
      const position = row - 1;
      const [found] = await engine.results(batch.id, { positions: [position, row] }, { limit: 1 });
      if (!found) throw resultNotFound(batch, row);
      const attempts = await engine.attempts(batch.id, position);
      return answer({
        ...toAnswer(batch, found),
        attempts: attempts.map(({ number, code, message, at, final }) => ({
          number,
          error_type: code,
          error_message: message,
          final,
          at: at.toISOString(),
        })),
      });
    },
  });

  http.get("/api/v1/batches/:batch_id/results/:row/image", {
    config: { access: config.access },
    schema: {
      tags,
      operationId: "getBatchResultImage",
      summary: "The picture of a row, small: a JPEG for people to look at",
      description:
        "It is fetched from the row's address now, guarded as every fetch is, and kept for some minutes. 404 with the code of the " +
        "failure where there is none.",
      params: asked.resultParameters,
      querystring: shownQuery,
      response: errors,
    },
    handler: async (request, reply) => {
      const { batch_id, row } = request.params;
      const batch = await batches.find(batch_id);
      const signal = callerSignal(reply);
      for await (const [item] of engine.itemPages(batch.id, { first: row - 1, past: row, signal })) {
        const { url } = rowInput.parse(item?.input);
        const picture = await options.showPicture(url, { size: request.query.size, signal });
        return sendShownPicture(request, reply, picture) as never;
      }
      throw resultNotFound(batch, row);
    },
  });

  http.get("/api/v1/batches/:batch_id/health", {
    config,
    schema: {
      tags,
      operationId: "getBatchHealth",
      summary: "How well a batch does, 0 to 100",
      params: asked.batchParameters,
      response: { 200: wire.healthResponse, ...errors },
    },
    handler: async (request) => {
      const batch = await batches.find(request.params.batch_id);
      const instruction = instructionOf(batch.upload.instruction) ?? storeFacts;
      const target = allowedPerMinute(options.termsOf(batch.upload.model), instruction);
      return answer(healthOf(batch, await engine.failures(batch.id), target, now()));
    },
  });

  http.get("/api/v1/batches/:batch_id/analyze", {
    config,
    schema: {
      tags,
      operationId: "analyzeBatchErrors",
      summary: "What failed in a batch, by cause",
      params: asked.batchParameters,
      response: { 200: wire.errorAnalysisResponse, ...errors },
    },
    handler: async (request) => {
      const batch = await batches.find(request.params.batch_id);
      return answer(analyzeErrors(await engine.failures(batch.id)));
    },
  });
};
