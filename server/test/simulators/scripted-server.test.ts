import { describe, expect, it, onTestFinished } from "vitest";
import { startAnthropic } from "./anthropic.ts";
import { startCompatible } from "./compatible.ts";
import { startOpenAi } from "./openai.ts";
import type { ScriptedServer } from "./scripted-server.ts";
import type { Json } from "./vision-simulator.ts";

type Body = { readonly [member: string]: Json };

const data = "aGVsbG8=";
const sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const schema: Body = { type: "object", properties: {}, required: [], additionalProperties: false };
const bounded: Body = { ...schema, properties: { a: { type: "string", minLength: 1 } }, required: ["a"] };

const openAiFormat = (more: Body): Body => ({
  text: { format: { type: "json_schema", name: "response", strict: true, schema, ...more } },
});
const openAiContent = (url: string): Json => [
  {
    role: "user",
    content: [
      { type: "input_image", image_url: url },
      { type: "input_text", text: "What?" },
    ],
  },
];
const compatibleContent = (url: string): Json => [
  {
    role: "user",
    content: [
      { type: "image_url", image_url: { url } },
      { type: "text", text: "What?" },
    ],
  },
];
const anthropicContent = (source: Body): Json => [
  {
    role: "user",
    content: [
      { type: "image", source },
      { type: "text", text: "What?" },
    ],
  },
];
const png = `data:image/png;base64,${data}`;

const protocols: readonly {
  readonly name: string;
  readonly start: () => Promise<ScriptedServer>;
  readonly path: string;
  readonly headers: (key: string) => Record<string, string>;
  readonly good: Body;
  readonly bad: readonly (readonly [what: string, change: Body])[];
}[] = [
  {
    name: "OpenAI",
    start: startOpenAi,
    path: "/responses",
    headers: (key) => ({ authorization: `Bearer ${key}` }),
    good: {
      model: "gpt-5.6-terra",
      input: openAiContent(png),
      max_output_tokens: 100,
      store: false,
      ...openAiFormat({}),
    },
    bad: [
      ["a field of chat/completions", { max_tokens: 100 }],
      ["too few tokens", { max_output_tokens: 8 }],
      ["an address for a picture", { input: openAiContent("https://example.com/a.png") }],
      ["a picture of no known type", { input: openAiContent(`data:image/bmp;base64,${data}`) }],
      ["an open object in strict mode", openAiFormat({ schema: { ...schema, additionalProperties: true } })],
      ["an optional member in strict mode", openAiFormat({ schema: { ...bounded, required: [] } })],
      ["a length in strict mode", openAiFormat({ schema: bounded })],
      ["an effort that the model does not have", { reasoning: { effort: "minimal" } }],
      [
        "a summary, which is for verified organisations",
        { reasoning: { effort: "low", summary: "detailed" } },
      ],
    ],
  },
  {
    name: "A compatible server",
    start: startCompatible,
    path: "/chat/completions",
    headers: (key) => ({ authorization: `Bearer ${key}` }),
    good: {
      model: "qwen3-vl:8b",
      messages: compatibleContent(png),
      max_tokens: 100,
      response_format: { type: "json_schema", json_schema: { name: "response", strict: true, schema } },
    },
    bad: [
      ["a field of few servers", { reasoning_effort: "none" }],
      ["an address for a picture", { messages: compatibleContent("http://127.0.0.1/a.png") }],
      ["a picture of no known type", { messages: compatibleContent(`data:image/gif;base64,${data}`) }],
      ["no schema", { response_format: { type: "json_object" } }],
    ],
  },
  {
    name: "Anthropic",
    start: startAnthropic,
    path: "/messages",
    headers: (key) => ({ "x-api-key": key, "anthropic-version": "2023-06-01" }),
    good: {
      model: "claude-haiku-5-5",
      messages: anthropicContent({ type: "base64", media_type: "image/png", data }),
      max_tokens: 100,
      output_config: { format: { type: "json_schema", schema } },
    },
    bad: [
      ["a field of OpenAI's", { store: false }],
      ["no base64", { messages: anthropicContent({ type: "base64", media_type: "image/png", data: "?!" }) }],
      [
        "a picture of no known type",
        { messages: anthropicContent({ type: "base64", media_type: "image/bmp", data }) },
      ],
      ["a length", { output_config: { format: { type: "json_schema", schema: bounded } } }],
      ["an open object", { output_config: { format: { type: "json_schema", schema: { type: "object" } } } }],
      ["thinking that the model does not have", { thinking: { type: "between_tools" } }],
    ],
  },
];

describe.each(protocols)("$name", ({ start, path, headers, good, bad }) => {
  async function setup() {
    const remote = await start();
    onTestFinished(() => remote.close());
    const post = (change: Body = {}, key = remote.key, more: Record<string, string> = {}) =>
      fetch(`${remote.url}${path}`, {
        method: "POST",
        headers: { ...headers(key), ...more },
        body: JSON.stringify({ ...good, ...change }),
      });
    return { remote, post };
  }

  it("answers a good request with what it saw", async () => {
    const { remote, post } = await setup();
    const response = await post();
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(sha256);
    expect(remote.calls).toEqual([
      {
        key: remote.key,
        model: remote.model,
        instruction: "What?",
        schema,
        image: { mediaType: "image/png", sha256 },
        maxOutputTokens: 100,
      },
    ]);
  });

  it.each(bad)("takes no request with %s", async (_what, change) => {
    const { remote, post } = await setup();
    expect((await post(change)).status).toBe(400);
    expect(remote.calls).toEqual([null]);
  });

  it("knows its keys and models", async () => {
    const { post } = await setup();
    expect((await post({}, "another")).status).toBe(401);
    expect((await post({ model: "unheard-of" })).status).toBe(404);
  });
});

it("Anthropic wants to be told its version", async () => {
  const remote = await startAnthropic();
  onTestFinished(() => remote.close());
  const { status } = await fetch(`${remote.url}/messages`, {
    method: "POST",
    headers: { "x-api-key": remote.key },
    body: "{}",
  });
  expect(status).toBe(400);
});
