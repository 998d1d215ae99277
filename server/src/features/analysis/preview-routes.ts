import type { FastifyPluginAsync, FastifySchema } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { partsOf } from "../../platform/http/form-parts.ts";
import { preview } from "./preview-schema.ts";
import { previewUpload } from "./preview-upload.ts";
import { type AnalysisRoutesOptions, answerWith, routeConfig, tags } from "./route-options.ts";
import * as wire from "./schema.ts";
import { refuseEarly } from "./upload.ts";

/** What an upload would read of a file. */
export const previewRoutes: FastifyPluginAsync<AnalysisRoutesOptions> = async (scope, options) => {
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const answer = answerWith(options.now);

  http.post("/api/v1/batches/preview", {
    config: { ...routeConfig(options), describe: describePreview },
    schema: {
      tags,
      operationId: "previewBatch",
      summary: "Tells what an upload would read of a file, and stores nothing",
      description:
        "Encoding, delimiter, the column of addresses, the first rows, and rows without an address by what to do about them. " +
        "Of a large file its beginning is enough, with `partial=true` before it.",
      response: { 200: wire.envelope(preview), ...wire.errorResponses },
    },
    onRequest: refuseEarly,
    handler: async (request) => answer(await previewUpload(partsOf(request))),
  });
};

const describePreview = (schema: FastifySchema): FastifySchema => ({
  ...schema,
  body: {
    content: {
      "multipart/form-data": {
        schema: {
          type: "object",
          required: ["file"],
          properties: {
            partial: {
              type: "string",
              default: "false",
              description:
                "`true`: the file is the beginning of one, and the row that its end cuts off is left out. Stands before `file`.",
            },
            file: { type: "string", format: "binary", description: "As it would be uploaded." },
          },
        },
      },
    },
  },
});
