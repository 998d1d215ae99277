import { ProviderError } from "../../hosted/provider.ts";
import type { ImageRequest, Json, JsonObject, Parameter, Warning } from "../contract.ts";
import { createDraft, type Draft } from "./draft.ts";
import { fitSize } from "./fit-size.ts";
import type { Property } from "./model-input.ts";
import type { ModelRules } from "./model-rules.ts";

/** As models call the same thing; the first that a model has is meant. */
export const names = {
  negativePrompt: ["negative_prompt"],
  steps: ["num_inference_steps", "steps", "num_steps"],
  guidance: ["guidance_scale", "guidance", "cfg_scale", "cfg"],
  seed: ["seed"],
  scheduler: ["scheduler", "sampler"],
  count: ["num_outputs", "num_images", "number_of_images"],
  format: ["output_format", "format"],
  quality: ["output_quality", "quality"],
  background: ["background"],
} as const;

/** What an operator decides, and no request. */
export const operatorsOwn: ReadonlySet<string> = new Set(["disable_safety_checker"]);

interface FittedRequest {
  readonly warnings: readonly Warning[];
  /** In the model's own words, without a count of pictures. */
  readonly input: JsonObject;
  /** Where to say how many pictures, and how many there may be at a time; null where there is one at a time. */
  readonly count: { readonly name: string; readonly most: number } | null;
  /** Where a seed goes; null where the model takes none. */
  readonly seed: { readonly name: string; readonly most: number } | null;
}

/** @throws {ProviderError} `rejected` where the model needs what the request does not have */
export function fitRequest(rules: ModelRules, request: ImageRequest): FittedRequest {
  const draft = createDraft(rules.input);
  if (draft.find(["prompt"]) === null) throw rejected("This model takes no prompt.");
  draft.set("prompt", request.prompt);
  setText(draft, "negativePrompt", request.negativePrompt, "negative prompt");
  fitSize(draft, rules, request);
  setNumber(draft, "steps", request.steps, "number of steps");
  setNumber(draft, "guidance", request.guidance, "guidance");
  setSeed(draft, request);
  setChoice(draft, "scheduler", request.scheduler, "scheduler");
  setFormat(draft, request);
  // All pictures are opaque that are not asked to be otherwise.
  if (request.background === "transparent" || draft.find(names.background))
    setChoice(draft, "background", request.background, "background");
  const count = draft.find(names.count);
  for (const [key, value] of Object.entries(request.extra)) setExtra(draft, key, value, count?.name ?? null);
  const missing = rules.input.required.find((name) => !draft.has(name) && name !== count?.name);
  if (missing !== undefined)
    throw rejected(`This model needs “${missing}”, which the request does not have.`);

  const seed = draft.find(names.seed);
  return {
    warnings: draft.warnings,
    input: { ...draft.input },
    count: count && { name: count.name, most: count.property.maximum ?? Number.MAX_SAFE_INTEGER },
    seed: seed && { name: seed.name, most: Math.min(seed.property.maximum ?? largestSeed, largestSeed) },
  };
}

const largestSeed = 2 ** 31 - 1;

function setText(draft: Draft, parameter: "negativePrompt", value: string | null, words: string): void {
  if (value === null || value === "") return;
  const place = draft.find(names[parameter]);
  if (place) draft.set(place.name, value);
  else draft.warn("ignored", parameter, `This model takes no ${words}.`);
}

function setNumber(draft: Draft, parameter: "steps" | "guidance", value: number | null, words: string) {
  if (value === null) return;
  const place = draft.find(names[parameter]);
  if (place) draft.setNumber(place.name, value, parameter, `a ${words}`);
  else draft.warn("ignored", parameter, `This model takes no ${words}.`);
}

function setSeed(draft: Draft, { seed, extra }: ImageRequest): void {
  if (seed === null) return;
  const place = draft.find(names.seed);
  if (place === null) {
    draft.warn(
      "ignored",
      "seed",
      "This model takes no seed: the same request makes another picture each time.",
    );
    return;
  }
  draft.setNumber(place.name, seed, "seed", "a seed");
  const fast = draft.find(["go_fast"]);
  if (fast === null) return;
  // With its fast kernels, which are the default, FLUX does not make the same picture twice.
  if (extra["go_fast"] == null) draft.set(fast.name, false);
  else if (extra["go_fast"] === true)
    draft.warn("adjusted", "seed", "With “go_fast” this model may make another picture from the same seed.");
}

function setChoice(draft: Draft, parameter: "scheduler" | "background", value: string | null, words: string) {
  if (value === null) return;
  const place = draft.find(names[parameter]);
  const choice = place && choiceIn(place.property, value);
  if (place && choice !== null) draft.set(place.name, choice);
  else
    draft.warn(
      "ignored",
      parameter,
      place ? `This model has no ${words} “${value}”.` : `This model lets nobody choose a ${words}.`,
    );
}

/** Null where it is not among what may be chosen; capitals do not count. */
function choiceIn(property: Property, value: string): Json {
  if (property.enum === undefined) return property.type === "string" ? value : null;
  return property.enum.find((each) => String(each).toLowerCase() === value.toLowerCase()) ?? null;
}

/** Whatever comes is converted: there is nothing to warn of. */
function setFormat(draft: Draft, { format, quality }: ImageRequest): void {
  const place = draft.find(names.format);
  const spellings = format === "jpeg" ? ["jpg", "jpeg"] : [format];
  // A lossless one bears being converted.
  const wanted = [...spellings, "png"].map((each) => place && choiceIn(place.property, each));
  const chosen = wanted.find((each) => each != null);
  if (place && chosen != null) draft.set(place.name, chosen);
  const lossy = draft.find(names.quality);
  const isNumber = lossy?.property.type === "integer" || lossy?.property.type === "number";
  if (lossy && isNumber && quality !== null && format !== "png") {
    const { minimum = 0, maximum = 100 } = lossy.property;
    draft.set(lossy.name, Math.min(Math.max(quality, minimum), maximum));
  }
}

function setExtra(draft: Draft, key: string, value: Json, countName: string | null): void {
  if (value === null) return;
  const parameter: Parameter = `extra.${key}`;
  const ignore = (message: string) => draft.warn("ignored", parameter, message);
  const place = draft.find([key]);
  const shown = key.replace(/\p{C}/gu, "").slice(0, 60);
  if (place === null) ignore(`This model takes nothing called “${shown}”.`);
  else if (operatorsOwn.has(key)) ignore(`What “${shown}” does is not for a request to decide.`);
  else if (key === countName || draft.has(key))
    ignore(`What “${shown}” says is said already by another part of the request.`);
  else if (
    typeof value === "number" &&
    (place.property.type === "integer" || place.property.type === "number")
  )
    draft.setNumber(key, value, parameter, `“${shown}”`);
  else if (takes(place.property, value)) draft.set(key, value);
  else ignore(`This model takes something else for “${shown}”.`);
}

function takes(property: Property, value: Json): boolean {
  if (property.enum) return property.enum.some((each) => each === value);
  switch (property.type) {
    case null:
      return true;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && !Array.isArray(value);
    case "integer":
    case "number":
      return typeof value === "number";
    default:
      return typeof value === property.type;
  }
}

const rejected = (reason: string) => new ProviderError({ kind: "rejected", reason });
