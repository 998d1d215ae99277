import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { baseUrlOf } from "../../platform/http/base-url.ts";
import { callerSignal } from "../../platform/http/caller-signal.ts";
import { limitTo } from "../../platform/limits/inbound.ts";
import { createAnswers } from "./answers.ts";
import { callbackRoutes } from "./callbacks.ts";
import { cancelJob } from "./cancel-job.ts";
import { createJob } from "./create-job.ts";
import { modelAnswer } from "./describe-model.ts";
import { jobNotFound } from "./errors.ts";
import { readGenerateRequest } from "./generate-request.ts";
import { listJobs, readJob } from "./job-store.ts";
import { mediaFileRoutes } from "./media-routes.ts";
import { preferredWaitMs } from "./preferred-wait.ts";
import { type MediaRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";
import { acceptAnyBody } from "./validate-body.ts";
import { readId, readListQuery } from "./validate-query.ts";

/** That scripts of other origins may read. */
export const mediaHeaders = [
  "Accept-Ranges",
  "Content-Range",
  "Idempotent-Replayed",
  "Preference-Applied",
  "X-Process-Time",
];

/** API 002: a prompt in, stored pictures out. */
export const mediaRoutes: FastifyPluginAsync<MediaRoutesOptions> = async (scope, options) => {
  scope.addHook("onSend", async (_request, reply) => {
    reply.header("x-process-time", (reply.elapsedTime / 1_000).toFixed(4));
  });
  await scope.register(callbackRoutes, options.callbacks);
  await scope.register(mediaFileRoutes, options);
  await scope.register(jobRoutes, options);
};

const jobRoutes: FastifyPluginAsync<MediaRoutesOptions> = async (scope, options) => {
  const { database, ends, rates, told, trail } = options;
  acceptAnyBody(scope);
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const answersOf = createAnswers(options);

  http.post("/api/v1/jobs/generate", {
    ...wire.describedOnly,
    config: { access: "open", ...limitTo("media-create", rates.create) },
    schema: {
      tags,
      operationId: "createMediaJob",
      summary: "Has pictures made of a prompt",
      description:
        "With an `Idempotency-Key` the same request can be sent again until an answer arrives: there will be one job. " +
        "With `Prefer: wait=10` the answer comes when the job has ended, or after so many seconds, at most 60, and then " +
        "tells also what the status tells.",
      body: wire.generateBody,
      response: { 201: wire.createdResponse, ...wire.errorResponses },
    },
    handler: async (request, reply) => {
      const key = request.headers["idempotency-key"];
      const signal = callerSignal(reply);
      const baseUrl = baseUrlOf(options, request);
      const { body, replayed } = await createJob(options, {
        request: readGenerateRequest(request.body),
        owner: request.identity.owner,
        idempotencyKey: typeof key === "string" ? key : null,
        baseUrl,
      });
      reply.code(201);
      if (!replayed) told.created(body.id);
      if (replayed) reply.header("idempotent-replayed", "true");
      const waitMs = preferredWaitMs(request.headers["prefer"]);
      if (waitMs === null) return body as never;
      reply.header("preference-applied", `wait=${waitMs / 1_000}`);
      await ends.wait(body.id, waitMs, signal);
      const job = await readJob(database.sql, body.id);
      const [status] = job ? await answersOf([job], baseUrl) : [];
      return { ...body, ...status } as never;
    },
  });

  http.get("/api/v1/jobs/models", {
    config: { access: "open" },
    schema: {
      tags,
      operationId: "listMediaModels",
      summary: "The models that a job can name, and what each follows",
      response: { 200: wire.modelsResponse, ...wire.errorResponses },
    },
    handler: async () => ({
      models: options.models.list().map((model) => modelAnswer(model, options.models.usual)),
    }),
  });

  http.get("/api/v1/jobs/status/:job_id", {
    ...wire.describedOnly,
    config: { access: "open", ...limitTo("media-status", rates.status) },
    schema: {
      tags,
      operationId: "getMediaJob",
      summary: "How a job is",
      params: wire.jobPath,
      response: { 200: wire.statusResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const job = await readJob(database.sql, readId("job_id", request.params.job_id));
      if (!job) throw jobNotFound();
      const [answer] = await answersOf([job], baseUrlOf(options, request));
      return answer as never;
    },
  });

  http.get("/api/v1/jobs", {
    ...wire.describedOnly,
    config: { access: "open" },
    schema: {
      tags,
      operationId: "listMediaJobs",
      summary: "Jobs, newest first",
      querystring: wire.listQuery,
      response: { 200: wire.listResponse, ...wire.errorResponses },
    },
    handler: async (request) => {
      const { page, perPage, status: state } = readListQuery(request.query);
      const offset = (page - 1) * perPage;
      const { jobs, total } = await listJobs(database.sql, { state, limit: perPage, offset });
      return {
        jobs: (await answersOf(jobs, "relative")) as never,
        total,
        page,
        per_page: perPage,
        has_next: offset + jobs.length < total,
        has_prev: page > 1,
      };
    },
  });

  http.delete("/api/v1/jobs/:job_id", {
    ...wire.describedOnly,
    config: { access: "open" },
    schema: {
      tags,
      operationId: "cancelMediaJob",
      summary: "Cancels a job, at its provider too",
      params: wire.jobPath,
      response: wire.errorResponses,
    },
    handler: async (request, reply) => {
      const id = readId("job_id", request.params.job_id);
      await cancelJob(options, id, trail.within(request, "media.cancel", id));
      ends.tell(id);
      told.ended(id);
      return reply.code(204).send(undefined as never);
    },
  });
};
