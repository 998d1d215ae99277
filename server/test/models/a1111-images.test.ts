import { expect, it, onTestFinished } from "vitest";
import { ProviderError } from "../../src/models/hosted/provider.ts";
import { createA1111Images } from "../../src/models/images/a1111/a1111-images.ts";
import type { ImageRequest, JsonObject, StartCall } from "../../src/models/images/contract.ts";
import { type A1111Settings, loadedCheckpoint, startA1111 } from "../simulators/a1111.ts";
import { type A1111Kind, a1111Error } from "../simulators/a1111-forms.ts";
import { simulatedPiece } from "../simulators/image-simulator.ts";
import { describeImageProvider, plainRequest } from "./image-conformance.ts";
import { errorOf } from "./vision-conformance.ts";

const key = "fovea:open sesame, said Zoë";

for (const [name, kind] of [
  ["Forge", "forge"],
  ["SD.Next", "sdnext"],
  ["stable-diffusion.cpp", "sdcpp"],
] as const)
  describeImageProvider(name, {
    create: createA1111Images,
    simulator: () => startA1111({ kind, key: kind === "sdcpp" ? null : key }),
    runs: "within the call",
    needsKey: false,
    takesSeed: true,
    withholds: false,
    refusals: [],
    limits: kind === "sdnext" ? [{ scope: "unknown", retryAfterMs: null }] : [],
  });

async function setup(settings: A1111Settings = { kind: "forge" }) {
  const remote = await startA1111(settings);
  onTestFinished(() => remote.close());
  const provider = createA1111Images({ baseUrl: remote.url, deadlineMs: 20_000 });
  const { learn, interrupt, progress } = provider;
  if (!learn || !interrupt) throw new Error("It lacks a part.");
  const call = (apiKey = settings.key ?? null) => ({ apiKey, signal: new AbortController().signal });
  const startCall = (request: Partial<ImageRequest> = {}, learned: JsonObject | null = null): StartCall => {
    const { model } = remote;
    const [prepared] = provider.check(model, { ...plainRequest, ...request }, { learned }).starts;
    if (!prepared) throw new Error("nothing to start");
    return { ...call(), model, prepared, startId: "start-1", callback: null, giveUpMs: null };
  };
  return {
    ...{ remote, provider, startCall },
    start: (...given: Parameters<typeof startCall>) => provider.start(startCall(...given)),
    async status(...given: Parameters<typeof startCall>) {
      const started = await provider.start(startCall(...given));
      return started.as === "finished" ? started.status : expect.fail("It runs on.");
    },
    learn: (apiKey?: string | null) => learn.call(provider, remote.model, call(apiKey)),
    interrupt: () => interrupt.call(provider, call()),
    progress: () => progress.call(provider, call()),
  };
}

/** What becomes of a request: what is sent, and what is said of it. */
function fitted(request: Partial<ImageRequest>, learned: JsonObject | null = null, model = "default") {
  const { check } = createA1111Images({ baseUrl: "http://127.0.0.1:9/sdapi/v1", deadlineMs: 1 });
  const { starts, warnings } = check(model, { ...plainRequest, ...request }, { learned });
  return { body: starts[0]?.body, starts, warnings: warnings.map(({ message }) => message) };
}

it("nothing is sent that nobody wanted, and one picture at a time", () => {
  const prompt = "a lighthouse";
  expect(fitted({ prompt })).toMatchObject({ body: { prompt, batch_size: 1, n_iter: 1 }, warnings: [] });
  expect(Object.keys(fitted({ prompt, negativePrompt: "" }).body ?? {}).length).toBe(3);
  const request = {
    ...{ prompt, negativePrompt: "blurry", width: 640, height: 384, steps: 20, guidance: 6.5, seed: 7 },
    ...{ count: 2, extra: { enable_hr: true, hr_scale: 1.5, hr_upscaler: "Latent", none: null } },
  };
  const { starts, warnings } = fitted(request, null, "dreamshaper_8");
  const body = {
    ...{ prompt, negative_prompt: "blurry", width: 640, height: 384, steps: 20, cfg_scale: 6.5, seed: 7 },
    ...{ enable_hr: true, hr_scale: 1.5, hr_upscaler: "Latent", batch_size: 1, n_iter: 1 },
    override_settings: { sd_model_checkpoint: "dreamshaper_8" },
  };
  expect(starts).toEqual([
    { count: 1, body },
    { count: 1, body: { ...body, seed: 8 } },
  ]);
  expect(warnings).toEqual([]);
});

