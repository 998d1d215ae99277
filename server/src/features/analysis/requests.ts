import { z } from "zod";
import { verdicts } from "../../engine/review.ts";
import { batchStates } from "../../engine/states.ts";
import { maxCostError, readDollars } from "./budget.ts";
import { resultFilterFields } from "./result-filters.ts";
import { isWebhookUrl, webhookUrlError } from "./webhook-url.ts";

/** A number in a query: what is no number is the default, as clients of the reference expect. */
const junkIs = (fallback: number, maximum: number) =>
  z
    .preprocess((value) => {
      const number = Math.trunc(Number(value));
      return value === undefined || value === "" || !Number.isFinite(number) || number < 1
        ? fallback
        : Math.min(number, maximum);
    }, z.int())
    .meta({ type: "integer", default: fallback, maximum });

/** A place in a batch, which the database keeps in 32 bits. */
const place = z.coerce
  .number()
  .int()
  .nonnegative()
  .max(2 ** 31 - 1);

const flag = z
  .preprocess((value) => typeof value === "string" && /^(true|1|yes|on)$/i.test(value.trim()), z.boolean())
  .meta({ type: "boolean", default: false });

const body = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess((value) => value ?? {}, z.object(shape));

export const batchParameters = z.object({ batch_id: z.string().describe("The id of the batch, a UUID.") });

export const listQuery = z.object({
  limit: junkIs(50, 100).describe("Batches of a page."),
  page: junkIs(1, 1_000_000),
  per_page: junkIs(0, 100).optional().describe("The same as `limit`, and stronger."),
  status: z
    .preprocess(
      (value) => (typeof value === "string" ? value.trim().toLowerCase() || undefined : value),
      z.enum(batchStates, { error: `expected one of ${batchStates.join(", ")}` }).optional(),
    )
    .meta({ type: "string", enum: [...batchStates] }),
  include_soft_deleted: flag,
});

export const resultsQuery = z.object({
  ...resultFilterFields,
  limit: junkIs(100, 1000),
  after: place.optional().describe("`next_after` of the page before."),
});

export const resultParameters = batchParameters.extend({
  row: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .describe("Row of the file, from 1."),
});

const rowsError = "expected a list of rows of the file, from 1";

/** Rows of the file, as everywhere outside counted from 1. */
const rowList = z
  .array(
    z
      .int({ error: rowsError })
      .min(1, { error: rowsError })
      .max(2 ** 31 - 1, { error: rowsError }),
    {
      error: rowsError,
    },
  )
  .min(1, { error: "expected at least one row" })
  .max(1_000, { error: "expected at most 1000 rows" });

const codesError = "expected a list of failure codes";

export const retryRequest = body({
  codes: z
    .array(
      z
        .string({ error: codesError })
        .trim()
        .regex(/^[\w-]{1,100}$/, { error: codesError }),
      { error: codesError },
    )
    .min(1, { error: "expected at least one code; leave it out for all failed rows" })
    .max(100)
    .nullish()
    .describe("Only rows that failed with one of these; absent: all failed rows."),
  rows: rowList
    .nullish()
    .describe(
      "Only these of them, by their rows in the file, from 1; a row that did not fail stays as it is.",
    ),
});

const verdict = z
  .enum(verdicts, { error: `expected ${verdicts.join(", ")} or null` })
  .nullable()
  .describe("Null takes back what was said.");

const note = z
  .string({ error: "expected a text" })
  .trim()
  .max(1_000, { error: "expected at most 1000 characters" })
  .refine((text) => !text.includes("\u0000"), { error: "holds a NUL character" })
  .nullish()
  .describe("Why, for whoever reads it; in place of one that was there.");

export const reviewRequest = z.object({ verdict, note });

export const reviewsRequest = z.object({ rows: rowList, verdict, note });

export const jobsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100).describe("Most of them in the answer."),
});

export const chunksQuery = z.object({
  limit: junkIs(10_000, 10_000),
  after: place.optional().describe("`chunk_number` the page before ended with."),
});

export const deleteQuery = z.object({ force: flag.describe("Also a batch that is queued or processing.") });

export const forceStartRequest = body({
  skip_validation: z
    .boolean({ error: "expected true or false" })
    .default(false)
    .describe("Takes a completed batch too, and does not look at how many are active."),
});

export const resumeRequest = body({
  max_cost_usd: z
    .union([z.number(), z.string()], { error: maxCostError })
    .transform((dollars, context) => {
      const micros = readDollars(String(dollars));
      if (micros === null) context.addIssue({ code: "custom", message: maxCostError });
      return micros;
    })
    .nullable()
    .exactOptional()
    .meta({ type: ["number", "null"] })
    .describe("The most that the batch may cost from now on, all told; null: no limit. Absent: as it was."),
});

export const cloneRequest = body({
  new_name: z
    .string({ error: "is required: the name of the clone" })
    .trim()
    .min(1, { error: "is required: the name of the clone" })
    .max(255)
    .refine((name) => !name.includes("\u0000"), { error: "holds a NUL character" }),
  copy_results: z
    .boolean({ error: "expected true or false" })
    .default(false)
    .describe("Results come along, and what has one is not worked on again."),
  webhook_url: z
    .string({ error: webhookUrlError })
    .trim()
    .refine(isWebhookUrl, { error: webhookUrlError })
    .nullable()
    .exactOptional()
    .describe(
      "Where the clone tells that it completes, fails or is paused; null: nowhere. Absent: as the other.",
    ),
});

export const softDeleteRequest = body({
  retention_days: z
    .int({ error: "expected a whole number from 0 to 3650" })
    .min(0, { error: "expected a whole number from 0 to 3650" })
    .max(3650, { error: "expected a whole number from 0 to 3650" })
    .default(30)
    .describe("Days until the batch is purged."),
});
