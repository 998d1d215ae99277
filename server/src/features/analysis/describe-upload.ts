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
            webhook_url: text("Stored with the batch."),
          },
        },
      },
    },
  },
});
