import { z } from "zod";
import { decodeDataUrl, ReceivedImage } from "./data-url.ts";
import { LongText } from "./long-text.ts";

export const providerNames = ["claude", "openai", "gemini"] as const;
export type ProviderName = (typeof providerNames)[number];

/** Largest request body in bytes, of any form. */
export const maxBodyBytes = 50 * 1024 * 1024;

const image = z
  .unknown()
  .transform((value, context): ReceivedImage => {
    const image =
      value instanceof ReceivedImage
        ? value
        : typeof value === "string" || value instanceof LongText
          ? decodeDataUrl(value)
          : "is required: a data URL such as data:image/png;base64,…";
    if (image instanceof ReceivedImage) return image;
    context.addIssue({ code: "custom", message: image });
    return z.NEVER;
  })
  .meta({
    type: "string",
    description:
      "A data URL: `data:image/png;base64,…`; the bytes tell the format, not the media type. Or `asset://<id>`: a picture " +
      "that this service has stored.",
    examples: ["data:image/png;base64,iVBORw0KGgo…"],
  });

const lowerCase = (value: unknown) => (typeof value === "string" ? value.trim().toLowerCase() : value);

const provider = z
  .preprocess(
    lowerCase,
    z
      .enum(providerNames, { error: `is not supported; expected one of ${providerNames.join(", ")}` })
      .optional(),
  )
  .optional()
  .meta({
    type: "string",
    enum: [...providerNames],
    description: "Whose limits the image is fitted to; may be absent where a `model` is named.",
  });

interface Addressed {
  readonly provider?: ProviderName | undefined;
  readonly options?: { readonly model?: string | undefined } | undefined;
}

/** Told together with whatever else is wrong: a request is corrected at once, not in rounds. */
const namesProviderOrModel = <Schema extends z.ZodType<Addressed>>(schema: Schema) =>
  schema.refine(({ provider, options }) => provider !== undefined || options?.model !== undefined, {
    path: ["provider"],
    error: `is required: one of ${providerNames.join(", ")}; or name a model in options.model`,
    when: ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value),
  });

