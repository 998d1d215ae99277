import { z } from "zod";
import { dataUrl, pictureIn } from "./data-url.ts";
import type { ReadQuestion } from "./scripted-server.ts";
import type { Json } from "./vision-simulator.ts";

const picturePart = z.strictObject({
  type: z.literal("input_image"),
  image_url: dataUrl,
  detail: z.enum(["low", "high", "original", "auto"]).optional(),
});
const textPart = z.strictObject({ type: z.literal("input_text"), text: z.string().min(1) });

/** What of a Response's creation this project may send: like OpenAI, nothing else is taken. */
const requestSchema = z.strictObject({
  model: z.string(),
  input: z.tuple([
    z.strictObject({ role: z.literal("user"), content: z.array(z.union([picturePart, textPart])).min(1) }),
  ]),
  max_output_tokens: z.int().min(16),
  text: z.strictObject({
    format: z.strictObject({
      type: z.literal("json_schema"),
      name: z.string().regex(/^[\w-]{1,64}$/),
      strict: z.boolean(),
      schema: z.looseObject({ type: z.literal("object") }),
    }),
  }),
  store: z.boolean(),
  include: z.array(z.literal("reasoning.encrypted_content")).optional(),
  reasoning: z.strictObject({ effort: z.string() }).optional(),
});

export const openAiMediaTypes = ["image/jpeg", "image/png", "image/webp", "image/gif"] as const;

/** The words of a schema that strict mode compiles. */
const words = { description: z.string().optional(), title: z.string().optional() };
const plainType = z.enum(["string", "number", "integer", "boolean", "null"]);
const strictNode: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({ ...words, anyOf: z.array(strictNode).min(1) }),
    z
      .strictObject({
        ...words,
        type: z.union([z.literal("object"), z.array(z.enum(["object", "null"]))]),
        properties: z.record(z.string(), strictNode),
        required: z.array(z.string()),
        additionalProperties: z.literal(false),
      })
      .refine(({ properties, required }) => Object.keys(properties).every((name) => required.includes(name))),
    z.strictObject({
      ...words,
      type: z.union([z.literal("array"), z.array(z.enum(["array", "null"]))]),
      items: strictNode,
      minItems: z.int().optional(),
      maxItems: z.int().optional(),
    }),
    z.strictObject({
      ...words,
      type: z.union([plainType, z.array(plainType).min(1)]),
      enum: z.array(z.json()).optional(),
      format: z.string().optional(),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
    }),
  ]),
);

/** The efforts that models take, by what their names begin with; the first that fits. */
const efforts: readonly (readonly [prefix: string, efforts: readonly string[]])[] = [
  ["gpt-4", []],
  ["gpt-5-pro", ["high"]],
  ["gpt-5.4-pro", ["medium", "high", "xhigh"]],
  ["gpt-5.", ["none", "low", "medium", "high"]],
  ["gpt-5", ["minimal", "low", "medium", "high"]],
  ["gpt-6-luna", ["none", "low", "medium", "high"]],
  ["gpt-6", ["low", "medium", "high"]],
  ["o", ["low", "medium", "high"]],
];

export function readOpenAiRequest(body: Json): ReadQuestion {
  const result = requestSchema.safeParse(body);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { problem: `Invalid value at '${issue?.path.join(".")}': ${issue?.message}` };
  }
  const { model, input, text, reasoning, max_output_tokens } = result.data;
  const { content } = input[0];
  const { format } = text;
  const [picture, ...others] = content.filter((part) => part.type === "input_image");
  if (!picture || others.length > 0) return { problem: "This simulator takes one picture per request." };
  const image = pictureIn(picture.image_url);
  if (!openAiMediaTypes.some((type) => type === image.mediaType)) {
    return { problem: `Unsupported image type: ${image.mediaType}` };
  }
  if (format.strict && !strictNode.safeParse(format.schema).success) {
    return { problem: "Invalid schema for response_format 'response'." };
  }
  const taken = efforts.find(([prefix]) => model.startsWith(prefix))?.[1];
  if (taken && reasoning && !taken.includes(reasoning.effort)) {
    return { problem: `Unsupported value: '${reasoning.effort}' is not supported with this model.` };
  }
  return {
    call: {
      model,
      instruction: content.map((part) => (part.type === "input_text" ? part.text : "")).join(""),
      // It came as JSON.
      schema: format.schema as Json,
      image,
      maxOutputTokens: max_output_tokens,
    },
  };
}
