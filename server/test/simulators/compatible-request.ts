import { z } from "zod";
import { dataUrl, pictureIn } from "./data-url.ts";
import type { ReadQuestion } from "./scripted-server.ts";
import type { Json } from "./vision-simulator.ts";

const picturePart = z.strictObject({
  type: z.literal("image_url"),
  // An address on the network would be one that the server fetches.
  image_url: z.strictObject({ url: dataUrl }),
});
const textPart = z.strictObject({ type: z.literal("text"), text: z.string().min(1) });

/** What every server that calls itself compatible knows; more of a request is not to be relied on. */
const requestSchema = z.strictObject({
  model: z.string(),
  messages: z.tuple([
    z.strictObject({ role: z.literal("user"), content: z.array(z.union([picturePart, textPart])).min(1) }),
  ]),
  max_tokens: z.int().positive(),
  response_format: z.strictObject({
    type: z.literal("json_schema"),
    json_schema: z.strictObject({
      name: z.string().min(1),
      strict: z.boolean(),
      schema: z.looseObject({ type: z.literal("object") }),
    }),
  }),
});

export const compatibleMediaTypes = ["image/jpeg", "image/png", "image/webp"] as const;

export function readCompatibleRequest(body: Json): ReadQuestion {
  const result = requestSchema.safeParse(body);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { problem: `At '${issue?.path.join(".")}': ${issue?.message}` };
  }
  const { model, messages, max_tokens, response_format } = result.data;
  const { content } = messages[0];
  const [picture, ...others] = content.filter((part) => part.type === "image_url");
  if (!picture || others.length > 0) return { problem: "This simulator takes one picture per request." };
  const image = pictureIn(picture.image_url.url);
  if (!compatibleMediaTypes.some((type) => type === image.mediaType)) {
    return { problem: "Failed to load image or audio file" };
  }
  return {
    call: {
      model,
      instruction: content.map((part) => (part.type === "text" ? part.text : "")).join(""),
      // It came as JSON.
      schema: response_format.json_schema.schema as Json,
      image,
      maxOutputTokens: max_tokens,
    },
  };
}
