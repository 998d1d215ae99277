import { expect, test } from "vitest";
import { createA1111Images } from "../../src/models/images/a1111/a1111-images.ts";
import type { ImageProvider, ImageRequest, ParameterRule } from "../../src/models/images/contract.ts";
import { createGeminiImages } from "../../src/models/images/gemini/gemini-images.ts";
import { createLocalImages } from "../../src/models/images/local/local-images.ts";
import { createOpenaiImages } from "../../src/models/images/openai/openai.ts";
import { createReplicate } from "../../src/models/images/replicate/replicate.ts";
import { plainRequest } from "./image-conformance.ts";

/** Nothing is asked: what is described and what is checked come from the tables. */
const settings = { baseUrl: "http://127.0.0.1:1", deadlineMs: 1 };
const local = createLocalImages();
type Described = Pick<ImageProvider, "models" | "describe" | "check">;

const cases: readonly (readonly [string, Described, readonly string[]])[] = [
  ["replicate", createReplicate(settings), []],
  ["openai", createOpenaiImages(settings), ["gpt-image-9", "some-server/model"]],
  ["gemini", createGeminiImages(settings), ["gemini-of-tomorrow-image"]],
  ["a1111", createA1111Images(settings), ["default"]],
  [
    "local",
    { models: ["local"], describe: () => local.describe(), check: (_, request) => local.check(request) },
    [],
  ],
];
const models = cases.flatMap(([name, provider, more]) =>
  [...provider.models, ...more].map((model) => [`${name} ${model}`, provider, model] as const),
);

test.each(models)("what %s is said to follow, it follows without a warning", (_name, provider, model) => {
  const description = provider.describe(model);
  const warnings = (request: Partial<ImageRequest>) =>
    provider.check(model, { ...plainRequest, ...request }).warnings;
  const followed = (description?.parameters ?? []).filter(({ parameter }) => !isSide(parameter));
  expect(followed.map(({ parameter }) => parameter)).toContain("aspectRatio");
  for (const rule of followed)
    for (const value of examplesOf(rule))
      expect(warnings(asking(rule.parameter, value)), rule.parameter).toEqual([]);
  const sides = (description?.parameters ?? []).filter(({ parameter }) => isSide(parameter));
  expect(sides).toHaveLength(2);
  for (const [width, height] of description?.sizes ?? [])
    expect(warnings({ width, height }), `${width} × ${height}`).toEqual([]);
  if (description?.sizes) return;
  const [{ minimum = 128, maximum = 2_048, step = 1 } = {}] = sides;
  const middle = Math.round((minimum + maximum) / 2 / step) * step;
  expect(warnings({ width: middle, height: middle })).toEqual([]);
  // Both at their ends may be more pixels, or fewer, than there are: but nothing of it is out of bounds.
  for (const width of [minimum, maximum])
    expect(warnings({ width, height: middle }).filter(({ code }) => code !== "adjusted")).toEqual([]);
});

test.each(models)("what %s is not said to follow, it warns of", (_name, provider, model) => {
  const followed = new Set(provider.describe(model)?.parameters.map(({ parameter }) => parameter));
  const asked = {
    ...{ negativePrompt: "fog", steps: 2, guidance: 3, seed: 4, scheduler: "K_EULER" },
    ...{ background: "transparent" as const, extra: { colour_of_my_own: 1 } },
  };
  const { warnings } = provider.check(model, { ...plainRequest, ...asked });
  const absent = ["negativePrompt", "steps", "guidance", "seed", "scheduler", "background"].filter(
    (name) => !followed.has(name as ParameterRule["parameter"]),
  );
  expect(warnings.map(({ parameter }) => parameter).sort()).toEqual(
    [...absent, "extra.colour_of_my_own"].sort(),
  );
});

test("nothing is said of a model of Replicate's that nobody has asked about, and then what it said", () => {
  const replicate = createReplicate(settings);
  expect(replicate.describe("atelier/woodcut")).toBeNull();
  const learned = {
    version: null,
    input: {
      required: ["prompt", "paper"],
      properties: {
        prompt: { type: "string" },
        paper: { type: "string", enum: ["rough", "smooth"], default: "rough" },
        steps: { type: "integer", minimum: 2, maximum: 9 },
        seed: { type: "integer", maximum: 999 },
        plates: { type: "array" },
      },
    },
  };
  expect(replicate.describe("atelier/woodcut", { learned })).toEqual({
    parameters: [
      { parameter: "steps", type: "integer", minimum: 2, maximum: 9 },
      { parameter: "seed", type: "integer", minimum: 0, maximum: 999 },
      {
        parameter: "extra.paper",
        type: "enum",
        values: ["rough", "smooth"],
        default: "rough",
        required: true,
      },
    ],
    sizes: null,
    price: null,
    shutdownDate: null,
  });
});

const isSide = (parameter: string) => parameter === "width" || parameter === "height";

function examplesOf({ type, values, minimum, maximum, parameter, default: usual }: ParameterRule) {
  const examples: unknown[] = usual === undefined ? [] : [usual];
  if (values) examples.push(...values);
  else if (type === "boolean") examples.push(true, false);
  else if (type === "string") examples.push(parameter === "aspectRatio" ? "3:2" : "words");
  else examples.push(minimum ?? 1, maximum ?? 1);
  expect(examples.length, parameter).toBeGreaterThan(0);
  return examples;
}

const asking = (parameter: string, value: unknown): Partial<ImageRequest> =>
  parameter.startsWith("extra.")
    ? { extra: { [parameter.slice("extra.".length)]: value } as ImageRequest["extra"] }
    : ({ [parameter]: value } as Partial<ImageRequest>);
