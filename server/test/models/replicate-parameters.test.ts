import { expect, it } from "vitest";
import type { ImageRequest } from "../../src/models/images/contract.ts";
import { createReplicate } from "../../src/models/images/replicate/replicate.ts";
import { plainRequest } from "./image-conformance.ts";

const flux = "black-forest-labs/flux-schnell";
const dev = "black-forest-labs/flux-dev";
const sdxl = "stability-ai/sdxl";

/** What becomes of a request: the input of its first start, and what is said of it. */
function fitted(model: string, request: Partial<ImageRequest>) {
  const { check } = createReplicate({ baseUrl: "http://127.0.0.1:9/v1", deadlineMs: 1 });
  const { starts, warnings } = check(model, { ...plainRequest, ...request });
  return { input: starts[0]?.body["input"], starts, warnings: warnings.map(({ message }) => message) };
}

it.each([
  [
    { width: 1_024, height: 1_024 },
    { aspect_ratio: "1:1", megapixels: "1" },
  ],
  [
    { width: 512, height: 512 },
    { aspect_ratio: "1:1", megapixels: "0.25" },
  ],
  [
    { width: 1_344, height: 768 },
    { aspect_ratio: "16:9", megapixels: "1" },
  ],
  [
    { width: 416, height: 608 },
    { aspect_ratio: "2:3", megapixels: "0.25" },
  ],
])("%o is a size that FLUX makes to the pixel", (size, input) => {
  expect(fitted(flux, size)).toMatchObject({ input, warnings: [] });
});

it.each([
  [{ width: 1_920, height: 1_080 }, "16:9", "1920 × 1080 became 1344 × 768."],
  [{ width: 640, height: 480 }, "4:3", "640 × 480 became 576 × 448."],
  [{ width: 128, height: 2_048 }, "9:21", "128 × 2048 became 320 × 768."],
  [{ width: null, height: 600 }, "1:1", "600 × 600 became 512 × 512."],
  [{ width: 800, height: null, aspectRatio: "2:1" }, "16:9", "800 × 400 became 672 × 384."],
])("%o becomes the nearest that FLUX makes, and that is said", (size, aspect_ratio, said) => {
  const { input, warnings } = fitted(flux, size);
  expect(input).toMatchObject({ aspect_ratio });
  expect(warnings).toEqual([`This model takes an aspect ratio and no size in pixels: ${said}`]);
});

it.each([
  ["16:9", "16:9", []],
  ["32:18", "16:9", []],
  ["2:1", "16:9", ["This model does not make 2:1: it became 16:9."]],
  ["1:99", "9:21", ["This model does not make 1:99: it became 9:21."]],
])("the aspect ratio %s becomes %s", (aspectRatio, aspect_ratio, warnings) => {
  expect(fitted(flux, { aspectRatio })).toMatchObject({ input: { aspect_ratio }, warnings });
});

it("an aspect ratio that is none is ignored", () => {
  for (const aspectRatio of ["wide", "0:1", "1:0", "16/9", "-1:2"]) {
    const { input, warnings } = fitted(flux, { aspectRatio });
    expect(input).not.toHaveProperty("aspect_ratio");
    expect(warnings).toEqual(["An aspect ratio is two whole numbers, such as 16:9."]);
  }
});

it("a model that takes pixels is given them, in the steps that it works in", () => {
  expect(fitted(sdxl, { width: 832, height: 1_216 })).toMatchObject({
    input: { width: 832, height: 1_216 },
    warnings: [],
  });
  expect(fitted(sdxl, { width: 833, height: 3 })).toMatchObject({
    input: { width: 832, height: 8 },
    warnings: [
      "This model takes a width in steps of 8: 833 became 832.",
      "This model takes a height in steps of 8: 3 became 8.",
    ],
  });
});

it.each([
  ["16:9", { width: 1_024, height: 576 }],
  ["9:16", { width: 576, height: 1_024 }],
  ["1:1", { width: 1_024, height: 1_024 }],
  ["3:1", { width: 1_024, height: 344 }],
])("of %s a model that takes pixels makes the longer side its usual one", (aspectRatio, input) => {
  expect(fitted(sdxl, { aspectRatio })).toMatchObject({ input, warnings: [] });
});

