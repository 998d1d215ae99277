import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { sha256Of } from "./data-url.ts";
import type { ReadQuestion } from "./scripted-server.ts";
import type { Json } from "./vision-simulator.ts";

export const anthropicMediaTypes = ["image/jpeg", "image/png", "image/webp", "image/gif"] as const;

const picturePart = z.strictObject({
  type: z.literal("image"),
  source: z.strictObject({
    type: z.literal("base64"),
    media_type: z.enum(anthropicMediaTypes),
    data: z.base64().min(1),
  }),
});
const textPart = z.strictObject({ type: z.literal("text"), text: z.string().min(1) });

/** What of a Message's creation this project may send: like Anthropic, nothing else is taken. */
const requestSchema = z.strictObject({
  model: z.string(),
  max_tokens: z.int().positive(),
  messages: z.tuple([
    z.strictObject({ role: z.literal("user"), content: z.array(z.union([picturePart, textPart])).min(1) }),
  ]),
  output_config: z.strictObject({
    effort: z.enum(["low", "medium", "high"]).optional(),
    format: z.strictObject({
      type: z.literal("json_schema"),
      schema: z.looseObject({ type: z.literal("object") }),
    }),
  }),
  thinking: z.strictObject({ type: z.enum(["disabled", "between_tools", "adaptive"]) }).optional(),
});

const words = { description: z.string().optional(), title: z.string().optional() };
const types = z.enum(["object", "array", "string", "number", "integer", "boolean", "null"]);

/** The part of JSON Schema that Anthropic compiles: no bounds, no lengths, and every object closed. */
const schemaNode: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({ ...words, anyOf: z.array(schemaNode).min(1) }),
    z
      .strictObject({
        ...words,
        type: z.union([types, z.array(types).min(1)]).optional(),
        enum: z.array(z.json()).optional(),
        properties: z.record(z.string(), schemaNode).optional(),
        required: z.array(z.string()).optional(),
        additionalProperties: z.literal(false).optional(),
        items: schemaNode.optional(),
        format: z.enum(["date", "date-time"]).optional(),
      })
      .refine(({ type, additionalProperties }) => type !== "object" || additionalProperties === false),
  ]),
);

export function readAnthropicRequest(body: Json, headers: IncomingHttpHeaders): ReadQuestion {
  if (headers["anthropic-version"] !== "2023-06-01") {
    return { problem: "anthropic-version: header is required" };
  }
  const result = requestSchema.safeParse(body);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { problem: `${issue?.path.join(".")}: ${issue?.message}` };
  }
  const { model, messages, max_tokens, output_config, thinking } = result.data;
  const { content } = messages[0];
  const { schema } = output_config.format;
  const [picture, ...others] = content.filter((part) => part.type === "image");
  if (!picture || others.length > 0) return { problem: "This simulator takes one picture per request." };
  if (!schemaNode.safeParse(schema).success) {
    return { problem: "output_config.format.schema: holds what is not supported" };
  }
  const problem = thinkingProblem(model, thinking?.type);
  if (problem) return { problem };
  return {
    call: {
      model,
      instruction: content.map((part) => (part.type === "text" ? part.text : "")).join(""),
      // It came as JSON.
      schema: schema as Json,
      image: { mediaType: picture.source.media_type, sha256: sha256Of(picture.source.data) },
      maxOutputTokens: max_tokens,
    },
  };
}

/** Some models think always, and one of them no less than between the calls of tools. */
function thinkingProblem(model: string, thinking: string | undefined): string | null {
  const always = /^claude-(?:sonnet-5-5|opus-5-5|fable)/.test(model);
  if (thinking === "disabled" && always) return "thinking.type: disabled is not supported for this model";
  if (thinking === "between_tools" && !model.startsWith("claude-sonnet-5-5")) {
    return "thinking.type: between_tools is not supported for this model";
  }
  return null;
}
