import { z } from "zod";
import { bounds, mostNegativeCharacters, outputFormats, schedulers } from "./generate-request-parameters.ts";
import { jobStates } from "./job.ts";

const time = z.iso.datetime().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();
const pixels = z.int().positive();
const within = ({ min, max }: { readonly min: number; readonly max: number }) => z.int().min(min).max(max);
const side = within(bounds.width).nullish().describe("Pixels.");
const jsonObject = z.record(z.string(), z.unknown());

const parameters = z.looseObject({
  width: side,
  height: side,
  num_inference_steps: within(bounds.num_inference_steps).nullish(),
  guidance_scale: z.number().min(bounds.guidance_scale.min).max(bounds.guidance_scale.max).nullish(),
  negative_prompt: z.string().max(mostNegativeCharacters).nullish().describe("What is not to be seen."),
  seed: within(bounds.seed).nullish(),
  scheduler: z.enum(schedulers).nullish(),
  num_outputs: within(bounds.num_outputs).nullish(),
  aspect_ratio: z
    .string()
    .regex(/^[1-9][0-9]{0,4}:[1-9][0-9]{0,4}$/)
    .nullish()
    .describe("`16:9`, at most 8 to 1; counts where neither width nor height is given."),
  output_quality: within(bounds.output_quality).nullish().describe("Of a lossy format."),
  output_format: z.enum(outputFormats).nullish().describe("`png` where it is absent."),
});

/** For the API page only: bodies are read by `readGenerateRequest`, whose words are those of the reference. */
export const generateBody = z.object({
  prompt: z.string().min(1).max(1000).describe("Space around it does not count."),
  parameters: parameters
    .nullish()
    .describe("Echoed as they are. Keys of your own are allowed; those that the model knows reach it."),
  webhook_url: z.string().max(500).nullish().describe("Is told when the job has ended."),
  metadata: jsonObject.nullish().describe("Comes back with the status and the webhook."),
  strict: z
    .boolean()
    .nullish()
    .describe("Whether a parameter that the model does not follow is a 422 instead of a warning."),
  model: z.string().min(1).max(200).nullish().describe("Absent: the configured one."),
});

/** For the API page only, as `generateBody`: `readListQuery` reads it. */
export const listQuery = z.object({
  page: z.int().min(1).default(1),
  per_page: z.int().min(1).max(100).default(20),
  status: z.enum(jobStates).optional(),
});

/** For the API page only: `readId` reads them. */
export const jobPath = z.object({ job_id: z.uuid() });
export const mediaPath = z.object({ media_id: z.uuid() });

/** Options of a route whose schema of the request describes it, and leaves what came as it is. */
export const describedOnly = { validatorCompiler: () => (value: unknown) => ({ value }) };

const validationResponse = z
  .object({
    detail: z.array(
      z.object({
        type: z.string().describe("`string_too_short`, `greater_equal`, `less_equal`, `missing`…"),
        loc: z.array(z.union([z.string(), z.int()])).describe('`["body", "parameters", "width"]`'),
        msg: z.string(),
        input: z.unknown().describe("What was sent there."),
      }),
    ),
  })
  .describe("All that is wrong with the request.");

const refusal = z.object({ detail: z.string(), request_id: z.string() });
const crash = z.object({ error: z.string(), message: z.string(), request_id: z.string() });

export const errorResponses = {
  422: validationResponse,
  "4xx": refusal,
  "5xx": z.union([crash, refusal]),
};

const picture = z.object({
  id: z.uuid(),
  url: z.string().describe("Absolute in the status of a job, below the address of this service in the list."),
  type: z.literal("image"),
  mime_type: z.string(),
  file_size_bytes: count,
  width: pixels,
  height: pixels,
  seed: z.int().nonnegative().optional().describe("Absent where nobody knows it."),
  is_expired: z
    .literal(true)
    .optional()
    .describe("Of one whose time is over: its bytes are gone, or go soon."),
});

const warning = z.object({
  code: z
    .enum(["ignored", "clamped", "adjusted", "withheld", "missing"])
    .describe(
      "`ignored`; `clamped` to the bounds of the model; `adjusted` to the nearest of what it offers; `withheld` by the " +
        "policy of its provider; `missing` although it was asked for.",
    ),
  parameter: z.string().describe("Its name in the request."),
  message: z.string(),
});