it("the aspect ratio does not count where a size is given, and gives the side that is missing", () => {
  expect(fitted(sdxl, { width: 640, height: 640, aspectRatio: "16:9" })).toMatchObject({
    input: { width: 640, height: 640 },
    warnings: [],
  });
  expect(fitted(sdxl, { width: 640, aspectRatio: "2:1" }).input).toMatchObject({ width: 640, height: 320 });
  expect(fitted(sdxl, { width: 640 }).input).not.toHaveProperty("height");
});

it("numbers are brought within the model's bounds", () => {
  expect(fitted(flux, { steps: 500 })).toMatchObject({
    input: { num_inference_steps: 4 },
    warnings: ["This model takes a number of steps from 1 to 4: 500 became 4."],
  });
  expect(fitted(dev, { steps: 28, guidance: 20 })).toMatchObject({
    input: { num_inference_steps: 28, guidance: 10 },
    warnings: ["This model takes a guidance from 0 to 10: 20 became 10."],
  });
  expect(fitted(sdxl, { steps: 30.5 }).warnings).toEqual([
    "This model takes a number of steps from 1 to 500: 30.5 became 31.",
  ]);
});

it("what a model has no place for is named, one sentence each", () => {
  const request: Partial<ImageRequest> = {
    negativePrompt: "blurry",
    guidance: 7,
    scheduler: "DDIM",
    background: "transparent",
    extra: { style: "noir", disable_safety_checker: true, num_outputs: 3, megapixels: 1, none: null },
  };
  expect(fitted(flux, request).warnings).toEqual([
    "This model takes no negative prompt.",
    "This model takes no guidance.",
    "This model lets nobody choose a scheduler.",
    "This model lets nobody choose a background.",
    "This model takes nothing called “style”.",
    "What “disable_safety_checker” does is not for a request to decide.",
    "What “num_outputs” says is said already by another part of the request.",
    "This model takes something else for “megapixels”.",
  ]);
});

it("an empty negative prompt and an opaque background are nothing to warn of", () => {
  expect(fitted(flux, { negativePrompt: "", background: "opaque" }).warnings).toEqual([]);
});

it("a scheduler that a model does not have is ignored", () => {
  const { input, warnings } = fitted(sdxl, { scheduler: "Euler a" });
  expect(input).not.toHaveProperty("scheduler");
  expect(warnings).toEqual(["This model has no scheduler “Euler a”."]);
});

it.each([
  ["jpeg", { output_format: "jpg", output_quality: 70 }],
  ["webp", { output_format: "webp", output_quality: 70 }],
  ["png", { output_format: "png" }],
] as const)("%s is asked for as the model calls it", (format, expected) => {
  expect(fitted(flux, { format, quality: 70 }).input).toEqual({
    ...{ prompt: plainRequest.prompt, num_outputs: 1 },
    ...expected,
  });
});

it("more pictures than a model makes at a time take several starts, each with the next seed", () => {
  const { starts } = fitted(flux, { count: 10, seed: 2 ** 31 - 1 });
  expect(starts.map(({ count, body }) => [count, body["input"]])).toMatchObject([
    [4, { num_outputs: 4, seed: 2 ** 31 - 1 }],
    [4, { num_outputs: 4, seed: 0 }],
    [2, { num_outputs: 2, seed: 1 }],
  ]);
});

it("a seed with fast kernels is a seed that may not be followed", () => {
  const { input, warnings } = fitted(flux, { seed: 1, extra: { go_fast: true } });
  expect(input).toMatchObject({ seed: 1, go_fast: true });
  expect(warnings).toEqual(["With “go_fast” this model may make another picture from the same seed."]);
  expect(fitted(flux, { extra: { go_fast: true } })).toMatchObject({
    input: { go_fast: true },
    warnings: [],
  });
});
