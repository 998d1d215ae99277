import { z } from "zod";
import { batchStates } from "../../engine/states.ts";
import { envelope } from "./schema.ts";

const time = z.iso.datetime().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();
const state = z.enum(batchStates);

const body = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess((value) => value ?? {}, z.object(shape));

export const systemStatsResponse = envelope(
  z.object({
    total_batches: count.describe("Deleted ones do not count."),
    active_batches: count.describe("Queued or processing."),
    completed_batches: count,
    total_urls_processed: count,
    overall_success_rate: z.number().min(0).max(100).describe("Percent of the processed ones."),
    queue_stats: z
      .object({ pending: count, processing: count, completed: count, failed: count })
      .describe("Chunks, which are what a worker takes; those that are to be tried again are pending."),
    status_counts: z.record(state, count),
  }),
);

export const queueStatusResponse = envelope(
  z.object({
    queue_stats: z
      .object({ pending: count, processing: count, retrying: count, completed: count, failed: count })
      .describe("Chunks, which are what a worker takes."),
    total_stuck: count,
    stuck_jobs: z
      .array(
        z.object({
          job_id: z.uuid().describe("The same as `chunk_id`."),
          job_type: z.literal("chunk_processing"),
          status: z.enum(["pending", "retrying", "processing"]),
          retry_count: count.describe("Times its worker died or broke down."),
          batch_id: z.uuid(),
          chunk_id: z.uuid(),
          created_at: time,
        }),
      )
      .describe(
        "Chunks that have not moved for 30 minutes and of which no worker is alive; the first hundred.",
      ),
    recommendations: z.array(z.string()),
  }),
);

/** Ten years: more is a mistake, and some numbers are no interval. */
const mostHours = 87_600;

export const cleanupRequest = body({
  job_types: z
    .array(z.string({ error: "expected names of job types" }).max(100), {
      error: "expected an array of strings",
    })
    .max(100)
    .optional()
    .describe(
      "`chunk_processing`, which old clients call `process_chunk`; all where nothing is said. No job has another type.",
    ),
  max_age_hours: z
    .number({ error: `expected a number from 0 to ${mostHours}` })
    .min(0, { error: `expected a number from 0 to ${mostHours}` })
    .max(mostHours, { error: `expected a number from 0 to ${mostHours}` })
    .default(24)
    .describe("Batches of which nothing was worked on for so long."),
  clean_database: z
    .boolean({ error: "expected true or false" })
    .default(true)
    .describe(
      "Cancels these batches. Otherwise only chunks that workers held when they died are given back.",
    ),
  dry_run: z
    .boolean({ error: "expected true or false" })
    .default(false)
    .describe("Changes nothing, and answers what would be changed."),
});

export const cleanupResponse = envelope(
  z.object({
    redis_removed_count: count.describe(
      "Chunks taken from the queue with their batches, or given back. The queue is in the database; the name is the reference's.",
    ),
    db_reset_count: count.describe("Batches that were cancelled."),
    kept_count: count.describe("Chunks that stay in the queue."),
    removed_types: z.array(z.string()),
    cutoff_hours: z.number().nonnegative(),
    clean_database: z.boolean(),
    dry_run: z.boolean(),
    batches: z
      .array(
        z.object({
          batch_id: z.uuid(),
          batch_name: z.string(),
          status: state.describe("In which it was found."),
          open_chunks: count.describe("Chunks of it that were taken from the queue or given back."),
          last_activity: time,
        }),
      )
      .describe("The first hundred, idle for the longest time first."),
  }),
);

export const resetRequest = body({
  force: z
    .boolean({ error: "expected true or false" })
    .default(false)
    .describe("Also a batch that is neither pending, queued nor processing."),
  dry_run: z
    .boolean({ error: "expected true or false" })
    .default(false)
    .describe("Changes nothing, and answers what would be changed."),
});

export const resetResponse = envelope(
  z.object({
    success: z.literal(true),
    message: z.string(),
    reset_chunks: count.describe("All of the batch."),
    batch_status: z.literal("pending").describe("Once it is reset."),
    dry_run: z.boolean(),
    batch_name: z.string(),
    was: state.describe("The state in which it was found."),
    removed_results: count.describe(
      "Results that it had: those of rows that ended, whatever they ended with.",
    ),
  }),
);
