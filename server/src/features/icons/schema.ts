import { z } from "zod";
import { batchStatuses, colorSchemes, iconStyles, usual } from "./choices.ts";
import {
  categories,
  category,
  checkSizes,
  choice,
  elements,
  elementsByCategory,
  metadata,
  outputFields,
} from "./request-fields.ts";

const look = {
  style: choice(iconStyles).describe(`\`${usual.style}\` where it is absent.`),
  color_scheme: choice(colorSchemes).describe(`\`${usual.colorScheme}\` where it is absent.`),
};

export const generateBody = z
  .object(
    {
      category: category.describe("Any words; known categories have subjects of their own."),
      ...look,
      custom_elements: elements.nullish().describe("What is to be seen."),
      ...outputFields,
    },
    { error: "expected a JSON object" },
  )
  .superRefine(checkSizes);

const variationsError = "expected a whole number from 1 to 10";

export const batchBody = z
  .object(
    {
      categories: categories.describe("Blanks do not count, nor does one that is named again."),
      ...look,
      variations_per_category: z
        .int({ error: variationsError })
        .min(1, { error: variationsError })
        .max(10, { error: variationsError })
        .nullish()
        .describe("1 where it is absent. The second one has the next style, and so on."),
      custom_elements: elementsByCategory.nullish().describe("What is to be seen, by category."),
      metadata: metadata.nullish().describe("Comes back with the result."),
      ...outputFields,
    },
    { error: "expected a JSON object" },
  )
  .superRefine(checkSizes);

const daysError = "expected a number of days, at least 0";

export const clearBody = z.object(
  {
    category: category.nullish().describe("Absent: all."),
    older_than_days: z
      .number({ error: daysError })
      .min(0, { error: daysError })
      .max(100_000, { error: daysError })
      .nullish(),
  },
  { error: "expected a JSON object" },
);

const whole = (least: number, most: number, usually: number) => {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.coerce
    .number({ error })
    .int({ error })
    .min(least, { error })
    .max(most, { error })
    .default(usually);
};

export const cachedQuery = z.object({
  category: z.string().optional().describe("Absent: all."),
  limit: whole(1, 1_000, 1_000),
  offset: whole(0, 1_000_000, 0).describe("So many of the newest are passed over."),
});

export const batchesQuery = z.object({
  limit: whole(1, 1_000, 100),
  offset: whole(0, 1_000_000, 0).describe("So many of the newest are passed over."),
});

const partialError = "expected true or false";

export const resultQuery = z.object({
  partial: z
    .enum(["true", "false"], { error: partialError })
    .default("false")
    .describe("Whether a batch that goes on is answered too, with the icons that have ended."),
});

export const imagePath = z.object({ "*": z.string().describe("`<category>/<file>`.") });

const search = z.string().optional();

export const suggestionsQuery = z.object({
  q: search.describe("Part of a name. Absent: all categories."),
  query: search.describe("The same as `q`."),
  partial: search.describe("The same as `q`."),
});

export const batchPath = z.object({ batch_id: z.uuid() });

/** Options of a route whose schema of the request describes it, and leaves what came as it is. */
export const describedOnly = { validatorCompiler: () => (value: unknown) => ({ value }) };

const refusal = z.object({
  message: z.string(),
  error: z.string().describe("Code, also in `X-Error-Code`."),
  metadata: z.record(z.string(), z.unknown()),
});

export const errorResponses = {
  400: refusal.extend({
    metadata: z.looseObject({
      field: z.string().optional().describe("The first that is wrong."),
      valid_options: z.array(z.string()).optional().describe("Where there are only a few."),
    }),
    errors: z.array(z.string()).optional().describe("Of a batch: all that is wrong."),
  }),
  "4xx": refusal,
  "5xx": refusal,
};

const time = z.iso.datetime().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();
const seconds = z.number().nonnegative().describe("Seconds.");
const batchId = z.uuid();
const status = z.enum(batchStatuses).describe("`failed` only where nothing came of any icon.");
const percent = z.int().min(0).max(100);

const iconMetadata = z.looseObject({
  style: z.enum(iconStyles),
  color_scheme: z.enum(colorSchemes),
  category: z.string(),
  custom_elements: z.array(z.string()).optional(),
  provider: z.string().optional().describe("`local`: from an open icon set, no model made it."),
  model: z.string().optional(),
  cached: z.boolean().optional().describe("Whether it was there already."),
  attempts: count.optional(),
  asset_id: z.uuid().optional().describe("Of its file: other features take it as `asset://<id>`."),
  prompt: z.string().optional(),
  sizes_not_made: z.array(z.int()).optional().describe("Larger than what the model made."),
  files: z
    .array(z.object({ url: z.string(), format: z.string(), size: z.int().nullable() }))
    .optional()
    .describe("All of its files, where there are several."),
});

export const generateResponse = z.object({
  success: z.literal(true),
  image_url: z.string(),
  local_path: z.string().describe("Below the folder of stored files."),
  generation_time: seconds,
  metadata: iconMetadata,
});

export const createdResponse = z.object({
  message: z.string(),
  batch_id: batchId,
  status,
  total_categories: count,
  total_icons: count,
});

export const statusResponse = z.object({
  batch_id: batchId,
  status,
  progress: percent,
  current_category: z.string().nullable().describe("Null before it begins and after it ends."),
  total_categories: count,
  completed_categories: count,
  estimated_completion: time.nullable().describe("By the rate so far; null where there is none yet."),
  created_at: time,
  started_at: time.nullable(),
  completed_at: time.nullable(),
  total_icons: count,
  successful: count,
  failed: count,
  reason: z.string().optional().describe("Where the service stopped it: why, and what has to change."),
});

export const resultResponse = z.object({
  batch_id: batchId,
  total_requested: count,
  successful: count,
  failed: count,
  start_time: time.nullable(),
  end_time: time.nullable(),
  duration: seconds.nullable(),
  results: z.array(
    z.object({
      success: z.boolean(),
      image_url: z.string().nullable(),
      local_path: z.string().nullable(),
      error: z.string().nullable(),
      metadata: iconMetadata,
      generation_time: seconds,
    }),
  ),
  metadata: z.record(z.string(), z.unknown()),
});

export const cancelledResponse = z.object({ message: z.string() });

export const batchesResponse = z.array(
  z.object({
    batch_id: batchId,
    status,
    progress: percent,
    total_categories: count,
    completed_categories: count,
    created_at: time,
    completed_at: time.nullable(),
  }),
);

export const cachedResponse = z.array(
  z.object({
    filename: z.string(),
    category: z.string(),
    path: z.string(),
    size: count.describe("Bytes."),
    created: time,
    url: z.string(),
  }),
);

export const clearedResponse = z.object({ message: z.string(), cleared: count });

export const statsResponse = z.object({
  total_generated: count,
  total_failed: count,
  total_batches: count,
  average_generation_time: seconds,
  last_generation: time.nullable(),
  active_batches: count,
  total_active_jobs: count,
  cached_icons: count,
  success_rate: z.number().min(0).max(100).describe("Percent."),
  cache: z.object({
    items: count,
    size_bytes: count,
    hits: count,
    misses: count,
    hit_rate: z.number().min(0).max(100).describe("Percent."),
  }),
});

export const suggestionsResponse = z.array(z.string());
