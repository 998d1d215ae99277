import type { CreateMediaJobBody, MediaJob } from "@fovea/client";
import { commonRules, type MediaModel, type ParameterRule } from "./media-models.ts";

export type Value = string | number | boolean;
/** By the names of the API; what is not here is left to the model. */
export type Values = Readonly<Record<string, Value>>;

export interface Wish {
  readonly prompt: string;
  /** As jobs name it; null for the usual one. */
  readonly model: string | null;
  readonly values: Values;
}

export const emptyWish: Wish = { prompt: "", model: null, values: {} };

export const mostPromptCharacters = 1_000;

export const rulesOf = (model: MediaModel | undefined): readonly ParameterRule[] =>
  model?.parameters ?? commonRules;

/**
 * What the model takes of the values: another model's are kept in the form, and not sent. Of one that nobody has described
 * nobody knows what it takes, and its provider will say.
 */
function sentValues(model: MediaModel | undefined, values: Values): Values {
  if (!model?.parameters)
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
  const named = new Set(rulesOf(model).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => named.has(name) && value !== ""),
  );
}

export function bodyOf({ prompt, model, values }: Wish, chosen: MediaModel | undefined): CreateMediaJobBody {
  const parameters = sentValues(chosen, values);
  return {
    prompt: prompt.trim(),
    ...(model !== null && { model }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
  };
}

/** What has to be said and is not: by their names. */
export const missingIn = (model: MediaModel | undefined, values: Values): readonly string[] =>
  rulesOf(model)
    .filter(({ name, required }) => required && (values[name] ?? "") === "")
    .map(({ name }) => name);

/** What a job was asked for, as a form has it. */
export function wishOf(job: MediaJob, models: readonly MediaModel[]): Wish {
  const model = models.find((each) => each.provider === job.provider && each.model === job.model);
  const values = Object.entries(job.parameters ?? {}).filter((entry): entry is [string, Value] =>
    ["string", "number", "boolean"].includes(typeof entry[1]),
  );
  const named = model?.name ?? `${job.provider}/${job.model}`;
  return { prompt: job.prompt, model: named, values: Object.fromEntries(values) };
}
