import { z } from "zod";
import { chunkStates } from "../../engine/chunks.ts";
import { verdicts } from "../../engine/review.ts";
import { batchStates } from "../../engine/states.ts";
import { estimate, laneJobs, usage } from "./cost-schema.ts";

const time = z.iso.datetime().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();
const percent = z.number().min(0).max(100);
const state = z.enum(batchStates);

/** Every answer is this, around its data. */
export const envelope = <Data extends z.ZodType>(data: Data) =>
  z.object({ success: z.literal(true), data, message: z.string().optional(), timestamp: time });

const errorResponse = z.object({
  success: z.literal(false),
  error: z.string().describe("A plain sentence that says what to do."),
  error_type: z.string().describe("Stable code, also sent as `X-Error-Code`."),
  timestamp: time,
});

export const errorResponses = { "4xx": errorResponse, "5xx": errorResponse };

const deletionFields = {
  deleted: z.literal(true).optional(),
  deleted_at: time.nullable().optional(),
  purge_after: time.nullable().optional(),
};

const errorMessage = z
  .string()
  .nullable()
  .describe("Why the service paused the batch, or a clean-up cancelled it; null where nothing is wrong.");

export const createdResponse = envelope(
  z.object({
    batch_id: z.uuid(),
    batch_info: z.object({
      batch_id: z.uuid(),
      batch_name: z.string(),
      total_urls: count.describe("Rows of the file, repeated and invalid ones among them."),
      total_chunks: count,
      chunks_created: count,
      chunk_size: count,
      status: z.string().describe("`QUEUED`, or `PENDING` where it was not started."),
      auto_started: z.boolean(),
      auto_start_error: z.string().optional(),
      duplicate_urls: count,
      invalid_urls: count,
    }),
  }),
);

const listedBatch = z.object({
  batch_id: z.uuid(),
  batch_name: z.string(),
  status: state,
  total_urls: count,
  processed_count: count,
  successful_count: count,
  failed_count: count,
  progress_percentage: percent,
  success_rate: percent,
  processing_rate: z.number().describe("Rows a minute."),
  chunk_size: count,
  total_chunks: count,
  current_chunk: count,
  is_active: z.boolean(),
  original_filename: z.string().nullable(),
  duplicate_urls: count,
  error_message: errorMessage,
  created_at: time,
  started_at: time.nullable(),
  completed_at: time.nullable(),
  estimated_completion: time.nullable(),
  ...deletionFields,
});

export const listResponse = envelope(
  z.object({
    batches: z.array(listedBatch),
    count,
    limit: count,
    status_filter: state.nullable(),
    pagination: z.object({
      page: count,
      per_page: count,
      total: count,
      total_pages: count,
      has_next: z.boolean(),
      has_prev: z.boolean(),
    }),
  }),
);

export const detailsResponse = envelope(
  z.object({
    batch_info: z.object({
      batch_id: z.uuid(),
      batch_name: z.string(),
      status: state,
      total_urls: count,
      chunk_size: count,
      total_chunks: count,
      is_active: z.boolean().describe("False for a paused batch too: whoever polls until then stops."),
      original_filename: z.string().nullable(),
      duplicate_urls: count,
      columns: z.array(z.string()).nullable(),
      model: z.string().nullable(),
      cache: z.enum(["use", "revalidate", "refresh"]),
      webhook_url: z.string().nullable().describe("Without its user, password and query."),
      max_cost_usd: z.number().nullable().describe("The batch is paused when it has cost so much."),
      lane: z.enum(["online", "batch"]).describe("`batch`: by way of the provider's batch API."),
      instruction: z
        .string()
        .nullable()
        .describe(
          "What the model is told, where the caller asks a question of their own; null for the default one.",
        ),
      schema: z
        .record(z.string(), z.unknown())
        .nullable()
        .describe("JSON Schema of the answers to it; null with the default question."),
      error_message: errorMessage,
      created_at: time,
      started_at: time.nullable(),
      completed_at: time.nullable(),
      ...deletionFields,
    }),
    progress: z.object({
      processed_count: count,
      successful_count: count,
      failed_count: count,
      progress_percentage: percent,
      current_chunk: count,
      total_chunks: count,
    }),
    timing: z.object({
      estimated_completion: time.nullable().describe("An estimate, from the rate of the last seconds."),
      elapsed_time_minutes: z.number().describe("Without pauses."),
    }),
    performance: z.object({
      processing_rate_per_minute: z.number(),
      success_rate: percent,
      average_time_per_url: z.number().describe("Seconds."),
    }),
    usage,
  }),
);

export const progressResponse = envelope(
  z.object({
    batch_id: z.uuid(),
    status: state,
    progress_percentage: percent,
    processed_count: count,
    total_urls: count,
    successful_count: count,
    failed_count: count,
    current_chunk: count,
    total_chunks: count,
    estimated_completion: time.nullable(),
    processing_rate_per_minute: z.number(),
    is_active: z.boolean(),
    error_message: errorMessage,
    waiting_until: time
      .nullable()
      .describe("When the quotas of the model let a request through again; null where they do."),
  }),
);