const colour = z
  .string()
  // Both cases spelled out: the schema that clients see is the pattern without its flags.
  .regex(/^#[0-9a-fA-F]{6}$/, { error: "expected a colour such as #FFFFFF" })
  .describe("Put behind transparent pixels.");
const quality = z.int({ error: "expected a whole number from 1 to 100" }).min(1).max(100);
const model = z
  .string()
  .min(1)
  .meta({
    description: "A model of `GET /api/v1/models`: the image is fitted to what this model sees.",
    // The documentation page fills its forms with examples, and refused requests would be a poor first try.
    examples: ["claude-sonnet-5-5"],
  });

const outputFormat = z
  .preprocess(
    (value) => {
      const name = lowerCase(value);
      return name === "jpg" ? "jpeg" : name;
    },
    z.enum(["jpeg", "png", "webp"], { error: "expected JPEG, PNG or WEBP" }),
  )
  .meta({ type: "string", enum: ["JPEG", "PNG", "WEBP"], description: "Format of the result, in any case." });

/** Options that are null count as absent: some clients serialise what they were not given. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

const processOptions = z.object({
  format: optional(outputFormat),
  quality: optional(quality).describe("1 to 100; naming one re-encodes an image that would fit untouched."),
  max_dimension: optional(z.int().min(10).max(8000)).describe("Longest side of the result in pixels."),
  preserve_transparency: optional(z.boolean()),
  background_color: optional(colour),
  model: optional(model),
});

export const processRequest = namesProviderOrModel(
  z.object({ image, provider, options: optional(processOptions) }),
);
export type ProcessRequest = z.output<typeof processRequest>;
export type ProcessOptions = z.output<typeof processOptions>;

export const validateRequest = namesProviderOrModel(
  z.object({ image, provider, options: optional(z.object({ model: optional(model) })) }),
);
export type ValidateRequest = z.output<typeof validateRequest>;

export const analyzeRequest = z.object({ image });
export type AnalyzeRequest = z.output<typeof analyzeRequest>;

const box = z.int().min(10).max(500);
export const thumbnailRequest = z.object({
  image,
  width: box.describe("Pixels, 10 to 500."),
  height: box.describe("Pixels, 10 to 500."),
  options: optional(
    z.object({
      maintain_aspect_ratio: optional(z.boolean()).describe(
        "Default true: fits inside the box. False: stretches.",
      ),
      quality: optional(quality),
      background_color: optional(colour),
    }),
  ),
});
export type ThumbnailRequest = z.output<typeof thumbnailRequest>;

const size = z.object({ width: z.int(), height: z.int() });
const count = z.int().nonnegative();

const modelView = z
  .object({
    model: z.string().describe("Id in the catalog."),
    model_assumed: z
      .boolean()
      .describe("True when the request named none, so that the provider's default is shown."),
    width: z.int(),
    height: z.int(),
    size_documented: z.boolean(),
    accepted: z.boolean(),
    reason: z.string().nullable(),
    rule: z.string(),
    as_of: z.string().describe("Date of the facts behind it."),
  })
  .describe("The size at which the model will really see the result, by the vendor's published rule.");

const seen = {
  model_view: modelView,
  estimated_tokens: count.nullable().describe("Input tokens of the result for this model: an estimate."),
  scale_to_original: z
    .object({ x: z.number(), y: z.number() })
    .describe(
      "Coordinates in what the model sees times these are coordinates in the original, upright image.",
    ),
};

export const processResponse = z.object({
  success: z.literal(true),
  processed_image: z.string().describe("A data URL."),
  original_format: z.string(),
  processed_format: z.string(),
  original_size: count.describe("Bytes."),
  processed_size: count.describe("Bytes."),
  dimensions: z.tuple([z.int(), z.int()]),
  processing_time_ms: z.number(),
  compression_ratio: z.number().describe("processed_size / original_size."),
  correlation_id: z.string(),
  metadata: z.looseObject({
    provider: z.enum(providerNames),
    model: z.string().nullable(),
    passed_through: z.boolean().describe("The pixels are those of the source; at most metadata was cut out."),
    quality_used: z.int().nullable(),
    resized: z.boolean(),
    has_transparency: z.boolean(),
    original_has_transparency: z.boolean(),
    image_hash: z.string().nullable().describe("8×8 average hash; null where no pixel was decoded."),
    text_like: z.boolean().nullable(),
    encodes: count,
    limit_binds: z.boolean().describe("The byte limit cost quality, dimensions or encoder time."),
    animated_input: z.boolean(),
    original_format: z.string(),
    target_format: z.string(),
    color_mode: z.string().describe("Of the result: L, LA, P, RGB, RGBA."),
    processing_options: z.record(z.string(), z.unknown()).describe("The options given, as understood."),
    size_reduction_percent: z.number(),
    warnings: z.array(z.string()),
    ...seen,
  }),
});
export type ProcessResponse = z.output<typeof processResponse>;

export const validateResponse = z.object({
  valid: z.boolean(),
  provider: z.enum(providerNames),
  error_message: z.string().nullable(),
  file_size: count,
  file_size_mb: z.number(),
  dimensions: size.extend({ aspect_ratio: z.number() }),
  format: z.string(),
  color_mode: z.string().nullable(),
  has_transparency: z.boolean().nullable(),
  requirements_met: z.object({
    size_limit: z.boolean(),
    dimension_limit: z.boolean(),
    format_supported: z.boolean(),
  }),
  limits: z.object({
    max_size_mb: z.number().nullable(),
    max_dimension: z.int().nullable(),
    supported_formats: z.array(z.string()),
  }),
  metadata: z.object({ provider: z.enum(providerNames), model: z.string().nullable(), ...seen }).nullable(),
  correlation_id: z.string(),
});
export type ValidateResponse = z.output<typeof validateResponse>;

export const analyzeResponse = z.object({
  success: z.literal(true),
  analysis: z.object({
    dimensions: size.extend({ aspect_ratio: z.number() }),
    format: z.string(),
    mode: z.string(),
    size_bytes: count,
    size_mb: z.number(),
    has_transparency: z.boolean(),
    has_animation: z.boolean(),
    frames: count,
    complexity_score: z.number().describe("0 (flat) to 10 (noise)."),
    dominant_colors: count.describe("How many distinct colours the measured copy has."),
    palette: z.array(z.object({ hex: z.string(), share: z.number() })),
    is_grayscale: z.boolean(),
    text_likeness: z.number().describe("0 (photo) to 1 (screenshot, document)."),
    has_exif: z.boolean(),
    exif_orientation: z.int(),
    image_hash: z.string().describe("8×8 average hash, hexadecimal."),
    perceptual_hash: z.string().describe("64-bit DCT hash over the median, hexadecimal."),
    thumb_hash: z.string().describe("ThumbHash, base64."),
    estimated_compression_ratio: z.number().describe("What JPEG at quality 80 would leave: an estimate."),
    analysis_time_ms: z.number(),
  }),
  recommendations: z.object({
    best_provider: z.enum(providerNames),
    suggested_format: z.string(),
    estimated_quality: z.int(),
    processing_notes: z.array(z.string()),
  }),
  correlation_id: z.string(),
});
export type AnalyzeResponse = z.output<typeof analyzeResponse>;

export const thumbnailResponse = z.object({
  success: z.literal(true),
  thumbnail: z.string().describe("A data URL; always a JPEG."),
  dimensions: size,
  original_dimensions: size,
  file_size: count,
  compression_ratio: z.number(),
  processing_time_ms: z.number(),
  correlation_id: z.string(),
});

export const providersResponse = z.object({
  supported_providers: z.array(z.enum(providerNames)),
  provider_requirements: z.record(
    z.string(),
    z.object({
      max_size: count,
      max_size_mb: z.number(),
      max_dimension: z.int(),
      supported_formats: z.array(z.string()),
      preferred_format: z.string(),
      default_model: z.string(),
      notes: z.string(),
    }),
  ),
});

export const modelsResponse = z.object({
  as_of: z.string(),
  models: z.array(
    z.looseObject({
      id: z.string(),
      provider: z.string(),
      as_of: z.string(),
      source: z.string(),
      warning: z.string().nullable().describe("Says so when the vendor takes the model away soon, or did."),
    }),
  ),
});

export const errorResponse = z
  .object({
    success: z.literal(false),
    error: z.string().describe("Stable code."),
    message: z.string(),
    details: z.record(z.string(), z.unknown()),
    correlation_id: z.string(),
    timestamp: z.string(),
  })
  .describe("Every error of this API has this body, and the headers `X-Request-ID` and `X-Error-Code`.");