export const statusResponse = z.object({
  id: z.uuid(),
  status: z.enum(jobStates),
  prompt: z.string(),
  parameters: jsonObject.nullable().describe("As they were sent."),
  created_at: time,
  updated_at: time,
  started_at: time.nullable().describe("Of the first attempt."),
  completed_at: time.nullable(),
  duration_seconds: z.number().nonnegative().nullable(),
  retry_count: count,
  error_message: z.string().nullable(),
  media: z.array(picture).nullable().describe("Null before there are any, and when all are deleted."),
  progress: z.number().min(0).max(100).describe("0 while it waits, 100 only when it is completed."),
  warnings: z.array(warning).optional().describe("What of the request the model does not follow."),
  provider: z.string().describe("`local` where no model is asked at all."),
  model: z.string(),
  metadata: jsonObject.optional().describe("Where there was any."),
  error_code: z.string().optional().describe("Of one that failed: see docs/errors.md."),
  error_details: z.object({ retry_count: count, max_retries: count }).optional(),
  estimated_cost_usd: z
    .number()
    .optional()
    .describe("An estimate, by listed prices; absent where none is known. The vendor's bill decides."),
  possibly_paid_twice: count
    .optional()
    .describe("Starts of the model that may have been billed and brought no picture."),
});

export const createdResponse = statusResponse.partial().extend({
  id: z.uuid(),
  status: z.enum(jobStates).describe("`pending`; with `Prefer: wait` how it is after that."),
  created_at: time,
  status_url: z.string().describe("Below the address of this service."),
  estimated_completion_time: count.describe("Seconds; the same for all."),
});

export const listResponse = z.object({
  jobs: z.array(statusResponse).describe("Newest first."),
  total: count,
  page: count,
  per_page: count,
  has_next: z.boolean(),
  has_prev: z.boolean(),
});

const described = z.object({
  name: z.string().describe("As `parameters` of a job have it."),
  type: z.enum(["integer", "number", "string", "boolean", "enum"]),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  step: z.number().optional().describe("What a value is a multiple of."),
  max_length: count.optional().describe("Characters."),
  default: z
    .union([z.string(), z.number(), z.boolean()])
    .optional()
    .describe("What holds where a job says nothing; absent where nobody knows it."),
  values: z
    .array(z.union([z.string(), z.number()]))
    .optional()
    .describe("Of an `enum`."),
  description: z.string().nullable(),
  required: z.boolean(),
});

const imagePrice = z.object({
  usd_per_image: z.number().optional(),
  input_usd_per_million: z.number().optional().describe("Of tokens."),
  output_usd_per_million: z.number().optional(),
  image_output_usd_per_million: z
    .number()
    .optional()
    .describe("Of the tokens of a picture, where they cost something else than those of words."),
  as_of: z.iso.date(),
  source: z.string(),
});

export const modelsResponse = z.object({
  models: z
    .array(
      z.object({
        name: z.string().describe("As `model` of a job names it."),
        provider: z.string(),
        model: z.string(),
        usual: z.boolean().describe("Whether jobs get it that name none."),
        free: z.boolean().describe("Whether it costs nobody anything: a machine of one's own."),
        parameters: z
          .array(described)
          .nullable()
          .describe("What it follows without a warning; null where nobody has asked its provider yet."),
        sizes: z
          .array(z.object({ width: pixels, height: pixels }))
          .nullable()
          .describe("All that it makes and a job can ask for; null where it makes any within the bounds."),
        aspect_ratios: z.array(z.string()).nullable().describe("All that it makes; null where it makes any."),
        price: imagePrice.nullable().describe("As listed; null where it is not known, and of a free one."),
        shutdown_date: z.iso.date().nullable().describe("After which its provider has it no more."),
      }),
    )
    .describe(
      "Those that are known by name. Of Replicate's a job may name others too, unless `MEDIA_MODELS` lists some.",
    ),
});

export const mediaInfoResponse = z.object({
  id: z.uuid(),
  type: z.literal("image"),
  storage_path: z.string(),
  storage_url: z.string().nullable(),
  file_size_bytes: count,
  mime_type: z.string(),
  file_extension: z.string().describe("With its dot: `.png`."),
  width: pixels,
  height: pixels,
  created_at: time,
  duration_seconds: z.null().optional().describe("Pictures have none."),
  aspect_ratio: z.string().nullable().optional(),
  generation_model_name: z.string().nullable().optional(),
  generation_model_version: z.string().nullable().optional(),
  storage_provider: z.string().optional(),
  bucket_name: z.string().nullable().optional(),
  expires_at: time.nullable().optional(),
  is_expired: z.boolean().optional(),
  extra_metadata: jsonObject.nullable().optional(),
});

/** For the API page only: `readDerivedSize` reads it. */
export const sizeQuery = z.object({
  width: z.int().min(16).max(4096).optional().describe("Pixels that it fits into; it is never enlarged."),
  height: z.int().min(16).max(4096).optional(),
  format: z.enum(["png", "jpg", "jpeg", "webp"]).optional(),
  quality: z.int().min(1).max(100).optional().describe("Of a lossy format."),
  expires: z.string().optional().describe("Of a signed link, with `signature`."),
  signature: z.string().optional(),
});
