import { expect, it } from "vitest";
import { createCompatible } from "../../src/models/hosted/compatible.ts";
import { startCompatible } from "../simulators/compatible.ts";
import { serverErrors } from "../simulators/compatible-forms.ts";
import type { ScriptedSettings } from "../simulators/scripted-server.ts";
import { adapterWorld } from "./adapter-world.ts";
import { describeVisionProvider, instruction, output } from "./vision-conformance.ts";

describeVisionProvider("A compatible server", { create: createCompatible, simulator: startCompatible });

const setup = (settings: Partial<ScriptedSettings> = {}) =>
  adapterWorld(createCompatible, startCompatible(settings));

it("a server without keys is sent none", async () => {
  const { remote, ask } = await setup({ keys: [] });
  for (const apiKey of [null, ""]) expect(await ask({ apiKey })).toMatchObject({ output });
  expect(remote.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
});

it("a key is sent where there is one, and one that cannot be sent goes nowhere", async () => {
  const { remote, ask, failure } = await setup();
  await ask();
  expect(remote.requests[0]?.headers.authorization).toBe(`Bearer ${remote.key}`);
  expect(await failure({ apiKey: "line\nend" })).toMatchObject({ kind: "key_unusable" });
  expect(await failure({ apiKey: "unknown" })).toEqual({ kind: "key_unusable", reason: "Invalid API Key" });
  expect(remote.requests.length).toBe(2);
});

it("the schema is told in words too, for servers that do not know the field or show it to the model", async () => {
  const { remote, ask } = await setup();
  await ask();
  const said = remote.calls[0]?.instruction ?? "";
  expect(said.startsWith(instruction.text)).toBe(true);
  expect(said).toContain(JSON.stringify(instruction.schema));
});

it("a server that ignores the schema is understood through fences and prose", async () => {
  const { remote, ask } = await setup();
  const json = JSON.stringify(output, null, 2);
  remote.answer({
    kind: "text",
    text: `Certainly! Here it is:\n\n\`\`\`json\n${json}\n\`\`\`\nAnything else?`,
  });
  expect(await ask()).toMatchObject({ output, repaired: true });
});

const completion = (more: object, choice: object = {}) => ({
  status: 200,
  body: {
    object: "chat.completion",
    choices: [
      { message: { role: "assistant", content: JSON.stringify(output) }, finish_reason: "stop", ...choice },
    ],
    ...more,
  },
});

it.each([
  ["no usage, no id, no model", {}],
  ["nulls for them", { usage: null, id: null, model: null }],
  ["empty texts for them", { id: "", model: "" }],
  ["half a count", { usage: { prompt_tokens: 12 } }],
  ["a count that is none", { usage: { prompt_tokens: -1, completion_tokens: 5 } }],
])("an answer with %s is an answer", async (_case, more) => {
  const { remote, ask } = await setup();
  remote.answerWith(completion(more));
  expect(await ask()).toEqual({
    output,
    model: remote.model,
    usage: null,
    responseId: null,
    repaired: false,
  });
});

it("content in parts is put together", async () => {
  const { remote, ask } = await setup();
  const json = JSON.stringify(output);
  const content = [
    { type: "text", text: json.slice(0, 9) },
    { type: "text", text: json.slice(9) },
  ];
  remote.answerWith(completion({}, { message: { role: "assistant", content } }));
  expect((await ask()).output).toEqual(output);
});

it("an answer that the server gave up is none, even where its text is whole", async () => {
  const { failureFor } = await setup();
  expect(await failureFor(completion({}, { finish_reason: "error" }))).toMatchObject({
    kind: "unavailable",
    sent: true,
  });
});

it("no choice at all is an answer that cannot be used", async () => {
  const { failureFor } = await setup();
  expect(await failureFor(completion({ choices: [] }))).toMatchObject({ kind: "invalid_output" });
});

it.each([
  [
    serverErrors.ollama(404, "model 'qwen3-vl' not found"),
    "model_unknown",
    "The server says: model 'qwen3-vl' not found",
  ],
  [
    serverErrors.openAi(404, 'model "qwen3-vl" not found, try pulling it first'),
    "model_unknown",
    'The server says: model "qwen3-vl" not found, try pulling it first',
  ],
  [serverErrors.ollama(400, "invalid image"), "rejected", "The server says: invalid image"],
  [serverErrors.olderVllm(400, "It is not a multimodal model"), "rejected", "It is not a multimodal model"],
  [serverErrors.fastApi(405, "Method Not Allowed"), "rejected", "Method Not Allowed"],
  [serverErrors.fastApiList(422, "Field required"), "rejected", "Field required"],
  [serverErrors.plain(400, "Failed to decode the image."), "rejected", "Failed to decode the image."],
  [
    serverErrors.jsonString(500, "the runner has stopped"),
    "unavailable",
    "The server says: the runner has stopped",
  ],
  [serverErrors.llamaCpp(503, "Loading model"), "unavailable", "Loading model"],
  [
    serverErrors.llamaCpp(500, "image input is not supported - hint: provide the mmproj"),
    "rejected",
    "The server says: image input is not supported - hint: provide the mmproj",
  ],
] as const)("%j is understood", async (form, kind, reason) => {
  const { failureFor } = await setup();
  expect(await failureFor(form)).toMatchObject({ kind, reason });
});

it.each([
  ["a word", "Unauthorized"],
  ["nothing", ""],
])("a key that is refused with %s is refused by the server", async (_case, text) => {
  for (const status of [401, 403]) {
    const { failureFor } = await setup();
    expect(await failureFor(serverErrors.plain(status, text))).toMatchObject({ kind: "key_unusable" });
  }
});

it("a model that is being loaded was not asked anything", async () => {
  const { failureFor } = await setup();
  const loading = { ...serverErrors.llamaCpp(503, "Loading model"), headers: { "retry-after": "5" } };
  expect(await failureFor(loading)).toEqual({ kind: "unavailable", reason: "Loading model", sent: false });
});

it.each([
  [
    { code: 429, message: "Rate limit exceeded: free-models-per-day" },
    { kind: "rate_limited", scope: "day" },
  ],
  [{ code: 402, message: "Insufficient credits" }, { kind: "key_unusable" }],
  [
    { code: 503, message: "No provider is there" },
    { kind: "unavailable", reason: "No provider is there" },
  ],
  [{ message: "It broke" }, { kind: "unavailable", reason: "It broke" }],
])("a gateway's error with status 200 is the error that it is: %j", async (error, expected) => {
  const { failureFor } = await setup();
  expect(await failureFor({ status: 200, body: { error } })).toMatchObject(expected);
});

it("an account that does not pay is known behind a gateway too", async () => {
  const { failureFor } = await setup();
  const body = { error: { message: "You exceeded your current quota.", code: "insufficient_quota" } };
  expect(await failureFor({ status: 429, body })).toMatchObject({ kind: "key_unusable" });
});
