import multipart from "@fastify/multipart";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { adminRoutes } from "./admin-routes.ts";
import { controlRoutes } from "./control-routes.ts";
import { maxUploadBytes } from "./create-batch.ts";
import { describeUpload } from "./describe-upload.ts";
import { estimateRoutes } from "./estimate-routes.ts";
import { exportRoutes } from "./exports/routes.ts";
import { analysisPages } from "./pages/routes.ts";
import { previewRoutes } from "./preview-routes.ts";
import { readingRoutes } from "./reading-routes.ts";
import { reviewRoutes } from "./review-routes.ts";
import { type AnalysisRoutesOptions, answerWith, routeConfig, tags } from "./route-options.ts";
import * as wire from "./schema.ts";
import { systemRoutes } from "./system-routes.ts";
import { receiveUpload, refuseEarly } from "./upload.ts";

/** API 001: a CSV of image addresses in, facts per image out. */
export const analysisRoutes: FastifyPluginAsync<AnalysisRoutesOptions> = async (scope, options) => {
  await scope.register(multipart, {
    limits: { fileSize: maxUploadBytes + 1, files: 1, fields: 20, fieldSize: 65_536, parts: 24 },
  });
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const config = routeConfig(options);
  const answer = answerWith(options.now);
  await scope.register(readingRoutes, options);
  await scope.register(controlRoutes, options);
  await scope.register(reviewRoutes, options);
  await scope.register(estimateRoutes, options);
  await scope.register(previewRoutes, options);
  await scope.register(exportRoutes, options);
  await scope.register(systemRoutes, options);
  await scope.register(adminRoutes, { ...options, audit: options.trail.within });
  await scope.register(analysisPages, options);

  http.post("/api/v1/batches", {
    config: { ...config, describe: describeUpload },
    schema: {
      tags,
      operationId: "createBatch",
      summary: "Creates a batch from a CSV file, and starts it",
      description:
        "Send a multipart form with the CSV as `file`. With an `Idempotency-Key` the same form can be sent again until " +
        "an answer arrives: there will be one batch.",
      response: { 201: wire.createdResponse, ...wire.errorResponses },
    },
    onRequest: refuseEarly,
    handler: async (request, reply) => {
      const created = await receiveUpload(options, request, { csvNames: false });
      if (created.replayed) reply.header("idempotent-replayed", "true");
      reply.code(created.status);
      // Its shape was built by this version or one before, and is answered as it was.
      return created.body as never;
    },
  });

  http.get("/api/v1/ping", {
    config,
    schema: {
      tags,
      operationId: "pingService",
      summary: "Answers, for whoever wants to know whether the API is there",
    },
    handler: async () => answer({ pong: true }),
  });
};
