import type { FastifySchema } from "fastify";
import { z } from "zod";
import { formatFacts } from "./formats.ts";

const responses = z.record(z.string(), z.unknown());
const file = { schema: { type: "string", format: "binary" } } as const;

/** Adds the file to what a route answers, for the API page: no schema validates what is streamed. */
export const describeDownload = (schema: FastifySchema): FastifySchema => ({
  ...schema,
  response: {
    200: {
      description: "The file, as an attachment.",
      content: Object.fromEntries(
        [...Object.values(formatFacts).map(({ mimeType }) => mimeType), "application/zip"].map((type) => [
          type,
          file,
        ]),
      ),
    },
    ...responses.parse(schema.response),
  },
});
