import type { ParameterRule } from "../../models/images/contract.ts";
import { bounds, mostNegativeCharacters, outputFormats, schedulers } from "./generate-request-parameters.ts";
import type { ChosenModel, ListedModel } from "./image-models.ts";
import { parameterName } from "./image-request.ts";

interface DescribedParameter
  extends Omit<ParameterRule, "parameter" | "description" | "required" | "values"> {
  readonly name: string;
  readonly max_length?: number;
  readonly values?: (string | number)[];
  readonly description: string | null;
  readonly required: boolean;
}

/** What each means, whatever the model. Those that it makes of its own are not here. */
const meanings: Readonly<Record<string, string>> = {
  width: "Pixels.",
  height: "Pixels.",
  aspect_ratio: "Width to height; counts where no size is given.",
  negative_prompt: "What is not to be seen.",
  num_inference_steps: "More steps take longer, and add detail up to a point.",
  guidance_scale: "How closely the picture keeps to the prompt.",
  seed: "The same request with the same seed makes the same picture, or nearly so.",
  scheduler: "The method by which noise becomes a picture.",
  background: "What is behind the subject; a transparent one needs PNG or WebP.",
};

/** Done here for every model: pictures beyond one call are several, and what comes in another format is converted. */
const always: readonly DescribedParameter[] = [
  {
    ...{ name: "num_outputs", type: "integer", default: 1, required: false },
    ...{ minimum: bounds.num_outputs.min, maximum: bounds.num_outputs.max, step: 1 },
    description: "How many pictures of the prompt.",
  },
  {
    ...{ name: "output_format", type: "enum", values: [...outputFormats], default: "png", required: false },
    description: "In which the picture is stored.",
  },
  {
    ...{ name: "output_quality", type: "integer", required: false },
    ...{ minimum: bounds.output_quality.min, maximum: bounds.output_quality.max, step: 1 },
    description: "Of JPEG and WebP; 90 where nobody says.",
  },
];

/** A model as the API tells of it: what it follows of what a request may say. */
export function modelAnswer({ description, ...model }: ListedModel, usual: ChosenModel | null) {
  const own = description?.parameters.flatMap(described) ?? [];
  const shapes = own.find(({ name }) => name === "aspect_ratio");
  return {
    name: model.name,
    provider: model.provider,
    model: model.model,
    usual: usual?.provider === model.provider && usual.model === model.model,
    free: model.free,
    parameters: description && [...own, ...always],
    sizes: description?.sizes?.filter(canBeAsked).map(([width, height]) => ({ width, height })) ?? null,
    aspect_ratios: shapes?.values?.map(String) ?? null,
    price: description?.price ?? null,
    shutdown_date: description?.shutdownDate ?? null,
  };
}

const canBeAsked = ([width, height]: readonly [number, number]) =>
  isWithin(bounds.width, width) && isWithin(bounds.height, height);

const isWithin = ({ min, max }: Bounds, value: number) => value >= min && value <= max;

type Bounds = (typeof bounds)[keyof typeof bounds];

/** None for what no request can say: the API has bounds and choices of its own. */
function described({
  parameter,
  description,
  required,
  values,
  ...rule
}: ParameterRule): DescribedParameter[] {
  const name = parameterName(parameter);
  const isExtra = parameter.startsWith("extra.");
  // The API's own parameter of that name is read before any input of the model's.
  if (isExtra && reserved.has(name)) return [];
  const choices = values && (isExtra ? [...values] : offered(name, values));
  if (choices?.length === 0) return [];
  const common = {
    ...{ ...rule, name, required: required ?? false, ...(choices && { values: choices }) },
    ...(name === "negative_prompt" && { max_length: mostNegativeCharacters }),
    description: description ?? (isExtra ? null : (meanings[name] ?? null)),
  };
  if (name === "scheduler" && !choices) return [{ ...common, type: "enum", values: [...schedulers] }];
  return isExtra || !isBounded(name) ? [common] : [{ ...common, ...narrowed(rule, bounds[name]) }];
}

const reserved: ReadonlySet<string> = new Set([
  ...Object.keys(bounds),
  ...Object.keys(meanings),
  ...always.map(({ name }) => name),
]);

const isBounded = (name: string): name is keyof typeof bounds => Object.hasOwn(bounds, name);

/** What both the model and a request can say. */
function offered(name: string, values: readonly (string | number)[]): (string | number)[] {
  const askable = choicesOfRequests[name];
  if (!askable) return [...values];
  const has = new Set(values.map((value) => String(value).toLowerCase()));
  return askable.filter((each) => has.has(each.toLowerCase()));
}

const choicesOfRequests: Readonly<Record<string, readonly string[]>> = {
  scheduler: schedulers,
  background: ["transparent", "opaque"],
};

function narrowed(rule: Omit<ParameterRule, "parameter">, { min, max }: Bounds) {
  const { type, step = type === "integer" ? 1 : undefined, default: usual } = rule;
  const lowest = Math.max(rule.minimum ?? min, min);
  const highest = Math.min(rule.maximum ?? max, max);
  return {
    minimum: step === undefined ? lowest : Math.ceil(lowest / step) * step,
    maximum: step === undefined ? highest : Math.floor(highest / step) * step,
    ...(step !== undefined && { step }),
    // A default that nobody can ask for is one all the same.
    ...(usual !== undefined && { default: usual }),
  };
}
