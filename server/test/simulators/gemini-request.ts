import { createHash } from "node:crypto";
import { z } from "zod";
import type { Json, SeenCall } from "./vision-simulator.ts";

const text = z.strictObject({ text: z.string().min(1) });
const inlineData = z.strictObject({
  inlineData: z.strictObject({ mimeType: z.string(), data: z.base64().min(1) }),
});
const count = z.int().positive();

type Schema = { readonly [keyword: string]: unknown };

const nullable = z.literal(true).optional();
const words = { title: z.string().optional(), description: z.string().optional(), nullable };

/** `Schema` of the Gemini API, as far as this project may use it. */
const openApiSchema: z.ZodType<Schema> = z.lazy(() =>
  z.union([
    z.strictObject({ ...words, anyOf: z.array(openApiSchema).min(2) }),
    z
      .strictObject({
        ...words,
        type: z.literal("OBJECT"),
        properties: z.record(z.string(), openApiSchema),
        propertyOrdering: z.array(z.string()),
        required: z.array(z.string()).optional(),
      })
      .refine(({ properties }) => Object.keys(properties).length > 0, "should be non-empty for OBJECT type")
      .refine(
        ({ properties, required = [], propertyOrdering }) =>
          [...required, ...propertyOrdering].every((name) => Object.hasOwn(properties, name)),
        "property is not defined",
      ),
    z.strictObject({
      ...words,
      type: z.literal("ARRAY"),
      items: openApiSchema.optional(),
      minItems: z.int().optional(),
      maxItems: z.int().optional(),
    }),
    z.strictObject({
      ...words,
      type: z.literal("STRING"),
      format: z.literal("enum"),
      enum: z.array(z.string()).min(1),
    }),
    z.strictObject({
      ...words,
      type: z.literal("STRING"),
      format: z.literal("date-time").optional(),
      minLength: z.int().optional(),
      maxLength: z.int().optional(),
    }),
    z.strictObject({
      ...words,
      type: z.enum(["NUMBER", "INTEGER"]),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
    }),
    z.strictObject({ ...words, type: z.enum(["BOOLEAN", "NULL"]) }),
  ]),
);

/** What of GenerateContentRequest this project may send: like Google, nothing else is taken. */
const requestSchema = z.strictObject({
  contents: z
    .array(
      z.strictObject({ role: z.enum(["user", "model"]), parts: z.array(z.union([text, inlineData])).min(1) }),
    )
    .min(1),
  systemInstruction: z.strictObject({ parts: z.array(text).min(1) }).optional(),
  generationConfig: z.strictObject({
    maxOutputTokens: count,
    temperature: z.number().min(0).max(2).optional(),
    seed: z.int().optional(),
    responseMimeType: z.literal("application/json"),
    responseJsonSchema: z.looseObject({ type: z.literal("object") }).optional(),
    responseSchema: openApiSchema.optional(),
    thinkingConfig: z
      .strictObject({
        thinkingLevel: z.enum(["minimal", "low", "medium", "high"]).optional(),
        thinkingBudget: z.int().optional(),
      })
      .optional(),
    mediaResolution: z
      .enum(["MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH"])
      .optional(),
  }),
});

export const geminiMediaTypes = ["image/jpeg", "image/png", "image/webp"] as const;

export type ReadRequest =
  | { readonly call: Omit<SeenCall, "key" | "model">; readonly thinking: Json }
  | { readonly problem: string };

/**
 * @param body of the request, as it came
 * @param form in which it has its schema: jobs leave JSON Schema unheeded
 */
export function readGeminiRequest(
  body: Buffer,
  model: string,
  form: "responseJsonSchema" | "responseSchema" = "responseJsonSchema",
): ReadRequest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch {
    return { problem: "Invalid JSON payload received." };
  }
  const result = requestSchema.safeParse(parsed);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { problem: `Invalid JSON payload received. At '${issue?.path.join(".")}': ${issue?.message}` };
  }
  const { contents, generationConfig, systemInstruction } = result.data;
  const { responseJsonSchema, responseSchema } = generationConfig;
  const schema = form === "responseSchema" ? responseSchema : responseJsonSchema;
  if (!schema || (responseJsonSchema && responseSchema))
    return { problem: `This wants its schema as ${form}.` };
  const parts = contents.flatMap((content) => content.parts);
  const [picture, ...others] = parts.filter((part) => "inlineData" in part).map((part) => part.inlineData);
  if (!picture || others.length > 0) return { problem: "This simulator takes one picture per request." };
  if (!geminiMediaTypes.some((type) => type === picture.mimeType)) {
    return { problem: `Unsupported MIME type: ${picture.mimeType}` };
  }
  const thinking = generationConfig.thinkingConfig ?? null;
  const problem = thinking && thinkingProblem(thinking, model);
  if (problem) return { problem };
  const bytes = Buffer.from(picture.data, "base64");
  return {
    call: {
      instruction: [...(systemInstruction?.parts ?? []), ...parts]
        .map((part) => ("text" in part ? part.text : ""))
        .join(""),
      // It came as JSON.
      schema: schema as Json,
      image: { mediaType: picture.mimeType, sha256: createHash("sha256").update(bytes).digest("hex") },
      maxOutputTokens: generationConfig.maxOutputTokens,
    },
    thinking: thinking as Json,
  };
}

/** Gemini 3 and later have levels, of which Pro has no `minimal`; 2.5 has budgets, of which Pro has no zero. */
function thinkingProblem(
  {
    thinkingLevel,
    thinkingBudget,
  }: { thinkingLevel?: string | undefined; thinkingBudget?: number | undefined },
  model: string,
): string | null {
  if (thinkingLevel !== undefined && thinkingBudget !== undefined) {
    return "You can only set only one of thinking budget and thinking level.";
  }
  const budgets = model.startsWith("gemini-2.5-");
  if (thinkingLevel !== undefined && budgets) return "Thinking level is not supported for this model.";
  if (thinkingBudget !== undefined && !budgets) return "Thinking budget is not supported for this model.";
  const isPro = /-pro\b/.test(model);
  if (isPro && (thinkingBudget === 0 || thinkingLevel === "minimal")) {
    return "This model only works in thinking mode.";
  }
  return null;
}
