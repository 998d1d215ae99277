import multipart from "@fastify/multipart";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { controlRoutes } from "./control-routes.ts";
import { createBatch, type FormPart, maxUploadBytes } from "./create-batch.ts";
import { describeUpload } from "./describe-upload.ts";
import { encodedBody, notAForm, toFormError, uploadTooLarge } from "./errors.ts";
import { readingRoutes } from "./reading-routes.ts";
import { type AnalysisRoutesOptions, answerWith, ownerOf, routeConfig, tags } from "./route-options.ts";
import * as wire from "./schema.ts";

/** Names, boundaries and settings around the file. */
const formOverheadBytes = 1024 * 1024;

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
    // Refused before a byte of the body is read.
    onRequest: async (request) => {
      if (!/^multipart\/form-data\b/i.test(request.headers["content-type"] ?? "")) throw notAForm();
      if (!/^(identity)?$/i.test(request.headers["content-encoding"] ?? "")) throw encodedBody();
      if (Number(request.headers["content-length"] ?? 0) > maxUploadBytes + formOverheadBytes) {
        throw uploadTooLarge(maxUploadBytes);
      }
    },
    handler: async (request, reply) => {
      const key = request.headers["idempotency-key"];
      const created = await createBatch(options, {
        owner: ownerOf(request),
        idempotencyKey: typeof key === "string" ? key : null,
        parts: partsOf(request),
      });
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

async function* partsOf(request: FastifyRequest): AsyncGenerator<FormPart> {
  try {
    yield* request.parts() as AsyncIterable<FormPart>;
  } catch (error) {
    throw toFormError(error);
  }
}
