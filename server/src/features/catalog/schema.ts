import { z } from "zod";
import { mostLimit, usualLimit } from "./list-query.ts";
import { mostPerPage, usualPerPage } from "./status-query.ts";
import { catalogStatuses } from "./statuses.ts";
import { efforts, outputFormats } from "./upload-options.ts";
import { webhookEvents } from "./webhook-config.ts";

const count = z.int().nonnegative();
const bytes = count.describe("Bytes that the outputs are smaller than the inputs.");
const errorCode = z.string().describe("Stable: the API's guide to errors explains each.");
const status = z.enum(catalogStatuses);

/** For the API page; {@link readWebhookConfig} reads what came. */
export const webhookBody = z.object({
  webhook_url: z.string().describe("An http or https address of up to 2048 characters."),
  events: z.array(z.enum(webhookEvents)).min(1).describe("Of which the address is told."),
});

export const statusPath = z.object({ request_id: z.string() });

export const imagePath = z.object({ file: z.string().describe("Name of a file, as other answers have it.") });

/** For the API page; {@link readStatusQuery} reads what came. */
export const statusQuery = z.object({
  page: z.int().min(1).optional().describe("Absent, like `per_page`: all products."),
  per_page: z.int().min(1).max(mostPerPage).optional().describe(`Absent: ${usualPerPage}.`),
});

export const uploadedResponse = z.object({
  request_id: z.uuid(),
  status: z.literal("received"),
  message: z.string(),
});

const totals = {
  progress: z
    .object({ total: count, completed: count, failed: count, remaining: count })
    .describe("Of all products, whatever the page."),
  saved_bytes: bytes,
};

export const summaryResponse = z.object({ request_id: z.uuid(), status, ...totals });

export const statusResponse = z.object({
  request_id: z.uuid(),
  status: status.describe("`failed` only where nothing came of any product."),
  products: z.array(
    z.object({
      serial_number: z.int().describe("As in the file; otherwise the number of the row, from 1."),
      product_name: z.string(),
      input_urls: z.array(z.string()),
      output_urls: z
        .array(z.string())
        .describe("Of the images that were made, in the order of the input; empty until all have ended."),
      processing_status: status.describe("`completed` where at least one image was made."),
      outputs: z
        .array(
          z.object({
            input_url: z.string(),
            output_url: z.string().nullable(),
            error: z.string().nullable(),
            error_code: errorCode.nullable(),
            saved_bytes: bytes,
            input_bytes: count.optional(),
            output_bytes: count.optional(),
            format: z.string().optional(),
            width: z.int().optional().describe("Pixels, upright."),
            height: z.int().optional(),
            quality: z.int().nullable().optional().describe("Null where no detail was given up."),
            why: z
              .string()
              .nullable()
              .optional()
              .describe(
                "Why the output is not what was asked for: `not_smaller` (it is the input, without its metadata), " +
                  "`beyond_format`, `cannot_animate`, `too_many_frames`, `target_missed`; null where it is.",
              ),
            similarity: z
              .number()
              .nullable()
              .optional()
              .describe(
                "SSIM of copies of input and output of at most 512 pixels, 1 where nothing differs; null where it was not measured.",
              ),
          }),
        )
        .describe("All images that have ended."),
      errors: z.array(z.object({ input_url: z.string(), error: z.string(), error_code: errorCode })),
      saved_bytes: bytes,
    }),
  ),
  ...totals,
  page: z.int().min(1).optional(),
  per_page: z.int().min(1).optional(),
  total_pages: count.optional(),
});

/** For the API page; {@link readListQuery} reads what came. */
export const listQuery = z.object({
  limit: z.int().min(1).max(mostLimit).optional().describe(`Absent: ${usualLimit}.`),
  after: z.string().optional().describe("`next_after` of the page before."),
});

const time = z.iso.datetime().describe("ISO 8601, UTC.");

const listed = z.object({
  request_id: z.uuid(),
  state: z
    .enum([...catalogStatuses, "cancelled"])
    .describe("As `status`, and `cancelled` where somebody cancelled it."),
  file_name: z.string().nullable().describe("Of the CSV, as it was sent."),
  created_at: time,
  completed_at: time.nullable(),
  products: z.object({ total: count, done: count, failed: count, remaining: count }),
  images: z.object({ total: count, done: count, failed: count }).nullable(),
  bytes_before: count.nullable().describe("Of the images that were made, before."),
  bytes_after: count.nullable(),
  saved_bytes: bytes,
  saved_percent: z.number().nullable().describe("Of `bytes_before`."),
});

export const listResponse = z.object({
  requests: z.array(listed),
  next_after: z
    .string()
    .nullable()
    .describe("Send it as `after` for older catalogs; null where there are none."),
});

export const oneResponse = listed.extend({
  options: z.object({
    quality: z.union([z.int(), z.literal("auto")]),
    format: z.enum(outputFormats),
    max_dimension: z.int().nullable(),
    target_bytes: z.int().nullable(),
    effort: z.enum(efforts),
  }),
  failures: z
    .array(
      z.object({
        error_code: errorCode,
        count,
        example: z.object({ error: z.string(), input_url: z.string() }),
      }),
    )
    .describe("Of images, and of products that name none: the most frequent code first."),
});

export const configuredResponse = z.object({ message: z.string() });

const refusal = z.object({ detail: z.string() });

export const errorResponses = { "4xx": refusal, "5xx": refusal };

/** Requests are read and refused in words of this API's own: what is declared is for the API page. */
export const describedOnly = { validatorCompiler: () => (value: unknown) => ({ value }) };
