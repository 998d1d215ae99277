import { expect, it, onTestFinished } from "vitest";
import { ProviderError } from "../../src/models/hosted/provider.ts";
import type { ImageRequest, JsonObject, StartCall, Status } from "../../src/models/images/contract.ts";
import { createReplicate } from "../../src/models/images/replicate/replicate.ts";
import { type ReplicateSettings, startReplicate } from "../simulators/replicate.ts";
import { replicateLimits, replicateRefusals } from "../simulators/replicate-forms.ts";
import { idOf, sdxl, woodcut } from "../simulators/replicate-models.ts";
import { describeImageProvider, plainRequest } from "./image-conformance.ts";
import { errorOf } from "./vision-conformance.ts";

describeImageProvider("Replicate", {
  create: createReplicate,
  simulator: startReplicate,
  runs: "at the provider",
  needsKey: true,
  takesSeed: true,
  withholds: true,
  refusals: Object.keys(replicateRefusals),
  limits: replicateLimits,
});

describeImageProvider("Replicate, by version", {
  create: createReplicate,
  simulator: () => startReplicate({ models: [sdxl] }),
  runs: "at the provider",
  needsKey: true,
  takesSeed: true,
  withholds: true,
  refusals: [],
  limits: [],
});

async function setup(settings: Partial<ReplicateSettings> = {}) {
  const remote = await startReplicate(settings);
  onTestFinished(() => remote.close());
  const provider = createReplicate({ baseUrl: remote.url, deadlineMs: 20_000 });
  const { learn, status, find } = provider;
  if (!learn || !status || !find) throw new Error("It lacks a part.");
  const call = () => ({ apiKey: remote.key, signal: new AbortController().signal });
  const startCall = (
    request: Partial<ImageRequest> = {},
    changes: Partial<StartCall> = {},
    learned: JsonObject | null = null,
  ): StartCall => {
    const model = changes.model ?? remote.model;
    const [prepared] = provider.check(model, { ...plainRequest, ...request }, { learned }).starts;
    if (!prepared) throw new Error("nothing to start");
    return { ...call(), model, prepared, startId: "start-1", callback: null, giveUpMs: null, ...changes };
  };
  const start = async (...given: Parameters<typeof startCall>) => {
    const started = await provider.start(startCall(...given));
    if (started.as !== "running") throw new Error("It does not run.");
    return started.operation;
  };
  return {
    ...{ remote, provider, call, startCall, start },
    learn: (model: string) => learn.call(provider, model, call()),
    status: (operation: JsonObject): Promise<Status> => status.call(provider, operation, call()),
    find: (lost: StartCall) => find.call(provider, { ...lost, since: new Date() }),
    /** How a prediction is told of that says this of itself. */
    async told(changes: Record<string, unknown>, request: Partial<ImageRequest> = {}): Promise<Status> {
      const operation = await start(request);
      const prediction = remote.predictions.at(-1);
      if (prediction) prediction.changes = { ...prediction.changes, ...changes };
      return status.call(provider, operation, call());
    },
    lastBody: () => remote.requests.at(-1)?.body,
  };
}

it("an official model is asked by its name, and nothing is sent that nobody wanted", async () => {
  const { remote, start } = await setup();
  await start({
    prompt: "a lighthouse",
    format: "webp",
    quality: 55,
    aspectRatio: "16:9",
    steps: 2,
    seed: 7,
  });
  expect(remote.requests).toMatchObject([
    { line: "POST /v1/models/black-forest-labs/flux-schnell/predictions" },
  ]);
  expect(remote.requests[0]?.body).toEqual({
    input: {
      ...{ prompt: "a lighthouse", output_format: "webp", output_quality: 55, aspect_ratio: "16:9" },
      // Its fast kernels would not make the same picture from the same seed.
      ...{ num_inference_steps: 2, seed: 7, num_outputs: 1, go_fast: false },
    },
  });
  expect(remote.requests[0]?.headers).not.toHaveProperty("prefer");
  expect(remote.requests[0]?.headers).not.toHaveProperty("cancel-after");
});

