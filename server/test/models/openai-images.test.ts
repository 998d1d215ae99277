import { expect, it, onTestFinished } from "vitest";
import { ProviderError } from "../../src/models/hosted/provider.ts";
import type { ImageRequest, Warning } from "../../src/models/images/contract.ts";
import { createOpenaiImages } from "../../src/models/images/openai/openai.ts";
import { simulatedPiece } from "../simulators/image-simulator.ts";
import {
  type OpenaiImagesSimulator,
  startCompatibleImages,
  startOpenaiImages,
} from "../simulators/openai-images.ts";
import {
  compatibleImageLimits,
  openaiImageLimits,
  openaiImageRefusals,
} from "../simulators/openai-images-forms.ts";
import { describeImageProvider, plainRequest } from "./image-conformance.ts";
import { errorOf } from "./vision-conformance.ts";

describeImageProvider("OpenAI's images", {
  create: createOpenaiImages,
  simulator: startOpenaiImages,
  runs: "within the call",
  needsKey: true,
  takesSeed: false,
  withholds: false,
  refusals: openaiImageRefusals,
  limits: openaiImageLimits,
});

describeImageProvider("Images of an OpenAI-compatible server", {
  create: createOpenaiImages,
  simulator: startCompatibleImages,
  runs: "within the call",
  needsKey: false,
  takesSeed: false,
  withholds: false,
  refusals: [],
  limits: compatibleImageLimits,
});

async function setup(starting: Promise<OpenaiImagesSimulator> = startOpenaiImages()) {
  const remote = await starting;
  onTestFinished(() => remote.close());
  const provider = createOpenaiImages({ baseUrl: remote.url, deadlineMs: 20_000 });
  const check = (request: Partial<ImageRequest> = {}, model = remote.model) =>
    provider.check(model, { ...plainRequest, ...request });
  const generate = async (request: Partial<ImageRequest> = {}, model = remote.model) => {
    const [prepared] = check(request, model).starts;
    if (!prepared) throw new Error("nothing to start");
    const started = await provider.start({
      ...{ model, prepared, apiKey: remote.key || null, signal: new AbortController().signal },
      ...{ startId: "start-1", callback: null, giveUpMs: null },
    });
    if (started.as !== "finished") throw new Error("It is not finished.");
    return started.status;
  };
  return {
    ...{ remote, provider, check, generate },
    /** What is sent for a request, all of it found well formed. */
    async sent(request: Partial<ImageRequest>, model = remote.model) {
      await generate(request, model);
      return remote.requests.at(-1)?.body;
    },
    async failure(request: Partial<ImageRequest> = {}) {
      const error = await errorOf(generate(request));
      if (!(error instanceof ProviderError)) throw error;
      return error.failure;
    },
  };
}

const picture = simulatedPiece("", 0).bytes;
const plain = { model: "gpt-image-2", prompt: plainRequest.prompt, n: 1, output_format: "png" };

it("nothing is sent that nobody wanted, and everything that OpenAI has a word for", async () => {
  const { sent } = await setup();
  expect(await sent({ quality: 80 })).toEqual(plain);
  const wanted = { width: 1536, height: 864, count: 3, format: "webp", quality: 55 } as const;
  expect(await sent({ ...wanted, background: "transparent", extra: { quality: "high" } })).toEqual({
    ...plain,
    ...{ size: "1536x864", n: 3, output_format: "webp", output_compression: 55 },
    ...{ background: "transparent", quality: "high" },
  });
});

it.each<[string, string, Partial<ImageRequest>, string, Partial<Warning> | null]>([
  ["is made where it obeys the rules", "gpt-image-2", { width: 2048, height: 1152 }, "2048x1152", null],
  ["comes on steps of 16", "gpt-image-2", { width: 1000, height: 1000 }, "1008x1008", { parameter: "width" }],
  [
    "too large keeps its shape",
    "gpt-image-2",
    { width: 8000, height: 8000 },
    "2880x2880",
    { parameter: "width" },
  ],
  [
    "too small keeps its shape",
    "gpt-image-2",
    { width: 256, height: 256 },
    "816x816",
    { parameter: "width" },
  ],
  ["too long is shortened", "gpt-image-2", { width: 4000, height: 200 }, "1536x512", { parameter: "width" }],
  ["of one side is a square", "gpt-image-2", { height: 1024 }, "1024x1024", null],
  ["of one side follows the ratio", "gpt-image-2", { height: 1024, aspectRatio: "3:2" }, "1536x1024", null],
  [
    "of a known snapshot has its rules",
    "gpt-image-1.5-2025-12-16",
    { width: 2048, height: 1152 },
    "1536x1024",
    { parameter: "width" },
  ],
  [
    "too large is the square that is offered",
    "gpt-image-1.5",
    { width: 8000, height: 8000 },
    "1024x1024",
    { parameter: "width" },
  ],
  [
    "of an unheard-of model of OpenAI's has the newest rules",
    "gpt-image-9",
    { width: 1280, height: 720 },
    "1280x720",
    null,
  ],
  ["of a shape is exact to the pixel", "gpt-image-2", { aspectRatio: "16:9" }, "1280x720", null],
  ["of a shape in large terms is near", "gpt-image-2", { aspectRatio: "1920:1081" }, "1360x768", null],
  [
    "of a shape that is too long is shortened",
    "gpt-image-2",
    { aspectRatio: "9:36" },
    "592x1776",
    { parameter: "aspectRatio" },
  ],
  [
    "of a shape is the nearest one offered",
    "gpt-image-1.5",
    { aspectRatio: "4:3" },
    "1536x1024",
    { parameter: "aspectRatio" },
  ],
])("a size %s", async (_case, model, request, size, warning) => {
  const { sent, check } = await setup(startOpenaiImages([model]));
  expect(await sent(request)).toMatchObject({ size });
  const expected = warning && {
    code: "adjusted",
    message: expect.stringMatching(/^This model does not make .+: it became \d+ × \d+\.$/),
    ...warning,
  };
  expect(check(request).warnings).toEqual(expected ? [expected] : []);
});

