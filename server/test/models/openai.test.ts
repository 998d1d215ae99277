import { expect, it, onTestFinished, vi } from "vitest";
import type { Instruction } from "../../src/models/contract.ts";
import { createOpenAi } from "../../src/models/hosted/openai.ts";
import { storeFacts } from "../../src/models/instructions.ts";
import { startOpenAi } from "../simulators/openai.ts";
import { openAiError } from "../simulators/openai-forms.ts";
import type { ScriptedSettings } from "../simulators/scripted-server.ts";
import { adapterWorld } from "./adapter-world.ts";
import { describeVisionProvider, instruction, output } from "./vision-conformance.ts";

describeVisionProvider("OpenAI", { create: createOpenAi, simulator: startOpenAi });

const setup = (settings: Partial<ScriptedSettings> = {}) => adapterWorld(createOpenAi, startOpenAi(settings));

it.each([
  ["gpt-5.6-terra", { effort: "none" }],
  ["gpt-5.4-mini-2026-03-17", { effort: "none" }],
  ["gpt-5-nano", { effort: "minimal" }],
  ["gpt-6-astra", { effort: "low" }],
  ["gpt-6-luna", { effort: "none" }],
  ["o4-mini", { effort: "low" }],
  ["gpt-5-pro", undefined],
  ["gpt-5.4-pro", undefined],
  ["gpt-4.1-mini", undefined],
])("%s is asked to think as little as it can", async (model, reasoning) => {
  const { remote, ask } = await setup({ models: [model] });
  await ask();
  expect(remote.requests.map(({ body }) => body)).toEqual([
    expect.objectContaining(reasoning ? { reasoning } : { model }),
  ]);
  if (!reasoning) expect(remote.requests[0]?.body).not.toHaveProperty("reasoning");
});

it("nothing is left with OpenAI, and the picture is looked at as each model does by itself", async () => {
  const { remote, ask } = await setup();
  await ask();
  expect(remote.requests[0]?.body).toMatchObject({ store: false });
  expect(remote.requests[0]?.body).not.toHaveProperty("input.0.content.0.detail");
});

const closed = (
  properties: Instruction["schema"],
  more: Instruction["schema"] = {},
): Instruction["schema"] => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});
const sign = { type: ["string", "null"] } as const;

it.each([
  ["the default instruction's", storeFacts.schema, true],
  [
    "one with bounds and lists",
    closed({ sign, stars: { type: "array", items: { type: "integer", maximum: 5 } } }),
    true,
  ],
  ["one with a choice", closed({ sign: { anyOf: [sign, closed({ sign })] } }), true],
  ["one with an optional member", closed({ sign, mood: sign }, { required: ["sign"] }), false],
  ["one that is open", closed({ sign }, { additionalProperties: true }), false],
  [
    "one that does not say whether it is open",
    { type: "object", properties: { sign }, required: ["sign"] },
    false,
  ],
  ["one with a length", closed({ sign: { type: "string", maxLength: 40 } }), false],
  ["one with values of no named type", closed({ sign: { enum: ["open", null] } }), false],
  [
    "one that is open further inside",
    closed({ signs: { type: "array", items: closed({ sign }, { required: [] }) } }),
    false,
  ],
] as [string, Instruction["schema"], boolean][])(
  "strict mode is asked for where OpenAI takes the schema in it: %s",
  async (_case, schema, strict) => {
    const { remote, ask } = await setup();
    // Whether the answer fits is not the question here; that the request was taken is.
    await ask({ instruction: { ...instruction, schema } }).catch(() => {});
    expect(remote.requests[0]?.body).toMatchObject({ text: { format: { strict, schema } } });
    expect(remote.calls).toEqual([expect.objectContaining({ schema })]);
  },
);

it("an answer to a schema outside strict mode is checked like any other", async () => {
  const schema = closed({ sign, mood: { type: "string" } }, { required: ["sign"] });
  const { remote, ask, failure } = await setup();
  remote.answer({ kind: "output", output: { sign: "Open" } });
  expect((await ask({ instruction: { ...instruction, schema } })).output).toEqual({ sign: "Open" });
  remote.answer({ kind: "output", output: { sign: "Open", mood: 7 } });
  expect(await failure({ instruction: { ...instruction, schema } })).toMatchObject({
    kind: "invalid_output",
  });
});

