import { expect, it, onTestFinished } from "vitest";
import { ProviderError } from "../../src/models/hosted/provider.ts";
import type { ImageRequest, StartCall } from "../../src/models/images/contract.ts";
import { createGeminiImages } from "../../src/models/images/gemini/gemini-images.ts";
import {
  geminiImageLimits,
  geminiImageRefusals,
  imageForm,
  startGeminiImages,
} from "../simulators/gemini-images.ts";
import { simulatedPiece } from "../simulators/image-simulator.ts";
import { describeImageProvider, plainRequest } from "./image-conformance.ts";
import { errorOf } from "./vision-conformance.ts";

describeImageProvider("Gemini images", {
  create: createGeminiImages,
  simulator: startGeminiImages,
  runs: "within the call",
  needsKey: true,
  takesSeed: true,
  withholds: false,
  refusals: geminiImageRefusals,
  limits: geminiImageLimits,
});

const banana = "gemini-nano-banana-2.1";
const lite = "gemini-3.1-flash-lite-image";

const plain = "a lighthouse above the sea at dusk, in oils";

async function setup() {
  const remote = await startGeminiImages();
  onTestFinished(() => remote.close());
  const provider = createGeminiImages({ baseUrl: remote.url, deadlineMs: 20_000 });
  const startCall = (request: Partial<ImageRequest> = {}, model = banana): StartCall => {
    const [prepared] = provider.check(model, { ...plainRequest, ...request }).starts;
    if (!prepared) throw new Error("nothing to start");
    const { signal } = new AbortController();
    const own = { startId: "start-1", callback: null, giveUpMs: null };
    return { apiKey: remote.key, signal, model, prepared, ...own };
  };
  return {
    remote,
    provider,
    start: (...given: Parameters<typeof startCall>) => provider.start(startCall(...given)),
    async status(...given: Parameters<typeof startCall>) {
      const started = await provider.start(startCall(...given));
      return started.as === "finished" ? started.status : expect.fail("It runs on.");
    },
  };
}

/** What becomes of a request: how its picture is asked for, and what is said of it. */
function fitted(request: Partial<ImageRequest>, model = banana) {
  const { check } = createGeminiImages({ baseUrl: "http://127.0.0.1:9/v1beta", deadlineMs: 1 });
  const { starts, warnings } = check(model, { ...plainRequest, ...request });
  const config = starts[0]?.body["generationConfig"];
  return { config, starts, warnings: warnings.map(({ message }) => message) };
}

const asked = (imageConfig: object) => ({ responseModalities: ["IMAGE"], imageConfig });

it.each([
  [{ width: 1_024, height: 1_024 }, { aspectRatio: "1:1" }],
  [{ width: 1_376, height: 768 }, { aspectRatio: "16:9" }],
  [
    { width: 1_696, height: 2_528 },
    { aspectRatio: "2:3", imageSize: "2K" },
  ],
  [
    { width: 4_096, height: 4_096 },
    { aspectRatio: "1:1", imageSize: "4K" },
  ],
  [{ aspectRatio: "16:9" }, { aspectRatio: "16:9" }],
  [{ aspectRatio: "32:18" }, { aspectRatio: "16:9" }],
  [
    { aspectRatio: "1:8", extra: { imageSize: "2K" } },
    { aspectRatio: "1:8", imageSize: "2K" },
  ],
  [{ extra: { imageSize: "4K" } }, { imageSize: "4K" }],
])("%o is what the model makes exactly", (request, imageConfig) => {
  expect(fitted(request)).toMatchObject({ config: asked(imageConfig), warnings: [] });
});

