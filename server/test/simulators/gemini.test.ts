import { describe, expect, it, onTestFinished } from "vitest";
import { type GeminiSettings, startGemini } from "./gemini.ts";

const keys = { "key-a": "one", "key-b": "one", "key-c": "two" };
const model = "gemini-3.8-flash";

async function setup(settings: GeminiSettings = {}) {
  const time = { now: 0 };
  const remote = await startGemini({ keys, now: () => time.now, ...settings });
  onTestFinished(() => remote.close());
  const post = (key: string, { body = good, name = model }: { body?: object; name?: string } = {}) =>
    fetch(`${remote.url}/models/${name}:generateContent`, {
      method: "POST",
      headers: { "x-goog-api-key": key },
      body: JSON.stringify(body),
    });
  return {
    remote,
    time,
    post,
    status: async (...given: Parameters<typeof post>) => (await post(...given)).status,
  };
}

const good = {
  contents: [
    {
      role: "user",
      parts: [{ inlineData: { mimeType: "image/png", data: "aGVsbG8=" } }, { text: "What is it?" }],
    },
  ],
  generationConfig: {
    maxOutputTokens: 100,
    responseMimeType: "application/json",
    responseJsonSchema: { type: "object" },
    thinkingConfig: { thinkingLevel: "low" },
  },
};

const perMinute = (requestsPerMinute: number) => ({
  requestsPerMinute,
  requestsPerDay: null,
  inputTokensPerMinute: null,
});

describe("limits", () => {
  it("hold in every window of a minute, not only in those that begin on the minute", async () => {
    const { remote, time, status } = await setup({ limits: perMinute(2) });
    const seen: number[] = [];
    for (const at of [0, 50_000, 59_999, 60_000, 60_001, 109_999, 110_000]) {
      time.now = at;
      seen.push(await status("key-a"));
    }
    expect(seen).toEqual([200, 200, 429, 200, 429, 429, 200]);
    expect(remote.books.violations()).toBe(3);
  });

  it("belong to the project: its keys share them, and another project's key does not", async () => {
    const { status } = await setup({ limits: perMinute(1) });
    expect([await status("key-a"), await status("key-b"), await status("key-c")]).toEqual([200, 429, 200]);
  });

  it("hold for each model apart", async () => {
    const { status } = await setup({ limits: perMinute(1) });
    expect([await status("key-a"), await status("key-a", { name: "gemini-3.5-flash-lite" })]).toEqual([
      200, 200,
    ]);
  });

  it("count the tokens of a minute", async () => {
    const limits = { requestsPerMinute: null, requestsPerDay: null, inputTokensPerMinute: 2 * 1_320 };
    const { time, status } = await setup({ limits });
    const seen = [await status("key-a"), await status("key-a"), await status("key-a")];
    time.now = 60_000;
    expect([...seen, await status("key-a")]).toEqual([200, 200, 429, 200]);
  });

  it("of a day last until the next one", async () => {
    const limits = { requestsPerMinute: null, requestsPerDay: 1, inputTokensPerMinute: null };
    const { remote, time, status } = await setup({ limits });
    const seen = [await status("key-a")];
    time.now = 3_600_000;
    seen.push(await status("key-a"));
    remote.startDay();
    expect([...seen, await status("key-a")]).toEqual([200, 429, 200]);
  });

  it("go faster with the time's scale", async () => {
    const { time, status } = await setup({ limits: perMinute(1), timeScale: 60 });
    const seen = [await status("key-a")];
    for (const at of [999, 1_000]) {
      time.now = at;
      seen.push(await status("key-a"));
    }
    expect(seen).toEqual([200, 429, 200]);
  });
});

it("a revoked key and a key of nobody's are not valid; one that fails for a time comes back", async () => {
  const { remote, time, status } = await setup();
  remote.revoke("key-a");
  remote.failFor("key-b", 30_000);
  const seen = [await status("key-a"), await status("key-z"), await status("key-b"), await status("key-c")];
  time.now = 30_000;
  expect([...seen, await status("key-b")]).toEqual([400, 400, 503, 200, 200]);
});

it("the books hold every request with its key, picture, tokens and end", async () => {
  const { remote, time, post, status } = await setup({ limits: perMinute(1) });
  await (await post("key-a")).json();
  time.now = 5;
  await status("key-b");
  await remote.idle();
  const image = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  const request = { project: "one", model, image };
  expect(remote.books.entries).toEqual([
    {
      ...request,
      at: 0,
      key: "key-a",
      violation: null,
      status: 200,
      inputTokens: 1_320,
      outputTokens: 150,
      delivered: true,
    },
    {
      ...request,
      at: 5,
      key: "key-b",
      violation: "requestsPerMinute",
      status: 429,
      inputTokens: 0,
      outputTokens: 0,
      delivered: true,
    },
  ]);
  expect(remote.books.billed()).toEqual({ "key-a": { requests: 1, inputTokens: 1_320, outputTokens: 150 } });
});

describe("a request that Google would not take is a 400", () => {
  const config = good.generationConfig;
  it.each([
    ["an unknown field", { ...good, model }],
    ["an unknown setting", { ...good, generationConfig: { ...config, response_format: "json" } }],
    ["no picture", { ...good, contents: [{ role: "user", parts: [{ text: "hi" }] }] }],
    ["no base64", withData("not base64!")],
    ["a GIF", withData("aGVsbG8=", "image/gif")],
    [
      "a thinking budget for Gemini 3",
      { ...good, generationConfig: { ...config, thinkingConfig: { thinkingBudget: 0 } } },
    ],
  ])("%s", async (_case, body) => {
    const { remote, status } = await setup();
    expect(await status("key-a")).toBe(200);
    expect(await status("key-a", { body })).toBe(400);
    expect(remote.calls).toEqual([expect.anything(), null]);
  });
});

function withData(data: string, mimeType = "image/png") {
  return { ...good, contents: [{ role: "user", parts: [{ inlineData: { mimeType, data } }] }] };
}