it.each([
  [429, { code: "insufficient_quota", type: "insufficient_quota" }, "key_unusable"],
  [429, { code: "billing_not_active" }, "key_unusable"],
  [400, { code: "billing_hard_limit_reached" }, "key_unusable"],
  [401, { code: "account_deactivated" }, "key_unusable"],
  [403, { code: "model_not_found" }, "model_unknown"],
  [400, { code: "invalid_prompt" }, "refused"],
  [400, { code: "image_content_policy_violation" }, "refused"],
  [400, { code: "invalid_image_format" }, "rejected"],
  [503, { code: "slow_down" }, "unavailable"],
] as const)("status %d with %j is %s", async (status, error, kind) => {
  const { failureFor } = await setup();
  const message = "This is what happened.";
  expect(await failureFor(openAiError(status, { message, ...error }))).toMatchObject({
    kind,
    reason: message,
  });
});

it("more tokens in one question than a minute has will never fit", async () => {
  const { failureFor } = await setup();
  const message =
    "Request too large for gpt-5.6-terra in organization org-x on tokens per min (TPM): Limit 30000, Requested 38889.";
  expect(await failureFor(openAiError(429, { message, code: "rate_limit_exceeded" }))).toEqual({
    kind: "rejected",
    reason: message,
  });
});

it.each([
  ["on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.", "day", 432_000],
  ["on tokens per day (TPD): Limit 10000. Please try again in 1h0m1.5s. Visit the page.", "day", 3_601_500],
  ["on tokens per min (TPM): Limit 30000. Please try again in 174ms. Visit the page.", "minute", 174],
  ["on requests per min (RPM). Please try again in 18.642s. Visit the page.", "minute", 18_642],
  ["for RPM", "minute", null],
  ["on something else. Please try again in a while.", "unknown", null],
] as const)(
  "a limit is read from the sentence where no header tells of it: %s",
  async (words, scope, retryAfterMs) => {
    const { failureFor } = await setup();
    const error = { message: `Rate limit reached for gpt-5.6-terra ${words}`, code: "rate_limit_exceeded" };
    expect(await failureFor(openAiError(429, error))).toEqual({ kind: "rate_limited", scope, retryAfterMs });
  },
);

it.each([
  ["requests", { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" }, 360_000],
  ["tokens", { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "90ms" }, 90],
  ["tokens", { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" }, null],
  ["requests", { "x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "6m0s" }, null],
  ["requests", { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon" }, null],
  [
    "requests",
    { "retry-after": "2", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" },
    2_000,
  ],
  ["requests", { "retry-after-ms": "1200.5", "retry-after": "2" }, 1_201],
  ["requests", { "retry-after-ms": "-5", "retry-after": "2" }, 2_000],
] as const)("a limit of %s with %j", async (type, headers, retryAfterMs) => {
  const { failureFor } = await setup();
  const form = openAiError(
    429,
    { message: "Rate limit reached.", code: "rate_limit_exceeded", type },
    headers,
  );
  expect(await failureFor(form)).toEqual({ kind: "rate_limited", scope: "unknown", retryAfterMs });
});

const failed = (code: string) => ({
  status: 200,
  body: { id: "r", status: "failed", output: [], error: { code, message: "It did not work." } },
});

it.each([
  ["server_error", { kind: "unavailable", sent: true }],
  ["rate_limit_exceeded", { kind: "rate_limited", scope: "unknown", retryAfterMs: null }],
  ["image_too_large", { kind: "rejected" }],
  ["invalid_prompt", { kind: "refused" }],
])("a response that failed with status 200 and %s", async (code, expected) => {
  const { failureFor } = await setup();
  expect(await failureFor(failed(code))).toMatchObject(expected);
});

it("what the model says before its answer is no part of it", async () => {
  const { remote, ask } = await setup();
  const message = (phase: string, text: string) => ({
    type: "message",
    role: "assistant",
    phase,
    content: [{ type: "output_text", text }],
  });
  const said = [
    message("commentary", "I look at the {sign}."),
    message("final_answer", JSON.stringify(output)),
  ];
  remote.answerWith({ status: 200, body: { status: "completed", output: said } });
  expect(await ask()).toEqual({
    output,
    model: remote.model,
    usage: null,
    responseId: null,
    repaired: false,
  });
});

it("without a key nothing is sent, even where the environment has one", async () => {
  vi.stubEnv("OPENAI_API_KEY", "sk-of-somebody-else");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { remote, failure } = await setup();
  for (const apiKey of [null, "", "two words", "schlüssel"]) {
    expect(await failure({ apiKey })).toMatchObject({ kind: "key_unusable" });
  }
  expect(remote.requests).toEqual([]);
});

it("a key and a model that OpenAI does not know are told apart", async () => {
  const { failure } = await setup();
  expect(await failure({ apiKey: "sk-unknown" })).toMatchObject({
    kind: "key_unusable",
    reason: expect.not.stringContaining("sk-unknown"),
  });
  expect(await failure({ model: "gpt-9" })).toMatchObject({ kind: "model_unknown" });
});
