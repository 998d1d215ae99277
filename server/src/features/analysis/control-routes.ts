import { randomUUID } from "node:crypto";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Also } from "../../engine/control.ts";
import { createBatches } from "./batches.ts";
import { dollarsOf } from "./budget.ts";
import * as asked from "./requests.ts";
import { type AnalysisRoutesOptions, answerWith, ownerOf, routeConfig, tags } from "./route-options.ts";
import * as wire from "./schema.ts";

/** What somebody does with a batch. */
export const controlRoutes: FastifyPluginAsync<AnalysisRoutesOptions> = async (scope, options) => {
  const { engine, trail, now } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const batches = createBatches(engine);
  const config = routeConfig(options);
  const errors = wire.errorResponses;
  const answer = answerWith(now);

  const control = {
    start: {
      summary: "Starts a batch that waits",
      message: "Batch processing started",
      run: (id: string, also: Also) => engine.start(id, { maxActive: options.maxActive, ...also }),
      done: {},
    },
    pause: {
      summary: "Begins no more rows; those under way finish",
      message: "Batch processing paused",
      run: engine.pause,
      done: { paused: true },
    },
    cancel: {
      summary: "Ends a batch; what it has found is kept",
      message: "Batch processing cancelled",
      run: engine.cancel,
      done: { cancelled: true },
    },
  } as const;
  for (const [verb, { summary, message, run, done }] of Object.entries(control)) {
    http.post(`/api/v1/batches/:batch_id/${verb}`, {
      config,
      schema: {
        tags,
        operationId: `${verb}Batch`,
        summary,
        params: asked.batchParameters,
        response: { 200: wire.controlResponse, ...errors },
      },
      handler: async (request) => {
        const { before, batch } = await batches.change(request.params.batch_id, async (found) => ({
          before: found.state,
          batch: await run(found.id, { also: trail.within(request, `batch.${verb}`, found.id) }),
        }));
        // What waits its turn, or did until now, was started, though no row of it may have begun.
        const started = batch.startedAt !== null || verb === "start" || before !== "pending";
        return answer({ batch_id: batch.id, started, ...done, status: batch.state }, message);
      },
    });
  }

  http.post("/api/v1/batches/:batch_id/resume", {
    config,
    schema: {
      tags,
      operationId: "resumeBatch",
      summary: "Goes on with a paused batch",
      description:
        "A batch that has reached its `max_cost_usd` is paused again at once unless that is raised.",
      params: asked.batchParameters,
      body: asked.resumeRequest,
      response: { 200: wire.controlResponse, ...errors },
    },
    handler: async (request) => {
      const { max_cost_usd: maxCostMicros } = request.body;
      const batch = await batches.change(request.params.batch_id, async ({ id, upload }) =>
        maxCostMicros === undefined
          ? engine.resume(id, { also: trail.within(request, "batch.resume", id) })
          : engine.resume(id, {
              options: { ...upload, maxCostMicros },
              also: trail.within(request, "batch.resume", id, { max_cost_usd: dollarsOf(maxCostMicros) }),
            }),
      );
      return answer(
        { batch_id: batch.id, started: true, resumed: true as const, status: batch.state },
        "Batch processing resumed",
      );
    },
  });

  http.post("/api/v1/batches/:batch_id/force-start", {
    config,
    schema: {
      tags,
      operationId: "forceStartBatch",
      summary: "Starts a batch from any state, chunks that were given up included",
      params: asked.batchParameters,
      body: asked.forceStartRequest,
      response: { 200: wire.controlResponse, ...errors },
    },
    handler: async (request) => {
      const { skip_validation: skipValidation } = request.body;
      const force = { maxActive: options.maxActive, skipValidation };
      return batches.change(request.params.batch_id, async (before) => {
        const also = trail.within(request, "batch.force_start", before.id, {
          skip_validation: skipValidation,
        });
        const batch = await engine.forceStart(before.id, { ...force, also });
        return answer(
          {
            batch_id: batch.id,
            started: true,
            status: batch.state,
            original_status: before.state,
            new_status: batch.state,
            chunks_reset: Math.max(0, before.chunksFailed - batch.chunksFailed),
          },
          "Batch processing started",
        );
      });
    },
  });

  http.post("/api/v1/batches/:batch_id/retry", {
    config,
    schema: {
      tags,
      operationId: "retryBatch",
      summary: "Runs failed rows again: all of them, those with certain codes, or certain ones",
      description:
        "No other row runs, but for those that have no result because their chunk was given up. What a row failed with stays in its history, and it has all its tries again. Of a paused batch " +
        "the rows wait until it is resumed.",
      params: asked.batchParameters,
      body: asked.retryRequest,
      response: { 200: wire.retryResponse, ...errors },
    },
    handler: async (request) =>
      batches.change(request.params.batch_id, async ({ id }) => {
        const { codes, rows } = request.body;
        const { batch, items } = await engine.retry(id, {
          maxActive: options.maxActive,
          ...(codes ? { codes } : {}),
          ...(rows ? { positions: rows.map((row) => row - 1) } : {}),
          also: trail.within(request, "batch.retry", id, {
            codes: codes ?? null,
            ...(rows ? { rows } : {}),
          }),
        });
        return answer(
          { batch_id: id, retried: items, status: batch.state },
          items === 1 ? "1 row is tried again" : `${items} rows are tried again`,
        );
      }),
  });

  http.post("/api/v1/batches/:batch_id/clone", {
    config,
    schema: {
      tags,
      operationId: "cloneBatch",
      summary: "A new batch of the same rows",
      params: asked.batchParameters,
      body: asked.cloneRequest,
      response: { 201: wire.cloneResponse, ...errors },
    },
    handler: async (request, reply) => {
      const { new_name: name, copy_results: copyResults, webhook_url: webhookUrl } = request.body;
      const id = randomUUID();
      const clone = await batches.change(request.params.batch_id, async (source) =>
        engine.clone(source.id, {
          id,
          name,
          owner: ownerOf(request),
          // With `refresh`, what the source found is too old for the clone.
          options: {
            ...source.upload,
            requestedAt: (await engine.now()).toISOString(),
            ...(webhookUrl === undefined ? {} : { webhookUrl }),
          },
          copyResults,
          also: trail.within(request, "batch.clone", source.id, {
            new_batch_id: id,
            copy_results: copyResults,
          }),
        }),
      );
      reply.code(201);
      return answer(
        {
          batch_id: clone.id,
          original_batch_id: request.params.batch_id.toLowerCase(),
          new_batch_id: clone.id,
          new_batch_name: clone.name,
          chunks_created: clone.chunks,
          results_copied: clone.succeeded + clone.failed,
          status: clone.state,
        },
        "Batch cloned",
      );
    },
  });

  http.post("/api/v1/batches/:batch_id/soft-delete", {
    config,
    schema: {
      tags,
      operationId: "softDeleteBatch",
      summary: "Stops and hides a batch, and purges it after a time",
      params: asked.batchParameters,
      body: asked.softDeleteRequest,
      response: { 200: wire.softDeleteResponse, ...errors },
    },
    handler: async (request) => {
      const { retention_days } = request.body;
      const batch = await batches.change(request.params.batch_id, ({ id }) =>
        engine.softDelete(id, retention_days, {
          also: trail.within(request, "batch.soft_delete", id, { retention_days }),
        }),
      );
      const purgeAfter = batch.purgeAfter?.toISOString() ?? null;
      return answer(
        {
          batch_id: batch.id,
          retention_days,
          deletion_date: purgeAfter,
          purge_after: purgeAfter,
          status: batch.state,
        },
        "Batch deleted; it can be read until it is purged",
      );
    },
  });

  http.delete("/api/v1/batches/:batch_id", {
    config,
    schema: {
      tags,
      operationId: "deleteBatch",
      summary: "Deletes a batch with its results, for good",
      params: asked.batchParameters,
      querystring: asked.deleteQuery,
      response: { 200: wire.deleteResponse, ...errors },
    },
    handler: async (request) => {
      const { force } = request.query;
      return batches.change(request.params.batch_id, async ({ id, name }) => {
        await engine.remove(id, { force, also: trail.within(request, "batch.delete", id, { force, name }) });
        return answer({ batch_id: id, deleted: true as const }, "Batch deleted");
      });
    },
  });
};