it("every size that may be asked for becomes one that is made", async () => {
  const { check, sent } = await setup();
  const sides = [1, 15, 333, 1_023, 2_160, 3_841, 9_999];
  for (const width of sides) for (const height of sides) await sent({ width, height });
  for (const aspectRatio of ["1:99999", "99999:1", "7:5", "1:3", "3:1", "641:359"])
    await sent({ aspectRatio });
  for (const aspectRatio of ["0:1", "wide", "1.5:1"])
    expect(check({ aspectRatio }).warnings).toMatchObject([{ code: "ignored", parameter: "aspectRatio" }]);
});

it("pictures that are too many, or too large, for one answer are asked for in several calls", async () => {
  const { check } = await setup();
  const counts = (request: Partial<ImageRequest>) => check(request).starts.map(({ count }) => count);
  expect(counts({ count: 12, width: 1_024, height: 1_024 })).toEqual([10, 2]);
  expect(counts({ count: 4, width: 2_560, height: 1_440 })).toEqual([3, 1]);
  expect(counts({ count: 2, width: 3_840, height: 2_160 })).toEqual([1, 1]);
});

it("an answer as large as the largest pictures without any loss is read", async () => {
  const { remote, generate } = await setup();
  const large = Buffer.alloc(3_840 * 2_160 * 4, 0xa5);
  remote.answer({ kind: "pictures", pieces: [{ bytes: large, format: "png" }] });
  const { outputs } = await generate({ width: 3_840, height: 2_160 });
  expect(outputs.map((output) => "bytes" in output && output.bytes.equals(large))).toEqual([true]);
});

it("what there is no word for is ignored with a warning, and no negative prompt slips into the prompt", async () => {
  const { check, sent } = await setup();
  const request = { negativePrompt: "blurry", steps: 30, guidance: 7, seed: 1, scheduler: "K_EULER" };
  expect(check(request).warnings.map(({ code, parameter }) => [code, parameter])).toEqual(
    ["negativePrompt", "steps", "guidance", "seed", "scheduler"].map((name) => ["ignored", name]),
  );
  expect(await sent(request)).toEqual(plain);
});

it.each<[string, Partial<ImageRequest>, string]>([
  ["transparency in a JPEG", { background: "transparent", format: "jpeg" }, "background"],
  ["a quality that the model does not have", { extra: { quality: "max" } }, "extra.quality"],
  ["a quality that is no word", { extra: { quality: 90 } }, "extra.quality"],
  ["what belongs to another model", { extra: { complexity: "low" } }, "extra.complexity"],
  ["how strictly OpenAI is to look", { extra: { moderation: "low" } }, "extra.moderation"],
  ["a name that every object has", { extra: { constructor: "high" } }, "extra.constructor"],
  ["a count in disguise", { extra: { n: "9" } }, "extra.n"],
])("%s is not sent", async (_case, request, parameter) => {
  const { check, sent } = await setup();
  expect(check(request).warnings).toMatchObject([{ code: "ignored", parameter }]);
  expect(await sent(request)).toEqual({ ...plain, output_format: request.format ?? "png" });
});

it("that a request may not decide something is said, since the model does take it", async () => {
  const { check } = await setup();
  const [warning] = check({ extra: { moderation: "low" } }).warnings;
  expect(warning?.message).toBe("What “moderation” does is not for a request to decide.");
});

it("a newer model has more to choose from", async () => {
  const { sent } = await setup(startOpenaiImages(["gpt-image-2.6-flare", "gpt-image-2.5-sunburst"]));
  expect(await sent({ extra: { complexity: "low" } })).toMatchObject({ complexity: "low" });
  expect(await sent({ extra: { quality: "max" } }, "gpt-image-2.5-sunburst")).toMatchObject({
    quality: "max",
  });
});

