import type { FastifyPluginAsync, FastifySchema } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { storeFacts } from "../../models/instructions.ts";
import { partsOf } from "../../platform/http/form-parts.ts";
import { describeUpload } from "./describe-upload.ts";
import { estimate } from "./estimate.ts";
import { readCount, readForm } from "./estimate-upload.ts";
import { instructionOf } from "./question.ts";
import { type AnalysisRoutesOptions, answerWith, routeConfig, tags } from "./route-options.ts";
import * as wire from "./schema.ts";
import { refuseEarly } from "./upload.ts";

/** What a batch would cost, and how long it would take. */
export const estimateRoutes: FastifyPluginAsync<AnalysisRoutesOptions> = async (scope, options) => {
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const answer = answerWith(options.now);

  http.post("/api/v1/batches/estimate", {
    config: { ...routeConfig(options), describe: describeEstimate },
    schema: {
      tags,
      operationId: "estimateBatch",
      summary: "Estimates the cost and the time of a batch, and stores nothing",
      description:
        "Send the form of a new batch, with `width` and `height` of a usual picture if they are known; or JSON with the " +
        "number of `rows`. What is known of pictures already costs nothing, so the bill may be lower.",
      response: { 200: wire.estimateResponse, ...wire.errorResponses },
    },
    onRequest: async (request) => {
      if (!isJson(request.headers["content-type"])) await refuseEarly(request);
    },
    handler: async (request) => {
      const known = { ...options.choices, now: options.now() };
      const { load, fields } = isJson(request.headers["content-type"])
        ? readCount(request.body, known)
        : await readForm(partsOf(request), known);
      const terms = options.termsOf?.(fields.model) ?? null;
      return answer(estimate(load, terms, instructionOf(fields.instruction) ?? storeFacts, fields.lane));
    },
  });
};

const isJson = (contentType: string | undefined) => /^application\/json\b/i.test(contentType ?? "");

const pixels = { type: "integer", minimum: 1, maximum: 100_000, description: "Pixels of a usual picture." };
const text = { type: ["string", "null"] };

function describeEstimate(schema: FastifySchema): FastifySchema {
  // Of its own making: the form of a new batch.
  const { body } = describeUpload(schema) as {
    body: { content: { "multipart/form-data": { schema: FormSchema } } };
  };
  const form = body.content["multipart/form-data"].schema;
  return {
    ...schema,
    body: {
      content: {
        "multipart/form-data": {
          schema: { ...form, properties: { ...form.properties, width: pixels, height: pixels } },
        },
        "application/json": {
          schema: {
            type: "object",
            required: ["rows"],
            properties: {
              rows: { type: "integer", minimum: 1, maximum: 100_000_000 },
              lane: { type: "string", enum: ["online", "batch"], default: "online" },
              ...{ model: text, instruction: text, schema: {}, width: pixels, height: pixels },
            },
          },
        },
      },
    },
  };
}

interface FormSchema {
  readonly properties: object;
}