it("the seeds begin again after the largest", () => {
  const { starts } = fitted({ count: 2, seed: 2 ** 31 - 1 });
  expect(starts.map(({ body }) => body["seed"])).toEqual([2 ** 31 - 1, 0]);
});

it.each([
  [{ aspectRatio: "16:9" }, { width: 1_024, height: 576 }],
  [{ aspectRatio: "9:16" }, { width: 576, height: 1_024 }],
  [{ aspectRatio: "3:1" }, { width: 1_024, height: 344 }],
  [{ width: 640 }, { width: 640, height: 640 }],
  [
    { height: 512, aspectRatio: "2:1" },
    { width: 1_024, height: 512 },
  ],
  [
    { width: 500, height: 512, aspectRatio: "2:1" },
    { width: 504, height: 512 },
  ],
])("%o is asked for in pixels, in steps of eight", (request, size) => {
  expect(fitted(request).body).toMatchObject(size);
});

it("a side that was asked for is not changed without a word, and one that was worked out is", () => {
  const warnings = ["This server takes a width from 64 to 2048 in steps of 8: 500 became 504."];
  expect(fitted({ width: 500, height: 512 })).toMatchObject({ body: { width: 504 }, warnings });
  expect(fitted({ width: 504, aspectRatio: "16:9" })).toMatchObject({ body: { height: 280 }, warnings: [] });
});

it("what is out of bounds, or has no place, is named, one sentence each", () => {
  const request: Partial<ImageRequest> = {
    ...{ width: 4_000, height: 333, steps: 500, guidance: 70, background: "transparent" },
    extra: { hr_scale: 8, enable_hr: "yes", override_settings: { sd_vae: "mine" }, script_name: "x" },
  };
  expect(fitted(request).warnings).toEqual([
    "This server takes a width from 64 to 2048 in steps of 8: 4000 became 2048.",
    "This server takes a height from 64 to 2048 in steps of 8: 333 became 336.",
    "This server takes a number of steps from 1 to 150: 500 became 150.",
    "This server takes a guidance from 0 to 30: 70 became 30.",
    "This server makes no transparent pictures.",
    "This server takes “hr_scale” from 1 to 2: 8 became 2.",
    "This server takes something else for “enable_hr”.",
    "Nothing called “override_settings” is passed on to this server.",
    "Nothing called “script_name” is passed on to this server.",
  ]);
  const odd: JsonObject = JSON.parse('{ "__proto__": 5 }');
  expect(fitted({ extra: odd }).warnings).toEqual([
    "Nothing called “__proto__” is passed on to this server.",
  ]);
  const wide = fitted({ aspectRatio: "wide" });
  expect(wide.warnings).toEqual(["An aspect ratio is two whole numbers, such as 16:9."]);
  expect(wide.body).not.toHaveProperty("width");
});

const publicSchedulers = [
  "DDIM",
  "DPMSolverMultistep",
  "HeunDiscrete",
  "KarrasDPM",
  "K_EULER_ANCESTRAL",
  "K_EULER",
  "PNDM",
] as const;

