import type { FastifySchema } from "fastify";

const text = (description: string, more: object = {}) => ({ type: "string", description, ...more });

/** The form of an upload, for the API page. It is read as it streams in, so no schema validates it as a whole. */
export const describeUpload = (schema: FastifySchema): FastifySchema => ({
  ...schema,
  headers: {
    type: "object",
    properties: {
      "Idempotency-Key": text("Any text of up to 255 visible ASCII characters; kept for 24 hours."),
    },
  },
  body: {
    content: {
      "multipart/form-data": {
        schema: {
          type: "object",
          required: ["file"],
          properties: {
            file: text(
              "CSV, plain or gzip, up to 200 MB unpacked: UTF-8 or UTF-16, separated by comma, semicolon, tab or |. One column " +
                "is called `url`, `image_url`, `link` or the like, or holds addresses from the first row on. Other columns are kept.",
              { format: "binary" },
            ),
            batch_name: text("Absent: `Batch_` and the time."),
            auto_start: text("`false` leaves the batch pending.", { default: "true" }),
            model: text("A vision model by name, such as `local`; absent: the configured one."),
            cache: text(
              "`use`: what is known of an address is used for a time. `revalidate`: its server is asked whether the image changed. " +
                "`refresh`: every image is fetched and analyzed anew.",
              { enum: ["use", "revalidate", "refresh"], default: "use" },
            ),
            webhook_url: text(
              "An http or https address of up to 2048 characters that is told when the batch completes, fails or is paused, by " +
                "Standard Webhooks. Shown without its user, password and query.",
            ),
            max_cost_usd: text(
              "The batch is paused when its calls to models have cost about so many dollars; up to six decimals. Absent: no limit.",
            ),
            lane: text(
              "`batch` asks by way of the provider's batch API: for half the price with Gemini, and within a day or so.",
              { enum: ["online", "batch"], default: "online" },
            ),
            instruction: text(
              "What the model is told instead of the default, up to 8000 characters. `local` reads none.",
            ),
            schema: text(
              "JSON Schema of the answers instead of the default five facts: an object with 1 to 50 properties, in up to 16 KB of " +
                "JSON. Its properties become columns of exports.",
            ),
          },
        },
      },
    },
  },
});
