import { z } from "zod";

/** What a batch of analysis keeps of its upload and its settings; stored with the batch, read by every item of it. */
export const batchOptions = z.object({
  /** Name of the file as it was uploaded; null where it had none. */
  fileName: z.string().nullable(),
  chunkSize: z.int(),
  /** Headers of the user's columns in their order; null where the file had none. */
  columns: z.array(z.string()).nullable(),
  /** Which of the columns holds the addresses. */
  urlColumn: z.int(),
  /** Rows whose address stands in a row before. */
  duplicates: z.int(),
  /** The model that was asked for; null for whichever is configured. */
  model: z.string().nullable(),
  cache: z.enum(["use", "revalidate", "refresh"]),
  /** ISO 8601; what was cached before is too old for `revalidate` and `refresh`. */
  requestedAt: z.string(),
  webhookUrl: z.string().nullable(),
  /** The batch is paused when its calls have cost so much. Millionths of a dollar; null for no limit. */
  maxCostMicros: z.int().positive().nullable().default(null),
  /** `batch` asks by way of the provider's batch API: for less, and within a day or so. */
  lane: z.enum(["online", "batch"]).default("online"),
  /** What is asked instead of the default question; null for that one, and where it was stored before there were others. */
  instruction: z
    .object({
      version: z.string(),
      text: z.string(),
      /** As JSON text: the database would forget the order of its properties. */
      schema: z.string(),
    })
    .nullable()
    .default(null),
});

export type BatchOptions = z.infer<typeof batchOptions>;
export type CacheMode = BatchOptions["cache"];
export type LaneName = BatchOptions["lane"];
/** A question of the caller's own, as it is stored. */
export type Question = NonNullable<BatchOptions["instruction"]>;

/** One row of the user's file. */
export const rowInput = z.object({
  url: z.string(),
  /** All cells of the row in their order, the address among them; left out where the file has one column. */
  cells: z.array(z.string()).exactOptional(),
});

export type RowInput = { readonly url: string; readonly cells?: readonly string[] };