it("a prompt that OpenAI would refuse for its length is not sent", async () => {
  const { remote, failure, generate } = await setup();
  expect(await failure({ prompt: "x".repeat(32_001) })).toMatchObject({ kind: "rejected" });
  expect(await failure({ count: 0 })).toMatchObject({ kind: "rejected" });
  expect(remote.starts).toEqual([]);
  // A tower is one character, whatever it is in UTF-16.
  await generate({ prompt: "🗼".repeat(32_000) });
});

it("tokens are counted, and cost what the table says; where it says nothing, nothing is guessed", async () => {
  const { remote, generate } = await setup(startOpenaiImages(["gpt-image-2", "gpt-image-9"]));
  const usage = { inputTokens: 40, outputTokens: 4_160 };
  remote.answer({ kind: "pictures", pieces: [{ bytes: picture, format: "png" }], usage });
  expect(await generate()).toMatchObject({ usage, costMicros: 40 * 5 + 4_160 * 30, seconds: null });
  expect(await generate({}, "gpt-image-9")).toMatchObject({ usage, costMicros: null });
  remote.answer({ kind: "pictures", pieces: [{ bytes: picture, format: "png" }], usage: null });
  expect(await generate()).toMatchObject({ usage: null, costMicros: null });
});

it("what was billed for nothing that can be read is told with its tokens", async () => {
  const { remote, failure } = await setup();
  const usage = { inputTokens: 40, outputTokens: 4_160 };
  remote.answer({ kind: "pictures", pieces: ["unreadable"], usage });
  expect(await failure()).toMatchObject({ kind: "invalid_output", usage });
});

it("a format is believed where it is said", async () => {
  const { generate } = await setup();
  expect((await generate({ format: "webp" })).outputs).toMatchObject([{ format: "webp", seed: null }]);
  const other = await setup(startCompatibleImages());
  expect((await other.generate({ format: "webp" })).outputs).toMatchObject([{ format: null, seed: null }]);
});

it("a server of one's own is sent sizes as they are asked for, no format, and no key", async () => {
  const { remote, sent, check } = await setup(startCompatibleImages());
  const request = {
    width: 500,
    height: 333,
    format: "webp",
    quality: 9,
    count: 2,
    extra: { style: "natural" },
  } as const;
  const { warnings, starts } = check(request);
  expect([warnings, starts.length]).toEqual([[], 2]);
  expect(await sent(request)).toEqual({
    ...{ model: "flux.1-dev-ggml", prompt: plainRequest.prompt, size: "500x333" },
    ...{ response_format: "b64_json", style: "natural" },
  });
  expect(remote.requests.map(({ authorization }) => authorization)).toEqual([null]);
  expect(check({ background: "opaque" }).warnings).toEqual([]);
  expect(check({ background: "transparent" }).warnings).toMatchObject([{ parameter: "background" }]);
});

it("whatever form a server has for a picture, the pictures are there", async () => {
  const { remote, generate } = await setup(startCompatibleImages());
  const base64 = picture.toString("base64");
  const data = [
    { url: "http://localhost:8080/generated-images/b6.png" },
    { b64_json: `data:image/webp;base64,${base64}`, url: "" },
    { url: `data:image/jpeg;base64,${base64}` },
    { b64_json: base64.replace(/.{20}/g, "$&\n"), revised_prompt: "a lighthouse" },
    null,
    base64,
    { url: "file:///etc/passwd" },
    { b64_json: "" },
    { b64_json: 7 },
  ];
  remote.answerWith({ status: 200, body: { data, model: "flux.1-dev", usage: { total_tokens: 7 } } });
  expect(await generate()).toMatchObject({
    outputs: [
      { url: "http://localhost:8080/generated-images/b6.png" },
      { bytes: picture, format: "webp" },
      { bytes: picture, format: "jpeg" },
      { bytes: picture, format: null },
    ],
    ...{ unreadable: 5, dropped: 0, model: "flux.1-dev", usage: null, costMicros: null },
  });
});

it.each([
  [
    "Azure's filter",
    400,
    { error: { code: "contentFilter", message: "It failed as a result of our safety system." } },
    { kind: "refused", reason: "It failed as a result of our safety system." },
  ],
  [
    "an error in FastAPI's form",
    422,
    { detail: "size must be divisible by 8" },
    { kind: "rejected", reason: "The server says: size must be divisible by 8" },
  ],
  ["no error at all", 200, { created: 1, images: [] }, { kind: "unavailable", sent: true }],
])("%s is understood", async (_case, status, body, expected) => {
  const { remote, failure } = await setup(startCompatibleImages());
  remote.answerWith({ status, body });
  expect(await failure()).toMatchObject(expected);
});
