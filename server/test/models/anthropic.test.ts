import { expect, it, onTestFinished, vi } from "vitest";
import type { Instruction } from "../../src/models/contract.ts";
import { createAnthropic } from "../../src/models/hosted/anthropic.ts";
import { storeFacts } from "../../src/models/instructions.ts";
import { startAnthropic } from "../simulators/anthropic.ts";
import { anthropicError } from "../simulators/anthropic-forms.ts";
import type { ScriptedSettings } from "../simulators/scripted-server.ts";
import { adapterWorld } from "./adapter-world.ts";
import { describeVisionProvider, instruction, output } from "./vision-conformance.ts";

describeVisionProvider("Anthropic", {
  create: createAnthropic,
  simulator: startAnthropic,
  schemaAsSent: {
    type: "object",
    properties: {
      sign: { type: ["string", "null"], description: "What the sign says." },
      is_open: { type: "boolean" },
      // Anthropic takes no bounds: they are told in words, and checked in the answer.
      people: { type: "integer", description: "minimum: 0." },
      colours: { type: "array", items: { type: "string" } },
    },
    required: ["sign", "is_open", "people", "colours"],
    additionalProperties: false,
  },
});

const setup = (settings: Partial<ScriptedSettings> = {}) =>
  adapterWorld(createAnthropic, startAnthropic(settings));

it.each([
  ["claude-haiku-5-5", { thinking: { type: "disabled" } }],
  ["claude-sonnet-5-5", { thinking: { type: "between_tools" } }],
  ["claude-opus-5-5", { output_config: { effort: "low" } }],
  ["claude-sonnet-4-5", { thinking: { type: "disabled" } }],
])("%s is asked to think as little as it can", async (model, thinking) => {
  const { remote, ask } = await setup({ models: [model] });
  await ask();
  expect(remote.requests[0]?.body).toMatchObject(thinking);
});

it("the answer is asked for as output of a schema and never as the call of a tool", async () => {
  const { remote, ask } = await setup({ models: ["claude-opus-5-5", "claude-sonnet-4-0"] });
  for (const model of ["claude-opus-5-5", "claude-sonnet-4-0"]) await ask({ model });
  for (const { body, headers } of remote.requests) {
    expect(body).toHaveProperty("output_config.format.type", "json_schema");
    expect(body).not.toHaveProperty("tools");
    expect(headers["anthropic-version"]).toBe("2023-06-01");
  }
});

it("the default instruction's schema is sent as it is", async () => {
  const { remote, ask } = await setup();
  await ask({ instruction: storeFacts }).catch(() => {});
  expect(remote.calls).toEqual([expect.objectContaining({ schema: storeFacts.schema })]);
});

it("a bound that could not be sent is kept all the same", async () => {
  const { remote, failure } = await setup();
  remote.answer({ kind: "output", output: { ...output, people: -1 } });
  expect(await failure()).toMatchObject({ kind: "invalid_output" });
});

it("an optional member may be missing", async () => {
  const schema: Instruction["schema"] = {
    type: "object",
    properties: { sign: { type: "string" }, mood: { type: "string", maxLength: 9 } },
    required: ["sign"],
  };
  const { remote, ask } = await setup();
  remote.answer({ kind: "output", output: { sign: "Open" } });
  expect((await ask({ instruction: { ...instruction, schema } })).output).toEqual({ sign: "Open" });
});

it.each([
  ["at its root", { type: "object" }],
  ["further inside", { type: "object", properties: { facts: { type: "array", items: { type: "object" } } } }],
  ["as a choice", { type: "object", properties: { facts: { anyOf: [{ type: ["object", "null"] }] } } }],
] as [string, Instruction["schema"]][])(
  "a schema of unnamed members %s is rejected before anything is sent",
  async (_case, schema) => {
    const { remote, failure } = await setup();
    expect(await failure({ instruction: { ...instruction, schema } })).toMatchObject({ kind: "rejected" });
    expect(remote.requests).toEqual([]);
  },
);

