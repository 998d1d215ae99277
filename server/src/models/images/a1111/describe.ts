import type { JsonObject, ModelDescription, ParameterRule } from "../contract.ts";
import { anyShape, seedRule, sideRules } from "../parameter-rules.ts";
import { extras, numbers } from "./body.ts";
import { side } from "./fit-size.ts";
import { knownSchedulers, samplersIn, samplingFor } from "./samplers.ts";

const words: Readonly<Record<string, string>> = {
  enable_hr: "Whether the picture is made larger in a second pass.",
  hr_upscaler: "What enlarges it before the second pass, in the words of the server.",
  hr_scale: "How many times as wide and high it is after the second pass.",
  denoising_strength: "How much the second pass may change.",
};

/** What of a request these servers follow; every server has schedulers of its own, which `learned` names. */
export function describeA1111(learned: JsonObject | null | undefined): ModelDescription {
  const offered = samplersIn(learned);
  const schedulers = knownSchedulers.filter((name) => samplingFor(name, offered) !== null);
  return {
    parameters: [
      ...sideRules({ minimum: side.least, maximum: side.most, step: side.step }),
      anyShape,
      { parameter: "negativePrompt", type: "string" },
      { parameter: "steps", type: "integer", minimum: numbers.steps.least, maximum: numbers.steps.most },
      {
        parameter: "guidance",
        type: "number",
        minimum: numbers.guidance.least,
        maximum: numbers.guidance.most,
      },
      seedRule,
      { parameter: "scheduler", type: "enum", values: schedulers },
      ...Object.entries(extras).map(
        ([key, kind]): ParameterRule => ({
          parameter: `extra.${key}`,
          ...(typeof kind === "string"
            ? { type: kind }
            : { type: "number", minimum: kind.least, maximum: kind.most }),
          ...(words[key] !== undefined && { description: words[key] }),
        }),
      ),
    ],
    sizes: null,
    price: null,
    shutdownDate: null,
  };
}
