import { z } from "zod";
import { ProviderError } from "../../hosted/provider.ts";
import type { Checked, ImageRequest, Json, JsonObject, Prepared } from "../contract.ts";
import { createDraft, type Draft } from "./draft.ts";
import { setSize } from "./fit-size.ts";
import { samplersIn, samplingFor } from "./samplers.ts";

/** The request as it goes over the wire; of it only this has to be known again. */
const bodySchema = z.record(z.string(), z.json()).and(
  z.object({
    prompt: z.string(),
    negative_prompt: z.string().optional(),
    seed: z.int().optional(),
  }),
);

/** @throws {ZodError} for what was not prepared here */
export const readPrepared = ({ body }: Prepared): z.infer<typeof bodySchema> => bodySchema.parse(body);

/** The model's name for whatever the server has loaded. */
const loaded = "default";

const seeds = 2 ** 31;

export const numbers = {
  steps: { least: 1, most: 150, step: 1 },
  guidance: { least: 0, most: 30, step: null },
};

/**
 * One start for each picture. In one call A1111 and Forge would make several at a time, in as many times the memory, or one
 * after the other by a setting that stable-diffusion.cpp does not have; and all would be lost with one of them.
 *
 * @throws {ProviderError} `rejected` or `model_unknown`
 */
export function prepare(
  model: string,
  request: ImageRequest,
  learned: JsonObject | null | undefined,
): Checked {
  const { prompt, negativePrompt, steps, guidance, seed, count, background } = request;
  if (count < 1) throw rejected("No picture was asked for.");
  // stable-diffusion.cpp reads settings of all kinds out of a prompt, past every bound.
  if (prompt.includes("<sd_cpp_extra_args>")) throw rejected("A prompt holds no settings of the server.");
  const draft = createDraft();
  draft.set("prompt", prompt);
  if (negativePrompt !== null && negativePrompt !== "") draft.set("negative_prompt", negativePrompt);
  setSize(draft, request);
  if (steps !== null) draft.setNumber("steps", steps, numbers.steps, "steps", "a number of steps");
  if (guidance !== null) draft.setNumber("cfg_scale", guidance, numbers.guidance, "guidance", "a guidance");
  setScheduler(draft, request, samplersIn(learned));
  if (background === "transparent") draft.ignore("background", "This server makes no transparent pictures.");
  for (const [key, value] of Object.entries(request.extra)) setExtra(draft, key, value);
  const model_name = checkpointOf(model);
  const common: JsonObject = {
    ...draft.body,
    batch_size: 1,
    n_iter: 1,
    ...(model_name !== null && { override_settings: { sd_model_checkpoint: model_name } }),
  };
  const starts = Array.from(
    { length: count },
    (_, at): Prepared => ({
      count: 1,
      body: seed === null ? common : { ...common, seed: (seed + at) % seeds },
    }),
  );
  return { warnings: draft.warnings, starts };
}

/** @throws {ProviderError} `model_unknown` */
function checkpointOf(model: string): string | null {
  if (model === loaded) return null;
  if (/^[^\p{C}]{1,300}$/u.test(model)) return model;
  throw new ProviderError({ kind: "model_unknown", reason: "No model has such a name." });
}

function setScheduler(draft: Draft, { scheduler }: ImageRequest, offered: readonly string[] | null): void {
  if (scheduler === null) return;
  const sampling = samplingFor(scheduler, offered);
  if (sampling === null) {
    const said = offered === null ? "is not known to have" : "has no";
    draft.ignore("scheduler", `This server ${said} scheduler “${shown(scheduler)}”.`);
    return;
  }
  draft.set("sampler_name", sampling.sampler);
  if (sampling.schedule === null) return;
  draft.set("scheduler", sampling.schedule);
  // The same, as SD.Next calls it.
  draft.set("schedulers_sigma", sampling.schedule);
}

/** The second pass at a larger size, which is all that these servers have in common besides. */
export const extras: Readonly<Record<string, "boolean" | "string" | { least: number; most: number }>> = {
  enable_hr: "boolean",
  hr_upscaler: "string",
  // Four times the pixels: a larger one is a picture that no memory holds.
  hr_scale: { least: 1, most: 2 },
  denoising_strength: { least: 0, most: 1 },
};

function setExtra(draft: Draft, key: string, value: Json): void {
  if (value === null) return;
  const kind = Object.hasOwn(extras, key) ? extras[key] : undefined;
  if (kind === undefined)
    draft.ignore(`extra.${key}`, `Nothing called “${shown(key)}” is passed on to this server.`);
  else if (typeof kind === "object" && typeof value === "number")
    draft.setNumber(key, value, { ...kind, step: null }, `extra.${key}`, `“${key}”`);
  else if (kind === typeof value) draft.set(key, value);
  else draft.ignore(`extra.${key}`, `This server takes something else for “${key}”.`);
}

const shown = (name: string) => name.replace(/\p{C}/gu, "").slice(0, 60);

const rejected = (reason: string) => new ProviderError({ kind: "rejected", reason });
