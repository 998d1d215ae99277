import { expect, test } from "vitest";
import { z } from "zod";
import { startApp } from "../world.ts";

interface Listed {
  readonly name: string;
  readonly usual: boolean;
  readonly parameters: readonly { readonly name: string }[] | null;
}

const list = async (env: Readonly<Record<string, string>>) => {
  const { app } = await startApp(env);
  const answer = await app.http.inject({ method: "GET", url: "/api/v1/jobs/models" });
  expect(answer.statusCode).toBe(200);
  return answer.json<{ models: Listed[] }>().models;
};
const keys = { REPLICATE_API_TOKEN: "r8_key", OPENAI_API_KEY: "sk-key", GEMINI_API_KEYS: "key" };

test("without a key there is the local renderer, with what a request can say of it", async () => {
  const side = { type: "integer", minimum: 128, maximum: 2048, step: 1, default: 1024, required: false };
  expect(await list({})).toMatchObject([
    {
      ...{ name: "local", provider: "local", model: "local", usual: true, free: true },
      ...{ sizes: null, aspect_ratios: null, price: null, shutdown_date: null },
      parameters: [
        { name: "width", ...side },
        { name: "height", ...side },
        { name: "aspect_ratio", type: "string" },
        { name: "seed", type: "integer", minimum: 0, maximum: 2147483647 },
        { name: "num_outputs", minimum: 1, maximum: 4, default: 1 },
        { name: "output_format", type: "enum", values: ["png", "jpg", "webp"], default: "png" },
        { name: "output_quality", minimum: 1, maximum: 100 },
      ],
    },
  ]);
});

test("with keys there are the models of the tables, within what a request can say, and their prices", async () => {
  const models = await list({ ...keys, OPENAI_IMAGE_SIZE: "1536x1024" });
  const named = (name: string) => models.find((model) => model.name === name);
  const parameter = (model: string, name: string) =>
    named(model)?.parameters?.find((each) => each.name === name);
  const schnell = "replicate/black-forest-labs/flux-schnell";
  expect(models.filter(({ usual }) => usual).map(({ name }) => name)).toEqual([schnell]);
  expect(named(schnell)).toMatchObject({ free: false, price: { usd_per_image: 0.003 } });
  expect(named(schnell)).toHaveProperty("aspect_ratios.1", "16:9");
  expect(parameter(schnell, "num_inference_steps")).toMatchObject({ minimum: 1, maximum: 4, default: 4 });
  expect(parameter(schnell, "go_fast")).toMatchObject({ type: "boolean", default: true });
  // The safety checker is the operator's, and what the request says already is not said twice.
  for (const name of ["disable_safety_checker", "prompt", "negative_prompt", "scheduler"])
    expect(parameter(schnell, name), name).toBeUndefined();
  expect(parameter("replicate/black-forest-labs/flux-dev", "guidance_scale")).toMatchObject({
    ...{ type: "number", minimum: 1, maximum: 10 },
  });
  expect(parameter("openai/gpt-image-2", "width")).toMatchObject({
    ...{ minimum: 480, maximum: 2048, step: 16, default: 1536 },
  });
  expect(named("openai/gpt-image-1.5")).toMatchObject({ shutdown_date: "2026-12-01" });
  expect(named("openai/gpt-image-1.5")).toHaveProperty("sizes.length", 3);
  const gemini = z
    .object({ sizes: z.array(z.object({ width: z.number() })) })
    .parse(named("gemini/gemini-3-pro-image"));
  expect(Math.max(...gemini.sizes.map(({ width }) => width))).toBeLessThanOrEqual(2048);
});

test("what an operator lists is all there is; of a model nobody has asked about it says so", async () => {
  const models = await list({ ...keys, MEDIA_MODELS: "replicate/atelier/woodcut,local" });
  expect(models.map(({ name, parameters }) => [name, parameters === null])).toEqual([
    ["replicate/black-forest-labs/flux-schnell", false],
    ["replicate/atelier/woodcut", true],
    ["local", false],
  ]);
});
