import type { FastifySchema } from "fastify";
import {
  efforts,
  fewestTargetBytes,
  mostPixels,
  mostTargetBytes,
  outputFormats,
  usualOptions,
} from "./upload-options.ts";

const field = (description: string, more: object = {}) => ({ type: "string", description, ...more });

/** The form of an upload, for the API page. It is read as it streams in, so no schema validates it as a whole. */
export const describeUpload = (schema: FastifySchema): FastifySchema => ({
  ...schema,
  headers: {
    type: "object",
    properties: {
      "Idempotency-Key": field("Any text of up to 255 visible ASCII characters; kept for 24 hours."),
    },
  },
  body: {
    content: {
      "multipart/form-data": {
        schema: {
          type: "object",
          required: ["file"],
          properties: {
            file: field(
              "CSV, plain or gzip, up to 200 MB unpacked, with one product per row below a header such as `product_name,image_url` or " +
                "`S. No.,Product Name,Input Image Urls`. A cell may hold up to 100 addresses, separated by commas, " +
                "semicolons, pipes or white space.",
              { format: "binary" },
            ),
            quality: field("1 to 100, or `auto`: the lowest at which an image still looks like its source.", {
              default: String(usualOptions.quality),
            }),
            format: field("`keep`: that of the source. `auto`: the smaller one of that and WebP.", {
              enum: outputFormats,
              default: usualOptions.format,
            }),
            max_dimension: field(
              `Pixels of the longer side, 1 to ${mostPixels}; smaller images are left as they are.`,
            ),
            target_bytes: field(
              `At most so many of each image, ${fewestTargetBytes} to ${mostTargetBytes}: less quality, then fewer pixels.`,
            ),
            effort: field("`best` takes several times as long, for fewer bytes.", {
              enum: efforts,
              default: usualOptions.effort,
            }),
          },
        },
      },
    },
  },
});
