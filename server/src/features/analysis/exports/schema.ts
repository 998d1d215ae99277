import { z } from "zod";
import { flagOr, optionalFlag, resultFilterFields } from "../result-filters.ts";
import { envelope, resultFacts } from "../schema.ts";
import { exportFormats } from "./formats.ts";
import { maxExportRows } from "./parts.ts";

const format = z
  .preprocess(
    (value) => (typeof value === "string" ? value.trim().toLowerCase() || undefined : (value ?? undefined)),
    z.enum(exportFormats, { error: `expected one of ${exportFormats.join(", ")}` }).default("csv"),
  )
  .meta({ type: "string", enum: [...exportFormats], default: "csv" });

/** What every export may be asked for. */
const contentFields = {
  format,
  metadata: flagOr(
    true,
    "Also the columns that tell how a result came about; `false` leaves the nine of the preview.",
  ),
  bom: flagOr(false, "CSV with a byte order mark, by which Excel knows UTF-8 when it opens the file itself."),
  raw: flagOr(
    false,
    "CSV with every value as it is. Otherwise text that a spreadsheet would take for a formula begins with `'`.",
  ),
};

const inputColumns = optionalFlag("Also the columns of the uploaded file; absent: as `metadata`.");

const wholeNumber = (maximum: number) => {
  const error = `expected a whole number from 1 to ${maximum}`;
  const number = z.int({ error }).min(1, { error }).max(maximum, { error });
  return z
    .preprocess((value) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value), number)
    .meta({ type: "integer", minimum: 1, maximum });
};

/** What is misspelled is refused: ignoring a filter would export what was not asked for. */
export const exportQuery = z.strictObject({
  ...contentFields,
  input_columns: inputColumns,
  part: wholeNumber(1_000)
    .optional()
    .describe(
      "Of a batch of more than a million rows: 1 for the first million rows of the file, 2 for the next.",
    ),
  ...resultFilterFields,
});

/** Takes what an export takes, as the document says; how the file would be written changes nothing of its records. */
export const previewQuery = exportQuery.extend({
  count: flagOr(false, "Also counts what matches, which for some filters reads the whole batch."),
});

/** Null, nothing and blank stand for no filter, as an empty form field does. */
const nothingIsEmpty = (value: unknown) => value ?? {};

const batchId = z
  .string({ error: "expected the id of a batch" })
  .max(100, { error: "expected the id of a batch" });

/** What is no object at all; of a member that is not known zod says so itself. */
const anObject = {
  error: ({ code }: { readonly code?: string }) =>
    code === "invalid_type" ? "expected a JSON object" : undefined,
};

export const multipleRequest = z.strictObject(
  {
    batch_ids: z
      .array(batchId, { error: "expected the ids of 1 to 10 batches" })
      .min(1, { error: "expected the ids of 1 to 10 batches" })
      .max(10, { error: "expected the ids of 1 to 10 batches" }),
    ...contentFields,
    input_columns: inputColumns,
    filters: z.preprocess(nothingIsEmpty, z.strictObject(resultFilterFields)),
  },
  anObject,
);

export const filteredRequest = z.preprocess(
  nothingIsEmpty,
  z.strictObject(
    {
      filters: z.preprocess(
        nothingIsEmpty,
        z.strictObject({
          batch_ids: z
            .array(batchId)
            .max(1_000, { error: "expected at most 1000 ids" })
            .nullish()
            .describe("Absent: all batches."),
          ...resultFilterFields,
        }),
      ),
      ...contentFields,
      limit: wholeNumber(maxExportRows)
        .nullish()
        .describe("Rows at most; the first ones, newest batch first."),
    },
    anObject,
  ),
);

export const templateQuery = z.object({
  format: z
    .preprocess(
      (value) => (typeof value === "string" ? value.trim().toLowerCase() || undefined : value),
      z.literal("csv", { error: "the template is a CSV file; expected csv" }).default("csv"),
    )
    .meta({ type: "string", enum: ["csv"], default: "csv" }),
});

const { url, success, store_image, text_content, store_name, business_contact } = resultFacts;
const { image_description, error_message, created_at } = resultFacts;
const count = z.int().nonnegative();

export const previewResponse = envelope(
  z.object({
    preview_records: z.array(
      z.object({
        ...{ url, success, store_image, text_content, store_name, business_contact },
        ...{ image_description, error_message, created_at },
      }),
    ),
    total_records_shown: count,
    total_matching: count
      .nullable()
      .describe("What an export with these filters would hold; null: not counted."),
    is_preview: z.literal(true),
    filters_applied: z.record(z.string(), z.union([z.string(), z.boolean()])),
  }),
);

export const summaryResponse = envelope(
  z.object({
    batch_info: z.object({
      batch_id: z.uuid(),
      batch_name: z.string(),
      status: z.string(),
      created_at: z.string(),
    }),
    export_summary: z.object({
      total_results: count,
      successful_results: count,
      failed_results: count,
      success_rate: z.number(),
    }),
    estimated_sizes_mb: z
      .object({ csv: z.number(), json: z.number(), xlsx: z.number(), ndjson: z.number() })
      .describe("Estimates, from what an average row takes."),
    available_filters: z.object({
      success_only: z.string(),
      failed_only: z.string(),
      has_store_name: z.string(),
      has_contact: z.string(),
    }),
    parts: count.describe("Exports of at most a million rows that the batch takes."),
  }),
);

export const statisticsResponse = envelope(
  z.object({
    total_exports: count,
    exports_today: count.describe("Since midnight UTC."),
    popular_formats: z.record(z.string(), z.number()).describe("Percent of all exports."),
    average_export_size_mb: z.number(),
  }),
);

const formatResponse = z.object({
  name: z.string(),
  description: z.string(),
  supports_filtering: z.boolean(),
  supports_metadata: z.boolean(),
  file_extension: z.string(),
  mime_type: z.string(),
});

export const formatsResponse = envelope(
  z.object({
    supported_formats: z.record(z.string(), formatResponse),
    default_format: z.string(),
  }),
);