it.each([
  [{ width: 1_920, height: 1_080 }, { aspectRatio: "16:9" }, "1920 × 1080 became 1376 × 768."],
  [
    { width: 2_000, height: 1_125 },
    { aspectRatio: "16:9", imageSize: "2K" },
    "2000 × 1125 became 2752 × 1536.",
  ],
  [{ width: 512, height: 512 }, { aspectRatio: "1:1" }, "512 × 512 became 1024 × 1024."],
  [{ height: 600 }, { aspectRatio: "1:1" }, "600 × 600 became 1024 × 1024."],
  [{ width: 800, aspectRatio: "2:1" }, { aspectRatio: "16:9" }, "800 × 400 became 1376 × 768."],
  [
    { width: 1_024, height: 1_024, extra: { imageSize: "2K" } },
    { aspectRatio: "1:1", imageSize: "2K" },
    "1024 × 1024 became 2048 × 2048.",
  ],
])("%o becomes the nearest that the model makes, and that is said", (request, imageConfig, said) => {
  const { config, warnings } = fitted(request);
  expect(config).toEqual(asked(imageConfig));
  expect(warnings).toEqual([`This model makes certain sizes only: ${said}`]);
});

it("a model of one size is not told it: there are those that refuse the word", async () => {
  const { status, remote } = await setup();
  await status({ width: 4_096, height: 4_096 }, lite);
  await status({ width: 4_096, height: 4_096, aspectRatio: "1:1" }, banana);
  expect(remote.shapes).toEqual([
    { aspectRatio: "1:1", imageSize: null },
    { aspectRatio: "1:1", imageSize: "4K" },
  ]);
  expect(fitted({ extra: { imageSize: "2K" } }, lite)).toMatchObject({
    config: { responseModalities: ["IMAGE"] },
    warnings: ["This model takes 1K for “imageSize”."],
  });
});

it("of a model that the table does not have only the usual is asked, unless a caller knows better", () => {
  const model = "gemini-nano-banana-9";
  expect(fitted({ width: 4_096, height: 4_096 }, model).config).toEqual(asked({ aspectRatio: "1:1" }));
  expect(fitted({ extra: { imageSize: "8K" } }, model)).toMatchObject({
    config: asked({ imageSize: "8K" }),
    warnings: [],
  });
});

it("what no model of Gemini's has a place for is named, one sentence each", () => {
  const request: Partial<ImageRequest> = {
    ...{ negativePrompt: "blurry", steps: 20, guidance: 7, scheduler: "DDIM", background: "transparent" },
    ...{ aspectRatio: "wide", extra: { style: "noir", imageSize: "512", none: null } },
  };
  expect(fitted(request).warnings).toEqual([
    "This model takes no negative prompt.",
    "This model takes no number of steps.",
    "This model takes no guidance.",
    "This model lets nobody choose a scheduler.",
    "This model makes no transparent pictures.",
    "An aspect ratio is two whole numbers, such as 16:9.",
    "This model takes nothing called “style”.",
    "This model takes 1K, 2K, 4K for “imageSize”.",
  ]);
  expect(fitted({ negativePrompt: "", background: "opaque" }).warnings).toEqual([]);
});

it("each picture is a start of its own, and the seeds begin again after the largest", () => {
  const { starts } = fitted({ count: 3, seed: 2 ** 31 - 2 });
  expect(starts.map(({ count, body }) => [count, body["generationConfig"]])).toMatchObject([
    [1, { seed: 2 ** 31 - 2 }],
    [1, { seed: 2 ** 31 - 1 }],
    [1, { seed: 0 }],
  ]);
});

it("a picture costs what its tokens do, and the tokens of words what words cost", async () => {
  const { status } = await setup();
  // 20 × $1.50 + 300 thought × $7.50 + 1,120 × $30, per million.
  expect(await status()).toMatchObject({
    usage: { inputTokens: 20, outputTokens: 1_420 },
    costMicros: 30 + 2_250 + 33_600,
    seconds: null,
  });
});

it.each([
  [
    [
      { modality: "IMAGE", tokenCount: 1_000 },
      { modality: "TEXT", tokenCount: 120 },
    ],
    900 + 30_000,
  ],
  [[{ modality: "TEXT", tokenCount: "many" }], 33_600],
  [[], 33_600],
  [undefined, 33_600],
])("what is told apart as %o is priced apart", async (candidatesTokensDetails, expected) => {
  const { remote, status } = await setup();
  const inlineData = { mimeType: "image/png", data: simulatedPiece("", 0).bytes.toString("base64") };
  const usageMetadata = { candidatesTokenCount: 1_120, candidatesTokensDetails };
  const candidates = [{ content: { parts: [{ inlineData }] } }];
  remote.answerWith({ status: 200, body: { candidates, usageMetadata } });
  expect((await status()).costMicros).toBe(expected);
});