it.each([
  [
    400,
    "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
    "key_unusable",
  ],
  [
    400,
    "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
    "key_unusable",
  ],
  [400, "This organization has been disabled.", "key_unusable"],
  [400, "Could not process image", "rejected"],
  [402, "There is an issue with your billing.", "key_unusable"],
  [413, "Request exceeds the maximum size", "rejected"],
])("status %d with %j is %s", async (status, message, kind) => {
  const { failureFor } = await setup();
  expect(await failureFor(anthropicError(status, message))).toEqual({ kind, reason: message });
});

it("an overloaded Anthropic has done nothing", async () => {
  const { failureFor } = await setup();
  expect(await failureFor(anthropicError(529))).toEqual({
    kind: "unavailable",
    reason: "Overloaded",
    sent: false,
  });
});

it("an answer that filled the model's context is cut off too, even where it ends as JSON", async () => {
  const { failureFor } = await setup();
  const content = [{ type: "text", text: JSON.stringify(output) }];
  const body = { type: "message", content, stop_reason: "model_context_window_exceeded" };
  expect(await failureFor({ status: 200, body })).toMatchObject({ kind: "invalid_output" });
});

const usedUp = (name: string, reset: string) => ({
  [`anthropic-ratelimit-${name}-limit`]: "50",
  [`anthropic-ratelimit-${name}-remaining`]: "0",
  [`anthropic-ratelimit-${name}-reset`]: reset,
});

it.each(["requests", "input-tokens", "output-tokens", "tokens"])(
  "where only the headers tell of it, %s that are used up are those of the minute",
  async (name) => {
    const { failureFor } = await setup();
    const form = anthropicError(429, "Slow down.", { ...usedUp(name, "not a time"), "retry-after": "7" });
    expect(await failureFor(form)).toEqual({ kind: "rate_limited", scope: "minute", retryAfterMs: 7_000 });
  },
);

it("without a delay the latest reset of what is used up is waited for, and at most an hour", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-21T12:00:00Z") });
  onTestFinished(() => void vi.useRealTimers());
  const { failureFor } = await setup();
  const delay = async (headers: Record<string, string>) => {
    const failure = await failureFor(anthropicError(429, "Slow down.", headers));
    return failure.kind === "rate_limited" ? failure.retryAfterMs : failure.kind;
  };
  const requests = usedUp("requests", "2026-11-21T12:00:20Z");
  expect(await delay(requests)).toBe(20_000);
  expect(await delay({ ...requests, ...usedUp("output-tokens", "2026-11-21T12:00:41Z") })).toBe(41_000);
  expect(await delay(usedUp("requests", "2026-11-21T11:59:00Z"))).toBe(0);
  expect(await delay(usedUp("requests", "2029-01-01T00:00:00Z"))).toBe(3_600_000);
  expect(await delay({ ...requests, "anthropic-ratelimit-requests-remaining": "4" })).toBeNull();
});

it("tokens from a cache and into one are tokens of the input", async () => {
  const { remote, ask } = await setup();
  remote.answer({ kind: "output", output, usage: { inputTokens: 1_000, outputTokens: 9 } });
  expect((await ask()).usage).toEqual({ inputTokens: 1_000, outputTokens: 9 });
});

it("without a key nothing is sent, even where the environment has one", async () => {
  vi.stubEnv("ANTHROPIC_API_KEY", "sk-ant-of-somebody-else");
  vi.stubEnv("ANTHROPIC_AUTH_TOKEN", "token-of-somebody-else");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { remote, failure } = await setup();
  for (const apiKey of [null, "", "two words", "schlüssel"]) {
    expect(await failure({ apiKey })).toMatchObject({ kind: "key_unusable" });
  }
  expect(remote.requests).toEqual([]);
});

it("a key and a model that Anthropic does not know are told apart", async () => {
  const { failure } = await setup();
  expect(await failure({ apiKey: "sk-ant-unknown" })).toEqual({
    kind: "key_unusable",
    reason: "Anthropic says: invalid x-api-key",
  });
  expect(await failure({ model: "claude-9" })).toMatchObject({
    kind: "model_unknown",
    reason: "Anthropic says: model: claude-9",
  });
});