it.each<[A1111Kind | null, readonly (string | undefined)[]]>([
  ["forge", ["DDIM", "DPM++ 2M", "Heun", "DPM++ 2M", "Euler a", "Euler", "PLMS"]],
  ["sdnext", ["DDIM", "DPM++ 2M", "Heun", "DPM++ 2M", "Euler a", "Euler", "PNDM"]],
  ["sdcpp", ["ddim_trailing", "dpm++2m", "heun", "dpm++2m", "euler_a", "euler", undefined]],
  [null, ["DDIM", "DPM++ 2M", "Heun", "DPM++ 2M", "Euler a", "Euler", undefined]],
])("%s is asked for the schedulers of the public API by the names of its own", async (kind, names) => {
  const { learn } = await setup({ kind: kind ?? "forge" });
  const learned = kind === null ? null : await learn();
  const asked = publicSchedulers.map((scheduler) => fitted({ scheduler }, learned));
  expect(asked.map(({ body }) => body?.["sampler_name"])).toEqual(names);
  const sigmas = publicSchedulers.map((name) => (name === "KarrasDPM" ? "karras" : undefined));
  expect(asked.map(({ body }) => body?.["scheduler"])).toEqual(sigmas);
  expect(asked.map(({ body }) => body?.["schedulers_sigma"])).toEqual(sigmas);
  const said = kind === null ? "is not known to have" : "has no";
  const expected = names.includes(undefined) ? [`This server ${said} scheduler “PNDM”.`] : [];
  expect(asked.flatMap(({ warnings }) => warnings)).toEqual(expected);
});

it("a sampler in the server's own words is taken where the server was found to have it", async () => {
  const { learn } = await setup({ kind: "sdnext" });
  const learned = await learn();
  expect(JSON.parse(JSON.stringify(learned))).toEqual(learned);
  expect(fitted({ scheduler: "unipc" }, learned).body).toMatchObject({ sampler_name: "UniPC" });
  for (const scheduler of ["LCM", "constructor"])
    expect(fitted({ scheduler }, learned).warnings).toEqual([`This server has no scheduler “${scheduler}”.`]);
});

it("a list of samplers that is none is an outage that costs nothing", async () => {
  const { remote, learn } = await setup();
  for (const body of [{}, null, "none"]) {
    remote.answerWith({ form: { status: 200, body } });
    expect(await errorOf(learn())).toMatchObject({ failure: { kind: "unavailable", sent: false } });
  }
  remote.answerWith({ form: { status: 200, body: [null, { name: 7 }, { name: "Euler" }] } });
  expect(await learn()).toEqual({ samplers: ["Euler"] });
});

it("a prompt does not set what stable-diffusion.cpp would read out of it", () => {
  const prompt = 'a cat <sd_cpp_extra_args>{"width":16384}</sd_cpp_extra_args>';
  expect(() => fitted({ prompt })).toThrow(
    expect.objectContaining({ failure: expect.objectContaining({ kind: "rejected" }) }),
  );
});

it("what the server says made a picture is told, also where it is not what was asked for", async () => {
  const { remote, provider, status } = await setup();
  expect(await status()).toMatchObject({ model: remote.model, costMicros: 0, usage: null });
  const [prepared] = provider.check("unheard_of", plainRequest).starts;
  if (!prepared) throw new Error("nothing to start");
  const { signal } = new AbortController();
  const call = { apiKey: null, signal, model: "unheard_of", prepared, startId: "start-1" };
  const started = await provider.start({ ...call, callback: null, giveUpMs: null });
  expect(started).toMatchObject({ status: { model: loadedCheckpoint } });
});

it("a seed that the server chose is told, and a grid before the pictures is none of them", async () => {
  const { remote, status } = await setup();
  expect((await status()).outputs).toMatchObject([{ seed: 4_000_000_000, format: null }]);
  const images = ["grid", "one", "two"].map((each) => simulatedPiece(each, 0).bytes.toString("base64"));
  const info = JSON.stringify({ index_of_first_image: 1, all_seeds: [11, "odd"], seed: 10 });
  images[1] = `data:image/png;base64,${images[1]}`;
  remote.answerWith({ form: { status: 200, body: { images, info } } });
  expect((await status()).outputs).toEqual([
    { bytes: simulatedPiece("one", 0).bytes, format: null, seed: 11 },
    { bytes: simulatedPiece("two", 0).bytes, format: null, seed: 10 },
  ]);
});

it.each(["", "odd", "{", JSON.stringify({ all_seeds: 7, sd_model_name: "a\u0000b" }), 7])(
  "a picture is given though what is said of it is %o",
  async (info) => {
    const { remote, status } = await setup();
    const { bytes } = simulatedPiece("one", 0);
    const images = [bytes.toString("base64"), null, ""];
    remote.answerWith({ form: { status: 200, body: { images, info } } });
    const { model } = remote;
    expect(await status({ seed: 5 })).toMatchObject({ outputs: [{ bytes, seed: 5 }], unreadable: 2, model });
  },
);