it("a model that is not official is asked by its version", async () => {
  const { remote, start, lastBody } = await setup();
  await start({ negativePrompt: "blurry", scheduler: "k_euler", guidance: 7 }, { model: idOf(sdxl) });
  expect(remote.requests[0]?.line).toBe("POST /v1/predictions");
  expect(lastBody()).toMatchObject({
    version: sdxl.version,
    input: { negative_prompt: "blurry", scheduler: "K_EULER", guidance_scale: 7 },
  });
});

it("the provider is told where to call back, and when to give up by itself", async () => {
  const { remote, start, lastBody } = await setup();
  const callback = { url: "https://fovea.example/callbacks/job-1?token=abc" };
  await start({}, { callback, giveUpMs: 300_000 });
  expect(lastBody()).toMatchObject({
    webhook: callback.url,
    webhook_events_filter: ["start", "completed"],
  });
  expect(remote.requests[0]?.headers["cancel-after"]).toBe("300s");
  await start({}, { giveUpMs: 20 });
  expect(remote.requests[1]?.headers["cancel-after"]).toBe("5s");
});

it("without a seed one is derived from the start's name, and told with the pictures", async () => {
  const { remote, start, status } = await setup();
  const done = await status(await start());
  await start();
  await start({}, { startId: "another" });
  const [seed, again, other] = remote.starts.map((each) => each?.seed);
  expect(again).toBe(seed);
  expect(other).not.toBe(seed);
  expect(done).toMatchObject({ outputs: [{ seed }] });
});

it("what four pictures cost, and how long it took, is told with them", async () => {
  const { told } = await setup();
  expect(await told({}, { count: 4 })).toMatchObject({
    ...{ as: "succeeded", costMicros: 12_000, seconds: 1.25, model: "black-forest-labs/flux-schnell" },
  });
  expect(await told({ metrics: { image_count: 2, predict_time: 3 } })).toMatchObject({ costMicros: 6_000 });
});

it.each([
  ["an address", "https://replicate.delivery/x/out.png", 1],
  ["a list", ["https://replicate.delivery/x/0.png", "https://replicate.delivery/x/1.png"], 2],
  ["a list with an object", [{ url: "https://replicate.delivery/x/0.png" }], 1],
  ["an object with a list", { images: ["https://replicate.delivery/x/0.png"] }, 1],
  ["an object with an address", { image: "https://replicate.delivery/x/0.png", nsfw: false }, 1],
])("an output that is %s is read", async (_case, output, count) => {
  const { told } = await setup();
  const status = await told({ output });
  expect(status).toMatchObject({ as: "succeeded", dropped: 0, unreadable: 0 });
  expect(status.as === "succeeded" && status.outputs.length).toBe(count);
});

it("a picture within the answer is given as bytes", async () => {
  const { told } = await setup();
  const bytes = Buffer.from("RIFF and so on");
  const output = [`data:image/webp;base64,${bytes.toString("base64")}`];
  expect(await told({ output })).toMatchObject({ outputs: [{ bytes, format: "webp" }] });
});

it.each(["file:///etc/passwd", "javascript:alert(1)", "data:text/html;base64,PGI+", "a poem", 7, { a: 1 }])(
  "an output that is %o is no picture",
  async (output) => {
    const { told } = await setup();
    expect(await told({ output: [output] })).toMatchObject({
      as: "failed",
      failure: { kind: "invalid_output" },
    });
  },
);

it("pictures that are missing from the list were withheld", async () => {
  const { told } = await setup();
  const output = ["https://replicate.delivery/x/0.png", "https://replicate.delivery/x/1.png"];
  expect(await told({ output }, { count: 4 })).toMatchObject({
    as: "succeeded",
    dropped: 2,
    costMicros: 12_000,
  });
  expect(await told({ output: [] }, { count: 4 })).toMatchObject({
    as: "failed",
    failure: { kind: "refused" },
  });
});

it("what Replicate has removed after an hour is gone", async () => {
  const { told } = await setup();
  expect(await told({ output: null, data_removed: true, input: {} })).toMatchObject({ as: "gone" });
});

it("a prediction that Replicate does not know is gone", async () => {
  const { start, status } = await setup();
  const operation = await start();
  expect(await status({ ...operation, prediction: "p0" })).toMatchObject({ as: "gone" });
  await expect(status({ ...operation, prediction: "../models" })).rejects.toThrow();
});

