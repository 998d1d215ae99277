import { describe, expect, onTestFinished, test } from "vitest";
import { keyTestResponse, setupResponse } from "../src/features/operations/setup-schema.ts";
import { startAnthropic } from "./simulators/anthropic.ts";
import { startGemini } from "./simulators/gemini.ts";
import { startOpenAi } from "./simulators/openai.ts";
import { startReplicate } from "./simulators/replicate.ts";
import { listenApp, localToken, startApp, temporaryDataDir } from "./world.ts";

const quiet = { RATE_LIMITS: "off" };

async function setupOf(env: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const { app } = await startApp(env);
  const answer = await app.http.inject({ url: "/api/v1/setup", headers });
  expect(answer.statusCode, answer.body).toBe(200);
  expect(answer.headers["cache-control"]).toBe("no-store");
  const body = setupResponse.parse(answer.json());
  expect(answer.json()).toEqual(body);
  return { body, text: answer.body };
}

async function tryKey(env: Record<string, string>, body: unknown) {
  const world = await startApp({ ...quiet, ...env });
  const answer = await world.app.http.inject({
    method: "POST",
    url: "/api/v1/setup/keys/test",
    headers: { "content-type": "application/json" },
    payload: JSON.stringify(body),
  });
  return { answer, log: JSON.stringify(world.log) };
}

async function verdict(env: Record<string, string>, provider: string, key: string) {
  const { answer, log } = await tryKey(env, { provider, key });
  expect(answer.statusCode, answer.body).toBe(200);
  expect(answer.body + log, "nobody repeats the key").not.toContain(key);
  const { timestamp: _at, ...told } = keyTestResponse.parse(answer.json());
  return told;
}