it("under a retired name it costs what the model costs that answered", async () => {
  const { remote, status } = await setup();
  remote.answer({ kind: "pictures", pieces: [simulatedPiece("", 0)], model: "gemini-3-pro-image" });
  expect(await status()).toMatchObject({ model: "gemini-3-pro-image", costMicros: 40 + 3_600 + 134_400 });
  remote.answer({ kind: "pictures", pieces: [simulatedPiece("", 0)], usage: null, model: "<b>odd</b>" });
  expect(await status()).toMatchObject({ model: banana, usage: null, costMicros: null });
});

it("of counts that nobody can believe nothing is told", async () => {
  const { remote, status } = await setup();
  const usage = { inputTokens: 1e15, outputTokens: 1 };
  remote.answer({ kind: "pictures", pieces: [simulatedPiece("", 0)], usage });
  expect(await status()).toMatchObject({ usage: null, costMicros: null });
});

it("a sketch of what the model thinks is not the picture", async () => {
  const { remote, status } = await setup();
  const { bytes } = simulatedPiece("the picture", 0);
  const part = (data: Buffer) => ({ inlineData: { mimeType: "image/jpeg", data: data.toString("base64") } });
  const parts = [{ ...part(Buffer.from("a sketch")), thought: true }, part(bytes)];
  remote.answerWith(imageForm({ content: { role: "model", parts }, finishReason: "STOP" }, banana, null));
  expect((await status()).outputs).toEqual([{ bytes, format: "jpeg", seed: null }]);
});

it("a picture that came is given, whatever is said beside it", async () => {
  const { remote, status } = await setup();
  const { bytes } = simulatedPiece("the picture", 0);
  const inlineData = { mimeType: "image/png", data: bytes.toString("base64") };
  const text = { mimeType: "text/plain", data: "aGVsbG8=" };
  const parts = [{ text: "Here it is." }, { inlineData }, { inlineData: text }];
  remote.answerWith(imageForm({ content: { parts }, finishReason: "IMAGE_OTHER" }, banana, null));
  expect(await status()).toMatchObject({ outputs: [{ bytes }], unreadable: 1 });
});

it.each([
  ["NO_IMAGE", [], "Gemini made no picture (NO_IMAGE)."],
  ["STOP", [{ text: "I cannot draw people." }], "Gemini made no picture, and says: I cannot draw people."],
  ["STOP", [{ text: `I cannot draw ${plain}` }], "Gemini made no picture."],
  ["STOP", [{ text: "Let me see.", thought: true }], "Gemini made no picture."],
])(
  "no picture, and %s, is no answer, with what the model says of it",
  async (finishReason, parts, reason) => {
    const { remote, start } = await setup();
    remote.answerWith(imageForm({ content: { role: "model", parts }, finishReason }, banana, null));
    expect(await errorOf(start({ prompt: plain }))).toMatchObject({
      failure: { kind: "invalid_output", reason },
    });
  },
);

it("a key that Google does not know is taken out, though it says so with status 400", async () => {
  const { remote, provider } = await setup();
  const [prepared] = provider.check(banana, plainRequest).starts;
  if (!prepared) throw new Error("nothing to start");
  const { signal } = new AbortController();
  const call = { apiKey: `${remote.key}x`, signal, model: banana, prepared };
  const started = provider.start({ ...call, startId: "start-1", callback: null, giveUpMs: null });
  expect(await errorOf(started)).toMatchObject({ failure: { kind: "key_unusable" } });
});

it.each(["", "a/b/c", "../etc", "a b", "a?x", "a#b", "models/"])(
  "the name %o is no model's, and nothing is asked",
  async (model) => {
    const { remote, provider } = await setup();
    expect(() => provider.check(model, plainRequest)).toThrow(ProviderError);
    expect(remote.starts).toEqual([]);
  },
);