it.each([
  [
    { error: "OutOfMemoryError", detail: "", body: "", errors: "CUDA out of memory." },
    500,
    "CUDA out of memory.",
  ],
  [{ error: "server_error", message: "std::bad_alloc" }, 500, "The server says: std::bad_alloc"],
  [
    { error: "generate_image returned no results" },
    500,
    "The server says: generate_image returned no results",
  ],
  ["'NoneType' object is not callable", 500, "'NoneType' object is not callable"],
  [{ error: "TypeError", detail: "", body: "", errors: "" }, 500, "TypeError"],
])("%o is told as it is, and nothing was done", async (body, status, reason) => {
  const { remote, start } = await setup();
  remote.answerWith({ form: { status, body } });
  expect(await errorOf(start())).toMatchObject({ failure: { kind: "unavailable", reason, sent: false } });
});

it("what a server says of a failure quotes nothing that it was asked", async () => {
  const { remote, start } = await setup();
  const request = {
    prompt: "a lighthouse above the sea, in oils",
    negativePrompt: "blurry, and seven fingers",
  };
  const reason = "The server answered with status 500.";
  for (const quoted of Object.values(request)) {
    remote.answerWith({ form: a1111Error("sdcpp", 500, `Cannot draw ${quoted}`) });
    expect(await errorOf(start(request))).toMatchObject({ failure: { reason } });
  }
});

it("a sampler that is missing is no missing model, and a missing API is told as what it is", async () => {
  const { remote, start } = await setup({ kind: "sdnext" });
  expect(await errorOf(start({ scheduler: "unheard of" }, { samplers: ["unheard of"] }))).toMatchObject({
    failure: { kind: "rejected", reason: "Sampler not found" },
  });
  remote.answerWith({ form: a1111Error("forge", 404) });
  expect(await errorOf(start())).toMatchObject({
    failure: { kind: "model_unknown", reason: expect.stringContaining("--api") },
  });
});

it.each(["nobody", ":", "a:b\n", "\u0000:b"])("with the key %o nothing is sent", async (apiKey) => {
  const { remote, learn } = await setup();
  expect(await errorOf(learn(apiKey))).toMatchObject({ failure: { kind: "key_unusable" } });
  expect(remote.requests).toEqual([]);
});

it("a wrong password takes the key out", async () => {
  const { learn } = await setup({ kind: "forge", key });
  for (const apiKey of [null, "fovea:guess"])
    expect(await errorOf(learn(apiKey))).toMatchObject({ failure: { kind: "key_unusable" } });
});

it.each<A1111Kind>(["forge", "sdnext", "sdcpp"])(
  "%s is told to stop, and says how far it is, where it can",
  async (kind) => {
    const { remote, interrupt, progress } = await setup({ kind, key });
    expect(await progress()).toBe(null);
    remote.progress = 0.25;
    const can = kind !== "sdcpp";
    expect(await progress()).toBe(can ? 0.25 : null);
    await interrupt();
    expect(remote.interrupted).toBe(can ? 1 : 0);
    expect(remote.starts).toEqual([]);
  },
);

it("whatever goes wrong when nothing is made costs nothing", async () => {
  const { remote, learn, interrupt, progress } = await setup();
  const faults = [
    { form: { status: 500, body: { detail: "odd" } } },
    { fault: { kind: "page", status: 502 } },
    { fault: { kind: "reset", when: "after_head" } },
  ] as const;
  for (const fault of faults) {
    remote.answerWith(fault);
    for (const ask of [learn, interrupt, progress])
      expect(await errorOf(ask())).toMatchObject({ failure: { kind: "unavailable", sent: false } });
  }
  remote.answerWith({ form: { status: 200, body: { progress: "half" } } });
  expect(await progress()).toBe(null);
});

it.each(["", "a\u0000b", "x".repeat(301)])("the name %o is no model's", (model) => {
  expect(() => fitted({}, null, model)).toThrow(ProviderError);
});
