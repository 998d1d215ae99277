import { expect, test } from "vitest";
import { idOf, woodcut } from "../simulators/replicate-models.ts";
import { lastOf, shareDatabase } from "./service.ts";

const setup = shareDatabase();

const beyondFlux = {
  ...{ width: 1000, height: 400, num_inference_steps: 50, guidance_scale: 7.5 },
  ...{ negative_prompt: "blurry", scheduler: "DDIM", brushes: 3 },
};
const unmet = [
  ["negative_prompt", "ignored", "This model takes no negative prompt."],
  [
    ...["width", "adjusted"],
    "This model takes an aspect ratio and no size in pixels: 1000 × 400 became 768 × 320.",
  ],
  ["num_inference_steps", "clamped", "This model takes a number of steps from 1 to 4: 50 became 4."],
  ["guidance_scale", "ignored", "This model takes no guidance."],
  ["scheduler", "ignored", "This model lets nobody choose a scheduler."],
  ["brushes", "ignored", "This model takes nothing called “brushes”."],
] as const;

test("what a model does not follow is said in the status, in the words of the request, and not sent", async () => {
  const { client, replicate } = await setup();
  const id = await client.create({ prompt: "a canal", parameters: beyondFlux });
  expect(await client.completed(id)).toMatchObject({
    warnings: unmet.map(([parameter, code, message]) => ({ code, parameter, message })),
    parameters: beyondFlux,
  });
  expect(lastOf(replicate).input).toEqual({
    ...{
      prompt: "a canal",
      num_outputs: 1,
      num_inference_steps: 4,
      aspect_ratio: "21:9",
      megapixels: "0.25",
    },
    ...{ output_format: "png", seed: expect.any(Number) },
  });
});

test("strictly, all that the model does not follow is wrong with the request, and nothing is made", async () => {
  const { client, replicate } = await setup();
  const strict = { prompt: "a canal", parameters: beyondFlux, strict: true };
  const refused = await client.generate(strict);
  expect(refused.status).toBe(422);
  expect(refused.body).toEqual({
    detail: unmet.map(([parameter, , message]) => ({
      type: "value_error",
      loc: ["body", "parameters", parameter],
      msg: `Value error, ${message}`,
      input: beyondFlux[parameter],
    })),
  });
  expect(replicate.requests).toEqual([]);
  const parameters = { num_inference_steps: 4, seed: 12345, aspect_ratio: "16:9" };
  const id = await client.create({ ...strict, parameters });
  expect(await client.completed(id)).not.toHaveProperty("warnings");
  expect(lastOf(replicate).input).toMatchObject(parameters);
});

test("a model is asked for by its name, and one that nobody has described is asked what it takes, once", async () => {
  const { client, replicate } = await setup();
  const asked = () =>
    replicate.requests.filter(({ line }) => line === "GET /v1/models/atelier/woodcut").length;
  const model = `replicate/${idOf(woodcut)}`;
  const parameters = { paper: "rough", width: 500, num_inference_steps: 3, relief: 3 };
  const ids = await Promise.all(
    [1, 2].map((seed) => client.create({ prompt: "a bittern", model, parameters: { ...parameters, seed } })),
  );
  for (const id of ids) {
    expect(await client.completed(id)).toMatchObject({
      ...{ provider: "replicate", model: idOf(woodcut) },
      warnings: [
        { code: "adjusted", parameter: "width" },
        { code: "clamped", parameter: "num_inference_steps" },
        { code: "clamped", parameter: "relief" },
      ],
    });
  }
  expect(lastOf(replicate)).toMatchObject({
    ...{ model: idOf(woodcut), version: woodcut.version },
    input: { prompt: "a bittern", paper: "rough", width: 512, steps: 5, relief: 1 },
  });
  expect(asked()).toBe(1);

  // What it needs is not there: no job can come of it.
  const refused = await client.generate({ prompt: "a bittern", model, parameters: { width: 512 } });
  expect(refused.status).toBe(422);
  expect(refused.body).toMatchObject({
    detail: [{ type: "value_error", loc: ["body", "parameters"], input: { width: 512 } }],
  });
  expect(asked()).toBe(1);
  const local = await client.create({
    prompt: "a bittern",
    model: "local",
    parameters: { width: 128, height: 128 },
  });
  expect(await client.completed(local)).toMatchObject({ provider: "local", model: "local" });
});

test("a model that there is not is wrong with the request, and one that cannot be asked about is not there now", async () => {
  const { client, replicate } = await setup();
  const before = await client.list();
  for (const name of ["frobnicator", "nobody/nothing", "replicate/../etc", "gemini/imagen"]) {
    const { status, body } = await client.generate({ prompt: "a heron", model: name });
    expect(status, name).toBe(422);
    expect(body).toEqual({
      detail: [
        {
          ...{ type: "value_error", loc: ["body", "model"], input: name },
          msg: `Value error, There is no such model; known are replicate/${replicate.model}, local`,
        },
      ],
    });
  }
  replicate.disturb({ kind: "error", status: 500 });
  const ask = { prompt: "a heron", model: idOf(woodcut), parameters: { paper: "smooth" } };
  const unreachable = await client.generate(ask);
  expect(unreachable).toMatchObject({
    status: 503,
    body: { detail: expect.stringMatching(/^What this model takes could not be found out: /) },
  });
  expect(unreachable.headers.get("retry-after")).toBe("10");
  expect(await client.list()).toMatchObject({ total: before.total });
  // What failed is not remembered.
  replicate.disturb(null);
  await client.completed(await client.create(ask));
});

test("jobs may name the models that whoever pays has listed, and no others", async () => {
  const { client, replicate } = await setup({ MEDIA_MODELS: "local" });
  const refused = await client.generate({ prompt: "a tern", model: `replicate/${idOf(woodcut)}` });
  expect(refused).toMatchObject({
    status: 422,
    body: { detail: [{ loc: ["body", "model"], msg: expect.stringMatching(/known are local$/) }] },
  });
  expect(replicate.requests).toEqual([]);
  const named = await client.create({
    prompt: "a tern",
    model: "local",
    parameters: { width: 128, height: 128 },
  });
  expect(await client.completed(named)).toMatchObject({ provider: "local" });
  // The usual one needs no listing.
  expect(await client.completed(await client.create({ prompt: "a tern" }))).toMatchObject({
    ...{ provider: "replicate", model: replicate.model },
  });
});
