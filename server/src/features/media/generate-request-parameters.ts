import type { JsonObject } from "../../models/images/contract.ts";
import {
  type Location,
  listed,
  nullable,
  oneOf,
  type Problem,
  problem,
  type Rule,
  refined,
  text,
  valueError,
} from "./pydantic.ts";
import { fieldsOf } from "./pydantic-fields.ts";
import { integer, number } from "./pydantic-numbers.ts";
import { unstorable } from "./validate-storable.ts";

export const schedulers = [
  "DDIM",
  "DPMSolverMultistep",
  "HeunDiscrete",
  "KarrasDPM",
  "K_EULER_ANCESTRAL",
  "K_EULER",
  "PNDM",
] as const;

export const outputFormats = ["png", "jpg", "webp"] as const;

/** What a picture is asked for with, by the names of the public API. Null where it is absent or null. */
export interface Parameters {
  /** Pixels, 128 to 2048. */
  readonly width: number | null;
  readonly height: number | null;
  /** 1 to 500. */
  readonly num_inference_steps: number | null;
  /** 1 to 20. */
  readonly guidance_scale: number | null;
  readonly negative_prompt: string | null;
  /** 0 to 2,147,483,647. */
  readonly seed: number | null;
  readonly scheduler: (typeof schedulers)[number] | null;
  /** 1 to 4. */
  readonly num_outputs: number | null;
  /** `16:9`: whole numbers without leading zeros, at most 8 to 1. */
  readonly aspect_ratio: string | null;
  /** 1 to 100. */
  readonly output_quality: number | null;
  readonly output_format: (typeof outputFormats)[number] | null;
  /** Keys of the caller's own, as they were sent. */
  readonly extra: JsonObject;
}

const side = { min: 128, max: 2_048 };
/** Of the numbers that a request may have, whatever the model. */
export const bounds = {
  width: side,
  height: side,
  num_inference_steps: { min: 1, max: 500 },
  guidance_scale: { min: 1, max: 20 },
  seed: { min: 0, max: 2_147_483_647 },
  num_outputs: { min: 1, max: 4 },
  output_quality: { min: 1, max: 100 },
};
export const mostNegativeCharacters = 1_000;

const scheduler: Rule<(typeof schedulers)[number]> = refined(text({}), (name) => {
  const known = schedulers.find((each) => each === name);
  return known ?? valueError(`Scheduler must be one of ${listed(schedulers, "")}`);
});

/** Sides are 128 to 2048 and the longer one is 1024 where only this is given, so that the other has to be 128 at least. */
const steepest = 8;

const aspectRatio: Rule<string> = refined(text({}), (ratio) => {
  const [, width, height] = /^([1-9]\d{0,4}):([1-9]\d{0,4})$/.exec(ratio) ?? [];
  if (width === undefined) return valueError("Aspect ratio must be two whole numbers, such as 16:9");
  const steepness = Number(width) / Number(height);
  if (Math.max(steepness, 1 / steepness) > steepest)
    return valueError(`Aspect ratio must not be beyond ${steepest}:1 or 1:${steepest}`);
  return ratio;
});

/** @param problems is added to, in the order in which the parameters are declared */
export function readParameters(source: JsonObject, location: Location, problems: Problem[]): Parameters {
  const fields = fieldsOf(source, location, problems);
  const read = <Value>(name: string, rule: Rule<Value>) => fields.optional(name, nullable(rule), null);
  const parameters = {
    width: read("width", integer(bounds.width)),
    height: read("height", integer(bounds.height)),
    num_inference_steps: read("num_inference_steps", integer(bounds.num_inference_steps)),
    guidance_scale: read("guidance_scale", number(bounds.guidance_scale)),
    negative_prompt: read("negative_prompt", text({ max: mostNegativeCharacters })),
    seed: read("seed", integer(bounds.seed)),
    scheduler: read("scheduler", scheduler),
    num_outputs: read("num_outputs", integer(bounds.num_outputs)),
    aspect_ratio: read("aspect_ratio", aspectRatio),
    output_quality: read("output_quality", integer(bounds.output_quality)),
    output_format: read("output_format", oneOf(outputFormats)),
  };
  const extra = Object.fromEntries(
    Object.entries(source).filter(([name]) => !Object.hasOwn(parameters, name)),
  );
  // The first of them only: an answer that names thousands would be many times as long as the request.
  const stuck = Object.entries(extra).find((entry) => unstorable(entry) !== null);
  const fault = unstorable(stuck);
  if (stuck && fault) problems.push(problem(fault, [...location, stuck[0]], stuck[1]));
  return { ...parameters, extra };
}