export const jobsResponse = envelope(laneJobs);

export const chunksResponse = envelope(
  z.object({
    batch_id: z.uuid(),
    chunks: z.array(
      z.object({
        chunk_id: z.uuid(),
        chunk_number: count.describe("From 1."),
        status: z.enum(chunkStates),
        url_count: count,
        processed_count: count,
        successful_count: count,
        failed_count: count,
        progress_percentage: percent,
        started_at: time.nullable(),
        completed_at: time.nullable(),
        processing_time_seconds: z.number().nullable(),
      }),
    ),
    total_chunks: count,
  }),
);

export const review = z.object({
  verdict: z.enum(verdicts),
  note: z.string().nullable(),
  by: z.string().describe("A name for people."),
  at: time,
});

/** What is told of one row; `analysis_result` is what the model answered, as it came. */
export const resultFacts = {
  result_id: z.uuid(),
  batch_id: z.uuid(),
  chunk_id: z.uuid(),
  row: count.describe("Row of the file, from 1, headers and blank rows not counted."),
  url: z.string(),
  success: z.boolean(),
  store_image: z.boolean().nullable(),
  text_content: z.string().nullable(),
  store_name: z.string().nullable(),
  business_contact: z.string().nullable(),
  image_description: z.string().nullable(),
  analysis_result: z.record(z.string(), z.unknown()).nullable(),
  error_type: z.string().nullable(),
  error_message: z.string().nullable(),
  processing_time_seconds: z.number(),
  api_key_used: z.string().nullable().describe("A masked label."),
  gemini_model_used: z.string().nullable().describe("The model that answered, whoever makes it."),
  cache_hit: z.boolean(),
  content_hash: z.string().nullable().describe("SHA-256 of the image."),
  input_tokens: count
    .nullable()
    .describe("As the vendor counted them; 0 where no model was asked for this row."),
  output_tokens: count.nullable(),
  estimated_cost_usd: z.number().nullable().describe("Of the answer; null where it is not known."),
  cells: z.array(z.string()).describe("The row as it was uploaded."),
  created_at: time,
  review: review.nullable().describe("What a person said of it; null where nobody did since it was stored."),
};

export const resultsResponse = envelope(
  z.object({
    batch_id: z.uuid(),
    columns: z.array(z.string()).nullable().describe("Headers of the uploaded file; `cells` follow them."),
    results: z.array(z.object(resultFacts)),
    count,
    next_after: count.nullable().describe("Null on the last page."),
  }),
);

const attempt = z.object({
  number: count.describe("From 1, over the whole life of the row."),
  error_type: z.string(),
  error_message: z.string().nullable(),
  final: z.boolean().describe("The row had failed with it, until it was retried."),
  at: time,
});

export const resultResponse = envelope(
  z.object({ ...resultFacts, attempts: z.array(attempt).describe("Tries before the present result.") }),
);

export const estimateResponse = envelope(estimate);

export const retryResponse = envelope(
  z.object({ batch_id: z.uuid(), retried: count.describe("Rows that are tried again."), status: state }),
);

export const controlResponse = envelope(
  z.object({
    batch_id: z.uuid(),
    started: z.boolean().describe("Whether the batch has been started at all."),
    paused: z.literal(true).optional(),
    resumed: z.literal(true).optional(),
    cancelled: z.literal(true).optional(),
    status: state,
    original_status: state.optional(),
    new_status: state.optional(),
    chunks_reset: count.optional(),
  }),
);

export const cloneResponse = envelope(
  z.object({
    batch_id: z.uuid(),
    original_batch_id: z.uuid(),
    new_batch_id: z.uuid(),
    new_batch_name: z.string(),
    chunks_created: count,
    results_copied: count,
    status: state,
  }),
);

export const softDeleteResponse = envelope(
  z.object({
    batch_id: z.uuid(),
    retention_days: count,
    deletion_date: time.nullable(),
    purge_after: time.nullable(),
    status: state,
  }),
);

export const deleteResponse = envelope(z.object({ batch_id: z.uuid(), deleted: z.literal(true) }));

export const healthResponse = envelope(
  z.object({
    health_score: percent,
    factors: z.object({ success_rate: percent, processing_speed: percent, error_patterns: percent }),
    recommendations: z.array(z.string()),
  }),
);

export const errorAnalysisResponse = envelope(
  z.object({
    total_errors: count,
    error_categories: z.object({ network_errors: count, invalid_urls: count, processing_errors: count }),
    top_errors: z.array(z.object({ error_type: z.string(), count, percentage: percent })),
    errors: z
      .array(z.object({ error_type: z.string(), count, retryable: z.boolean() }))
      .describe("Every code, the most frequent first; what each means is told by `/api/v1/failures`."),
    recommendations: z.array(z.string()),
  }),
);
