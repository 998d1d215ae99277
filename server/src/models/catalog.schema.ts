import { z } from "zod";

/** Formats this service writes; a GIF counts as its still picture. */
const format = z.enum(["jpeg", "png", "gif", "webp"]);
const positive = z.int().positive();
const day = z.iso.date("a date such as 2026-11-21");
const text = z.string().min(1);

export const providerNameSchema = z.enum(["claude", "openai", "gemini"]);

/** Parameters of the rules that `vision-rules.ts` knows by name. Every number is the vendor's, none is code. */
const ruleSchema = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("claude_patches"),
    patch: positive,
    /** Longest side in pixels after padding to the patch grid. */
    edge: positive,
    max_tokens: positive,
  }),
  z.strictObject({
    name: z.literal("openai_patches"),
    patch: positive,
    /** The `detail` these numbers hold for: what the vendor applies when the request names none. */
    detail: z.enum(["high", "original"]),
    /** Patches above which the picture is shrunk; null where the vendor does not shrink. */
    budget: positive.nullable(),
    /** Longest side in pixels above which the picture is shrunk; null where there is none. */
    max_side: positive.nullable(),
    /** Billed tokens per patch; null where the vendor does not publish it. */
    multiplier: z.number().positive().nullable(),
    /** Patches, after shrinking, above which the request is refused; null where not documented. */
    reject_patches: positive.nullable(),
  }),
  z.strictObject({
    name: z.literal("openai_tiles"),
    box: positive,
    short_side: positive,
    tile: positive,
    base: z.int().nonnegative(),
    per_tile: positive,
  }),
  z.strictObject({
    name: z.literal("gemini_tiles"),
    /** A picture with both sides up to this many pixels is one tile. */
    small_side: positive,
    /** Crop unit = floor(short side / this). */
    unit_divisor: z.number().positive(),
    per_tile: positive,
  }),
  z.strictObject({
    name: z.literal("gemini_media_resolution"),
    level: z.enum(["unspecified", "low", "medium", "high", "ultra_high"]),
    /** The most tokens one picture takes at this level. */
    tokens: positive,
  }),
]);

const limitsSchema = z.strictObject({
  /** Raw bytes of one image on the vendor's own API; null where no per-image limit is documented. */
  max_image_bytes: positive.nullable(),
  /** The limit as the vendor states it, where it counts base64 characters. */
  max_base64_bytes: positive.nullable(),
  max_request_bytes: positive.nullable(),
  /** Pixels per side above which the vendor refuses the image. */
  max_side: positive.nullable(),
  max_images_per_request: positive.nullable(),
  /** A stricter side limit that holds for every image once a request carries more than `more_than`. */
  many_images: z.strictObject({ more_than: positive, max_side: positive }).nullable(),
  /** Where the same model has other byte limits when a partner serves it. */
  platforms: z.array(
    z.strictObject({ platform: text, max_image_bytes: positive, max_base64_bytes: positive.nullable() }),
  ),
});

export const modelSchema = z.strictObject({
  id: text,
  aliases: z.array(text),
  provider: providerNameSchema,
  label: text,
  formats: z.array(format).min(1),
  /** Formats the vendor takes and this service does not write, such as HEIC. */
  other_formats: z.array(text),
  animation: z.enum(["first_frame", "not_accepted"]).nullable(),
  limits: limitsSchema,
  rule: ruleSchema,
  /** Largest size worth sending where the model itself never shrinks: a choice, not a limit. */
  fit: z.strictObject({ max_side: positive.nullable(), max_patches: positive.nullable() }).nullable(),
  input_price_usd_per_million: z.number().nonnegative().nullable(),
  /** What a model thinks before it answers is output too. Absent in an operator's file: not known. */
  output_price_usd_per_million: z.number().nonnegative().nullable().default(null),
  /** Share of both prices that the vendor's batch API leaves off, such as 0.5. */
  batch_discount: z.number().min(0).max(1).nullable().default(null),
  capabilities: z.strictObject({
    vision: z.literal(true),
    structured_output: z.boolean().nullable(),
    context_tokens: positive.nullable(),
  }),
  as_of: day,
  source: text,
  /** `vendor`: the vendor's page. `quoted`: a dated third party quoting it. `measured`: one third-party measurement. */
  confidence: z.enum(["vendor", "quoted", "measured"]),
  shutdown_date: day.nullable(),
  replacement: text.nullable(),
  notes: text.nullable(),
});

export const providerSchema = z.strictObject({
  label: text,
  default_model: text,
  /** What the Prepare API documents for the provider: it holds whenever a request names no model. */
  envelope: z.strictObject({
    max_image_bytes: positive,
    max_side: positive,
    formats: z.array(format).min(1),
    preferred_format: format,
    notes: text,
    source: text,
  }),
});

export const catalogHeaderSchema = z.strictObject({ as_of: day });

export type ProviderName = z.infer<typeof providerNameSchema>;
export type CatalogProvider = z.infer<typeof providerSchema> & { readonly name: ProviderName };
export type CatalogModel = z.infer<typeof modelSchema>;
export type VisionRule = CatalogModel["rule"];
/** The parameters of one rule: `RuleOf<"claude_patches">`. */
export type RuleOf<Name extends VisionRule["name"]> = Extract<VisionRule, { name: Name }>;