it("what was aborted before it began is not paid, and what was cancelled later is", async () => {
  const { told } = await setup();
  expect(await told({ status: "aborted", output: null })).toEqual({ as: "cancelled", billed: false });
  const cancelled = { status: "canceled", output: null };
  expect(await told({ ...cancelled })).toEqual({ as: "cancelled", billed: true });
  expect(await told({ ...cancelled, started_at: null, metrics: {} })).toEqual({
    as: "cancelled",
    billed: false,
  });
});

it("a status that nobody knows yet is work under way", async () => {
  const { told } = await setup();
  expect(await told({ status: "warming", logs: "" })).toEqual({ as: "running", progress: null, note: null });
});

it.each([
  ["CUDA out of memory. Tried to allocate 2.00 GiB", "unavailable"],
  ["Prediction interrupted; please retry (code: PA)", "unavailable"],
  ["ValueError: `height` and `width` have to be divisible by 8", "rejected"],
  ["Content flagged for: sexual", "refused"],
  [null, "unavailable"],
  [{ detail: "odd" }, "unavailable"],
])("a model that failed with %o is %s", async (error, kind) => {
  const { told } = await setup();
  const status = await told({ status: "failed", output: null, error });
  expect(status).toMatchObject({
    as: "failed",
    failure: { kind, reason: expect.stringMatching(/^[A-Z].+/) },
  });
});

it("what a model says of its failure does not quote the prompt", async () => {
  const { told } = await setup();
  const error = `Could not draw: ${plainRequest.prompt}`;
  expect(JSON.stringify(await told({ status: "failed", error }))).not.toContain("lighthouse");
});

it("a version that does not exist is an unknown model", async () => {
  const { remote, start } = await setup();
  const { check } = createReplicate({ baseUrl: remote.url, deadlineMs: 1_000 });
  const [prepared] = check(idOf(sdxl), plainRequest).starts;
  if (!prepared) throw new Error("nothing to start");
  const body = { ...prepared.body, version: "0123456789abcdef" };
  const error = await errorOf(start({}, { model: idOf(sdxl), prepared: { ...prepared, body } }));
  expect(error).toMatchObject({ failure: { kind: "model_unknown" } });
});

it.each(["flux", "a/b/c", "../etc", "a/..", "a/b?x", "a/b:latest", "", "a b/c"])(
  "the name %o is no model's, and nothing is asked",
  async (model) => {
    const { remote, provider, learn } = await setup();
    expect(() => provider.check(model, plainRequest)).toThrow(ProviderError);
    expect(await errorOf(learn(model))).toMatchObject({ failure: { kind: "model_unknown" } });
    expect(remote.requests).toEqual([]);
  },
);

it("a model that is in the table is not asked about", async () => {
  const { remote, learn } = await setup();
  expect(await learn(remote.model)).toBe(null);
  expect(remote.requests).toEqual([]);
});

it("of another model its own schema says what it takes", async () => {
  const { provider, learn, start, lastBody } = await setup();
  const model = idOf(woodcut);
  expect(() => provider.check(model, plainRequest)).toThrow(ProviderError);
  const learned = await learn(model);
  expect(JSON.parse(JSON.stringify(learned))).toEqual(learned);
  const request = {
    ...{ width: 500, height: 10_000, steps: 3, count: 2, seed: 70_000, negativePrompt: "blurry" },
    extra: { paper: "rough", relief: 3 },
  };
  const { warnings, starts } = provider.check(model, { ...plainRequest, ...request }, { learned });
  expect(starts.map(({ count }) => count)).toEqual([1, 1]);
  expect(warnings.map(({ code, parameter, message }) => [code, parameter, message])).toEqual([
    ["ignored", "negativePrompt", "This model takes no negative prompt."],
    ["adjusted", "width", "This model takes a width of 256, 512, 768: 500 became 512."],
    ["adjusted", "height", "This model takes a height of 256, 512, 768: 10000 became 768."],
    ["clamped", "steps", "This model takes a number of steps from 5 to 60: 3 became 5."],
    ["clamped", "seed", "This model takes a seed from 0 to 65535: 70000 became 65535."],
    ["clamped", "extra.relief", "This model takes “relief” from 0 to 1: 3 became 1."],
  ]);
  await start(request, { model }, learned);
  expect(lastBody()).toMatchObject({
    version: woodcut.version,
    input: { paper: "rough", width: 512, height: 768, steps: 5, seed: 65_535, relief: 1 },
  });
});

