import { z } from "zod";
import { ProviderError } from "../../hosted/provider.ts";
import type { Checked, ImageRequest, Json, Parameter, Prepared, Warning } from "../contract.ts";
import { fitSize } from "./fit-size.ts";
import type { Shapes } from "./model-table.ts";

/** The request as it goes over the wire. */
const bodySchema = z.object({
  contents: z.array(z.object({ role: z.literal("user"), parts: z.array(z.object({ text: z.string() })) })),
  generationConfig: z.object({
    responseModalities: z.array(z.literal("IMAGE")),
    seed: z.int().optional(),
    imageConfig: z
      .object({ aspectRatio: z.string().optional(), imageSize: z.string().optional() })
      .optional(),
  }),
});

/** @throws {ZodError} for what was not prepared here */
export const readPrepared = ({ body }: Prepared): z.infer<typeof bodySchema> => bodySchema.parse(body);

const seeds = 2 ** 31;

/**
 * One start for each picture: a model of Gemini's makes one per call, whatever the prompt says of numbers.
 *
 * @throws {ProviderError} `rejected` where no picture was asked for
 */
export function prepare(shapes: Shapes, request: ImageRequest): Checked {
  const { prompt, seed, count } = request;
  if (count < 1) throw new ProviderError({ kind: "rejected", reason: "No picture was asked for." });
  const extras = readExtras(shapes, request);
  const size = fitSize(shapes, request, extras.imageSize);
  const imageConfig = {
    ...(size.aspectRatio !== null && { aspectRatio: size.aspectRatio }),
    ...(size.imageSize !== null && { imageSize: size.imageSize }),
  };
  const starts = Array.from({ length: count }, (_, at): Prepared => {
    const generationConfig = {
      responseModalities: ["IMAGE"],
      ...(seed !== null && { seed: (seed + at) % seeds }),
      ...(Object.keys(imageConfig).length > 0 && { imageConfig }),
    };
    return { count: 1, body: { contents: [{ role: "user", parts: [{ text: prompt }] }], generationConfig } };
  });
  return { warnings: [...ignored(request), ...size.warnings, ...extras.warnings], starts };
}

/** What no model of Gemini's takes. */
function ignored(request: ImageRequest): Warning[] {
  const { negativePrompt, steps, guidance, scheduler, background } = request;
  const absent: [Parameter, boolean, string][] = [
    [
      "negativePrompt",
      negativePrompt !== null && negativePrompt !== "",
      "This model takes no negative prompt.",
    ],
    ["steps", steps !== null, "This model takes no number of steps."],
    ["guidance", guidance !== null, "This model takes no guidance."],
    ["scheduler", scheduler !== null, "This model lets nobody choose a scheduler."],
    ["background", background === "transparent", "This model makes no transparent pictures."],
  ];
  return absent
    .filter(([, isAsked]) => isAsked)
    .map(([parameter, , message]) => ({ code: "ignored", parameter, message }));
}

/** The one thing that callers may say in Gemini's own words. */
export const sizeKey = "imageSize";

function readExtras({ image_sizes, isListed }: Shapes, { extra }: ImageRequest) {
  const takes = (value: Json): value is string =>
    typeof value === "string" && (isListed ? image_sizes.includes(value) : /^[1-9]K$/.test(value));
  const asked = Object.hasOwn(extra, sizeKey) ? extra[sizeKey] : undefined;
  const imageSize = asked !== undefined && takes(asked) ? asked : null;
  const warnings = Object.entries(extra)
    .filter(([key, value]) => value !== null && !(key === sizeKey && imageSize !== null))
    .map(([key]): Warning => {
      const shown = key.replace(/\p{C}/gu, "").slice(0, 60);
      const message =
        key === sizeKey
          ? `This model takes ${image_sizes.join(", ")} for “${shown}”.`
          : `This model takes nothing called “${shown}”.`;
      return { code: "ignored", parameter: `extra.${key}`, message };
    });
  return { imageSize, warnings };
}
