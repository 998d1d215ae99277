import { z } from "zod";

/** What of GenerateContentRequest this project may send to a model that makes pictures: like Google, nothing else is taken. */
const requestSchema = z.strictObject({
  contents: z
    .array(
      z.strictObject({
        role: z.literal("user"),
        parts: z.array(z.strictObject({ text: z.string().min(1) })).length(1),
      }),
    )
    .length(1),
  generationConfig: z.strictObject({
    responseModalities: z.tuple([z.literal("IMAGE")]),
    seed: z.int32().optional(),
    imageConfig: z
      .strictObject({ aspectRatio: z.string().optional(), imageSize: z.string().optional() })
      .refine((config) => Object.keys(config).length > 0)
      .optional(),
  }),
});

const usualRatios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];

/** What each model takes; null where it lets nobody choose a size. */
const models: Readonly<Record<string, { ratios: readonly string[]; sizes: readonly string[] | null }>> = {
  "gemini-nano-banana-2.1": {
    ratios: [...usualRatios, "1:4", "4:1", "1:8", "8:1"],
    sizes: ["1K", "2K", "4K"],
  },
  "gemini-3-pro-image": { ratios: usualRatios, sizes: ["1K", "2K", "4K"] },
  "gemini-3.1-flash-lite-image": { ratios: usualRatios, sizes: null },
};

export const isImageModel = (model: string) => Object.hasOwn(models, model);

interface ReadImageRequest {
  readonly prompt: string;
  readonly seed: number | null;
  readonly aspectRatio: string | null;
  readonly imageSize: string | null;
}

/** @param body of the request, as it came */
export function readImageRequest(
  body: Buffer,
  model: string,
): ReadImageRequest | { readonly problem: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch {
    return { problem: "Invalid JSON payload received." };
  }
  const { data, error } = requestSchema.safeParse(parsed);
  if (data === undefined) {
    const [issue] = error.issues;
    return { problem: `Invalid JSON payload received. At '${issue?.path.join(".")}': ${issue?.message}` };
  }
  const { seed = null, imageConfig = {} } = data.generationConfig;
  const { aspectRatio = null, imageSize = null } = imageConfig;
  const { ratios, sizes } = models[model] ?? { ratios: [], sizes: null };
  if (aspectRatio !== null && !ratios.includes(aspectRatio))
    return { problem: "Aspect ratio is not supported for this model." };
  if (imageSize !== null && !sizes?.includes(imageSize))
    return { problem: "Image size is not supported for this model." };
  return { prompt: data.contents[0]?.parts[0]?.text ?? "", seed, aspectRatio, imageSize };
}
