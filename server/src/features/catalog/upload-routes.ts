import multipart from "@fastify/multipart";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { expectForm } from "../../platform/http/form-headers.ts";
import { partsOf } from "../../platform/http/form-parts.ts";
import { limitTo } from "../../platform/limits/inbound.ts";
import { createRequest, maxUploadBytes } from "./create-request.ts";
import { describeUpload } from "./describe-upload.ts";
import { encodedBody, fileTooLarge, noFile } from "./refusals.ts";
import { access, type CatalogRoutesOptions, tags } from "./route-options.ts";
import * as wire from "./schema.ts";

/** A CSV of products in. */
export const uploadRoutes: FastifyPluginAsync<CatalogRoutesOptions> = async (scope, options) => {
  await scope.register(multipart, {
    limits: { fileSize: maxUploadBytes + 1, files: 1, fields: 20, fieldSize: 65_536, parts: 24 },
  });
  const http = scope.withTypeProvider<ZodTypeProvider>();

  http.post("/api/v1/upload", {
    config: { access, ...limitTo("catalog", options.rate), describe: describeUpload },
    schema: {
      tags,
      operationId: "uploadCatalog",
      summary: "Takes a CSV of products, and begins to make their images smaller",
      description:
        "With an `Idempotency-Key` the same form can be sent again until an answer arrives: there will be one request.",
      response: { 200: wire.uploadedResponse, ...wire.errorResponses },
    },
    onRequest: async ({ headers }) =>
      expectForm(headers, maxUploadBytes, {
        notAForm: noFile,
        encodedBody,
        tooLarge: () => fileTooLarge(maxUploadBytes),
      }),
    handler: async (request, reply) => {
      const key = request.headers["idempotency-key"];
      const created = await createRequest(options, {
        owner: request.identity.owner,
        idempotencyKey: typeof key === "string" ? key : null,
        parts: partsOf(request),
        also: ({ id, items }) => options.trail.within(request, "catalog.create", id, { products: items }),
      });
      if (created.replayed) reply.header("idempotent-replayed", "true");
      reply.code(created.status);
      // Its shape was built by this version or one before, and is answered as it was.
      return created.body as never;
    },
  });
};