describe("GET /api/v1/setup", () => {
  test("without a key names what works, and what each key would add", async () => {
    const { body } = await setupOf();
    expect(body).toMatchObject({
      ...{ environment: "development", auth: "contract", sample_batch_id: null, warnings: [] },
      caller: { name: null, admin: false, signed_in: false },
      analysis: {
        models: [
          { name: "local", provider: "local", usual: true, reads_instruction: false, batch_lane: false },
        ],
        usual: "local",
        max_upload_bytes: 209_715_200,
      },
      media: { models: ["local"], usual: "local" },
      icons: { model: null },
    });
    expect(body.providers.map(({ name, configured, can_test }) => [name, configured, can_test])).toEqual([
      ["gemini", false, true],
      ["openai", false, true],
      ["anthropic", false, true],
      ["replicate", false, true],
      ["a1111", false, false],
      ["imgur", false, false],
    ]);
    for (const { adds } of body.providers) expect(adds.length).toBeGreaterThan(0);
  });

  test("with keys tells of their models, and nothing of the keys", async () => {
    const secrets = ["AIzaSecretOfThisTest", "r8_SecretOfThisTest"] as const;
    const { body, text } = await setupOf({ GEMINI_API_KEYS: secrets[0], REPLICATE_API_TOKEN: secrets[1] });
    for (const secret of secrets) expect(text).not.toContain(secret.slice(0, 12));
    expect(body.providers.filter(({ configured }) => configured).map(({ name }) => name)).toEqual([
      "gemini",
      "replicate",
    ]);
    const usual = body.analysis.models.find((model) => model.usual);
    expect(usual).toMatchObject({ name: body.analysis.usual, provider: "gemini", batch_lane: true });
    expect(body.media.usual).toBe("replicate/black-forest-labs/flux-schnell");
    expect(body.icons.model).toBe("replicate/black-forest-labs/flux-schnell");
  });

  test("leads to the sample batch, where there is one", async () => {
    const { baseUrl } = await listenApp({ SAMPLE: "on", DATA_DIR: await temporaryDataDir() });
    const answer = await fetch(`${baseUrl}/api/v1/setup`);
    const { sample_batch_id: id } = setupResponse.parse(await answer.json());
    const batch = await fetch(`${baseUrl}/api/v1/batches/${id}`);
    expect(JSON.stringify(await batch.json())).toContain("Sample: shop signs and more");
    await fetch(`${baseUrl}/api/v1/batches/${id}?force=true`, { method: "DELETE" });
    const later = await fetch(`${baseUrl}/api/v1/setup`);
    expect(await later.json()).toMatchObject({ sample_batch_id: null });
  });

  test("tells who asks, and with AUTH=all asks who it is", async () => {
    const { app, config } = await startApp({ AUTH: "all", API_KEY: "the-key-of-this-test" });
    expect((await app.http.inject({ url: "/api/v1/setup" })).statusCode).toBe(401);
    const token = await localToken(config, { subject: "somebody", admin: true });
    const answer = await app.http.inject({
      url: "/api/v1/setup",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(setupResponse.parse(answer.json()).caller).toEqual({
      ...{ name: "somebody", admin: true, signed_in: false },
    });
  });
});

describe("POST /api/v1/setup/keys/test", () => {
  const providers = {
    gemini: { start: startGemini, env: "GEMINI_BASE_URL", models: 4 },
    openai: { start: startOpenAi, env: "OPENAI_BASE_URL", models: 1 },
    anthropic: { start: startAnthropic, env: "ANTHROPIC_BASE_URL", models: 1 },
    replicate: { start: startReplicate, env: "REPLICATE_BASE_URL", models: null },
  } as const;

  test.each(Object.entries(providers))(
    "%s takes a key, or refuses one, and is asked nothing that costs",
    async (name, provider) => {
      const simulator = await provider.start();
      onTestFinished(() => simulator.close());
      const env = { [provider.env]: simulator.url };
      const accepted = await verdict(env, name, simulator.key);
      expect(accepted).toMatchObject({ ok: true, reason: "accepted", models: provider.models });
      const refused = await verdict(env, name, "no-key-that-anybody-knows");
      expect(refused).toMatchObject({ ok: false, reason: "refused", models: null });
      expect(refused.message).toMatch(/ does not take this key\. .{10,}/);
      const asked = "starts" in simulator ? simulator.starts : simulator.calls;
      expect(asked).toEqual([]);
    },
  );

  test("a key that may not list models, one at its limit, and a provider out of reach are told apart", async () => {
    const simulator = await startOpenAi();
    onTestFinished(() => simulator.close());
    const env = { OPENAI_BASE_URL: simulator.url };
    const message = "You have insufficient permissions for this operation. Missing scopes: api.model.read.";
    simulator.answerWith({ status: 403, body: { error: { message, type: "invalid_request_error" } } });
    expect(await verdict(env, "openai", simulator.key)).toMatchObject({ ok: false, reason: "restricted" });
    simulator.answerWith({
      status: 429,
      body: { error: { message: "Rate limit reached.", type: "requests" } },
    });
    expect(await verdict(env, "openai", simulator.key)).toMatchObject({ ok: false, reason: "rate_limited" });
    simulator.answerWith({ status: 200, text: "<html>A page of something in between</html>" });
    expect(await verdict(env, "openai", simulator.key)).toMatchObject({ ok: false, reason: "unreachable" });
    await simulator.close();
    expect(await verdict(env, "openai", simulator.key)).toMatchObject({
      ...{ ok: false, reason: "unreachable" },
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("a key with characters that no key has is refused without asking", async () => {
    const told = await verdict({ GEMINI_BASE_URL: "http://127.0.0.1:9" }, "gemini", "a key\u00a0with spaces");
    expect(told).toMatchObject({ ok: false, reason: "refused" });
  });

  test.each([
    ["a provider without a key", { provider: "imgur", key: "k" }, /gemini, openai, anthropic, replicate/],
    ["no key", { provider: "gemini", key: " " }, /key/],
    ["more than any key", { provider: "gemini", key: "k".repeat(1_001) }, /key/],
  ])("%s is a 400 that says so", async (_, body, words) => {
    const { answer } = await tryKey({}, body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail).toMatch(words);
  });

  test("a body of more than 4 KB is refused, and so is the eleventh try of a minute", async () => {
    const { baseUrl } = await listenApp({ GEMINI_BASE_URL: "http://127.0.0.1:9" });
    const ask = (key: string) =>
      fetch(`${baseUrl}/api/v1/setup/keys/test`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ provider: "gemini", key }),
      });
    expect((await ask("k".repeat(5_000))).status).toBe(413);
    for (let tries = 1; tries < 10; tries += 1) expect((await ask("not a key")).status).toBe(200);
    const refused = await ask("not a key");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});
