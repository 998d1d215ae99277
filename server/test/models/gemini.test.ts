import { expect, it, onTestFinished, vi } from "vitest";
import { createGemini } from "../../src/models/hosted/gemini.ts";
import type { HostedCall } from "../../src/models/hosted/provider.ts";
import { type GeminiSettings, startGemini } from "../simulators/gemini.ts";
import { describeVisionProvider, errorOf, instruction, output, picture } from "./vision-conformance.ts";

describeVisionProvider("Gemini", { create: createGemini, simulator: startGemini });

async function setup(settings: GeminiSettings = {}) {
  const remote = await startGemini(settings);
  onTestFinished(() => remote.close());
  remote.answer({ kind: "output", output });
  const provider = createGemini({ baseUrl: remote.url, deadlineMs: 20_000 });
  const ask = (changes: Partial<HostedCall> = {}) =>
    provider.ask({
      model: remote.model,
      apiKey: remote.key,
      image: picture(),
      format: "webp",
      width: 10,
      height: 10,
      instruction,
      maxOutputTokens: 500,
      signal: new AbortController().signal,
      ...changes,
    });
  return { remote, ask };
}

it.each([
  ["gemini-3.8-flash", { thinkingLevel: "low" }],
  ["gemini-3.5-flash-lite", { thinkingLevel: "minimal" }],
  ["gemini-3.1-pro-preview", { thinkingLevel: "low" }],
  ["gemini-2.5-flash-lite", { thinkingBudget: 0 }],
  ["gemini-2.5-pro", { thinkingBudget: expect.any(Number) }],
  ["gemma-4-31b-it", null],
])("%s is asked to think as little as it can", async (model, thinking) => {
  const { remote, ask } = await setup({ models: [model] });
  await ask();
  expect(remote.thinking).toEqual([thinking]);
});

it("what the model thought is counted as output", async () => {
  const { remote, ask } = await setup();
  remote.answer({ kind: "output", output, usage: { inputTokens: 10, outputTokens: 30 } });
  expect((await ask()).usage).toEqual({ inputTokens: 10, outputTokens: 30 });
});

it("an answer that Gemini would continue in a second request ends with the first", async () => {
  const { remote, ask } = await setup();
  remote.offerContinuation();
  const usage = { inputTokens: 10, outputTokens: 500 };
  remote.answer({ kind: "truncated", text: '{"sign":"a long', usage });
  expect(await errorOf(ask())).toMatchObject({ failure: { kind: "invalid_output", usage } });
  expect(remote.calls.length).toBe(1);
});

it("a key that Google calls an invalid argument is a key that cannot be used", async () => {
  const { remote, ask } = await setup();
  expect(await errorOf(ask({ apiKey: "AIzaUnknown" }))).toMatchObject({ failure: { kind: "key_unusable" } });
  remote.revoke(remote.key);
  expect(await errorOf(ask())).toMatchObject({
    failure: { kind: "key_unusable", reason: "API key not valid. Please pass a valid API key." },
  });
});

it("without a key nothing is sent, even where the environment has one", async () => {
  vi.stubEnv("GOOGLE_GENERATIVE_AI_API_KEY", "AIzaOfSomebodyElse");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { remote, ask } = await setup();
  for (const apiKey of [null, "", "two words", "line\nend", "schlüssel"]) {
    const error = await errorOf(ask({ apiKey }));
    expect(error).toMatchObject({ failure: { kind: "key_unusable" } });
    if (apiKey) expect(String(error)).not.toContain(apiKey);
  }
  expect(remote.calls).toEqual([]);
});

it("a model that Google does not know is said so, and a name that is no name goes nowhere", async () => {
  const { remote, ask } = await setup();
  expect(await errorOf(ask({ model: "gemini-9" }))).toMatchObject({ failure: { kind: "model_unknown" } });
  for (const model of ["../v1/files", "gemini-3.8-flash:countTokens?x=", "", "a/b/c"]) {
    expect(await errorOf(ask({ model })), model).toMatchObject({ failure: { kind: "model_unknown" } });
  }
  expect(remote.calls.length).toBe(1);
});

it("a picture in a format that Gemini does not take is rejected", async () => {
  const { ask } = await setup();
  expect(await errorOf(ask({ format: "gif" }))).toMatchObject({ failure: { kind: "rejected" } });
});

it("a retired model that is answered by another one is seen in the answer", async () => {
  const { remote, ask } = await setup();
  remote.reroute(remote.model, "gemini-3.5-flash-lite");
  expect((await ask()).model).toBe("gemini-3.5-flash-lite");
});

it("a limit that was really reached names the minute or the day, and the minute's delay", async () => {
  const limits = { requestsPerMinute: 2, requestsPerDay: 3, inputTokensPerMinute: null };
  let now = 0;
  const { ask } = await setup({ limits, now: () => now });
  await ask();
  now = 20_000;
  await ask();
  now = 21_500.25;
  expect(await errorOf(ask())).toMatchObject({
    failure: { kind: "rate_limited", scope: "minute", retryAfterMs: 38_500 },
  });
  now = 60_000;
  await ask();
  expect(await errorOf(ask())).toMatchObject({ failure: { kind: "rate_limited", scope: "day" } });
});