it("what a model needs and the request does not have is rejected before anything is sent", async () => {
  const { provider, learn } = await setup();
  const learned = await learn(idOf(woodcut));
  const check = () => provider.check(idOf(woodcut), plainRequest, { learned });
  expect(check).toThrow(expect.objectContaining({ failure: expect.objectContaining({ kind: "rejected" }) }));
});

it("one version of a model is learnt from its own description, and one that is not there is unknown", async () => {
  const { learn } = await setup();
  const named = await learn(`${idOf(woodcut)}:${woodcut.version}`);
  expect(named).toEqual(await learn(idOf(woodcut)));
  for (const model of ["nobody/nothing", `${idOf(woodcut)}:0123456789abcdef`])
    expect(await errorOf(learn(model))).toMatchObject({ failure: { kind: "model_unknown" } });
});

it("a lost start is found on a later page, among others of the same words, and only by what it was sent with", async () => {
  const { remote, provider, startCall, find } = await setup({ perPage: 2 });
  remote.hold();
  const lost = startCall({}, { startId: "lost" });
  remote.answer({ kind: "hang" });
  const stop = new AbortController();
  const asked = errorOf(provider.start({ ...lost, signal: stop.signal }));
  await remote.arrived(1);
  stop.abort(new Error("killed"));
  await asked;
  remote.answer(() => ({ kind: "nothing" }));
  for (const startId of ["a", "b", "c", "d", "e"]) await provider.start(startCall({}, { startId }));
  const found = await find(lost);
  expect(found.map(({ operation }) => operation["prediction"])).toEqual([remote.predictions[0]?.id]);
  // The address of the next page is Replicate's to say, and where the key goes is not.
  expect(remote.requests.filter(({ line }) => line.startsWith("GET /v1/predictions?")).length).toBe(3);
});

it("two starts that are alike to the letter are both told of, the newest first", async () => {
  const { remote, startCall, start, find } = await setup();
  await start({ seed: 5 }, { startId: "one" });
  await start({ seed: 5 }, { startId: "two" });
  const found = await find(startCall({ seed: 5 }, { startId: "two" }));
  expect(found.map(({ operation }) => operation["prediction"])).toEqual(
    remote.predictions.map(({ id }) => id).reverse(),
  );
});

it("a callback is believed that Replicate has signed, of this minute and byte by byte", async () => {
  const { remote, provider, call, start } = await setup();
  await start({}, { callback: { url: "https://fovea.example/callbacks" } });
  const { callbacks } = provider;
  const [prediction] = remote.predictions;
  if (!callbacks || !prediction) throw new Error("nothing to verify");
  const secret = await callbacks.secret(call());
  expect(secret).toBe(remote.secret);
  const at = 1_795_219_200;
  const now = at * 1_000;
  const { headers, body } = remote.callback(prediction, at);
  const delivery = { headers, body, secret, now };
  expect(callbacks.verify(delivery)).toBe(true);
  const rotated = `v1,${Buffer.alloc(32).toString("base64")} ${headers["webhook-signature"]}`;
  expect(callbacks.verify({ ...delivery, headers: { ...headers, "webhook-signature": rotated } })).toBe(true);

  const altered = Buffer.from(body);
  altered[5] = (altered[5] ?? 0) ^ 1;
  for (const [what, changes] of Object.entries({
    body: { body: altered },
    secret: { secret: `whsec_${Buffer.alloc(24, 1).toString("base64")}` },
    emptySecret: { secret: "whsec_" },
    old: { now: now + 301_000 },
    fromTheFuture: { now: now - 301_000 },
    otherTime: { headers: { ...headers, "webhook-timestamp": String(at + 1) } },
    otherId: { headers: { ...headers, "webhook-id": "msg_other" } },
    otherScheme: {
      headers: { ...headers, "webhook-signature": headers["webhook-signature"]?.replace("v1", "v1a") },
    },
    unsigned: { headers: {} },
    cut: { headers: { ...headers, "webhook-signature": "v1," } },
  }))
    expect(callbacks.verify({ ...delivery, ...changes }), what).toBe(false);
});
