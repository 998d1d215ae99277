import type { ImageFormat, ImageRequest, Warning } from "../../models/images/contract.ts";
import type { GenerateRequest } from "./generate-request.ts";
import type { Parameters } from "./generate-request-parameters.ts";
import type { JobWarning, Storing } from "./job.ts";

const formats = { png: "png", jpg: "jpeg", webp: "webp" } as const satisfies Record<
  NonNullable<Parameters["output_format"]>,
  ImageFormat
>;

export const storingOf = ({ parameters }: Pick<GenerateRequest, "parameters">): Storing => ({
  format: formats[parameters?.output_format ?? "png"],
  quality: parameters?.output_quality ?? null,
});

/** The request in the words of the models. */
export function imageRequestOf(request: Pick<GenerateRequest, "prompt" | "parameters">): ImageRequest {
  const { prompt, parameters } = request;
  const { background, ...extra } = parameters?.extra ?? {};
  const isBackground = background === "transparent" || background === "opaque";
  return {
    prompt,
    negativePrompt: parameters?.negative_prompt ?? null,
    width: parameters?.width ?? null,
    height: parameters?.height ?? null,
    aspectRatio: parameters?.aspect_ratio ?? null,
    steps: parameters?.num_inference_steps ?? null,
    guidance: parameters?.guidance_scale ?? null,
    seed: parameters?.seed ?? null,
    scheduler: parameters?.scheduler ?? null,
    count: parameters?.num_outputs ?? 1,
    ...storingOf(request),
    background: isBackground ? background : null,
    extra: isBackground || background === undefined ? extra : { ...extra, background },
  };
}

const parameterNames: Readonly<Record<Exclude<Warning["parameter"], `extra.${string}`>, string>> = {
  prompt: "prompt",
  negativePrompt: "negative_prompt",
  width: "width",
  height: "height",
  aspectRatio: "aspect_ratio",
  steps: "num_inference_steps",
  guidance: "guidance_scale",
  seed: "seed",
  scheduler: "scheduler",
  count: "num_outputs",
  format: "output_format",
  quality: "output_quality",
  background: "background",
};

/** A parameter of a model by its name in the API. */
export const parameterName = (parameter: Warning["parameter"]): string =>
  isOwn(parameter) ? parameterNames[parameter] : parameter.slice("extra.".length);

/** What a model does not follow, by the names of the API. */
export const jobWarning = ({ code, parameter, message }: Warning): JobWarning => ({
  code,
  parameter: parameterName(parameter),
  message,
});

const isOwn = (parameter: Warning["parameter"]): parameter is keyof typeof parameterNames =>
  Object.hasOwn(parameterNames, parameter);
