import { z } from "zod";

const time = z.iso.datetime().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();

/** What calls for a batch have come to. */
export const usage = z
  .object({
    calls: count,
    input_tokens: count,
    output_tokens: count,
    estimated_cost_usd: z
      .number()
      .nullable()
      .describe("By the prices of the catalog; null where none is known. The vendor's bill decides."),
    unpriced_calls: count.describe("Billed calls that the estimate leaves out: the price is not known."),
    possibly_paid_twice: count.describe("Calls that may have been billed and brought no answer."),
    possibly_paid_twice_calls: z
      .array(
        z.object({
          row: count.nullable(),
          model: z.string(),
          api_key_used: z.string().nullable().describe("A masked label."),
          outcome: z.string().describe("`lost`: its process ended before it did."),
          asked_again: z.boolean().describe("The row was asked for again since."),
          begun_at: time,
        }),
      )
      .describe("The first hundred, in the order of the rows."),
  })
  .describe("Calls to models that were made for rows of this batch.");

const range = z.object({ low: z.number(), expected: z.number(), high: z.number() });

/** What a batch would cost. */
export const estimate = z.object({
  is_estimate: z.literal(true),
  total_urls: count,
  invalid_urls: count,
  questions: count.describe("Distinct addresses: at most so often a model is asked."),
  model: z.string().nullable().describe("Null where none is configured."),
  estimated_tokens_per_image: range.nullable().describe("Input tokens of a picture."),
  estimated_tokens_per_instruction: count.nullable(),
  estimated_tokens_per_answer: range.nullable(),
  estimated_cost_usd: range.nullable().describe("Null where a price or the tokens are not known."),
  estimated_seconds: z
    .number()
    .nullable()
    .describe("At the configured rate, with nothing else at work; null where no quota bounds the model."),
  limited_by: z.enum(["requests_per_minute", "tokens_per_minute", "requests_per_day"]).nullable(),
});

/** A batch's jobs at its provider. */
export const laneJobs = z.object({
  batch_id: z.uuid(),
  lane: z.enum(["online", "batch"]),
  jobs: z.array(
    z.object({
      job_id: z.uuid(),
      status: z
        .enum(["filling", "handing_over", "running", "done", "failed"])
        .describe(
          "`running`: the provider has it. `failed`: it ended without all answers; its rows are asked again.",
        ),
      provider_name: z.string().nullable().describe("What the provider calls it."),
      model: z.string(),
      api_key_used: z.string().nullable().describe("A masked label."),
      request_count: count,
      answered_count: count,
      created_at: time,
      submitted_at: time.nullable(),
      completed_at: time.nullable(),
      message: z.string().nullable().describe("What went wrong last."),
    }),
  ),
});
