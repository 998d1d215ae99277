import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { quotasResponse } from "../../src/features/operations/quota-schema.ts";
import { loadCatalog } from "../../src/models/catalog.ts";
import { startAnthropic } from "../simulators/anthropic.ts";
import { startCompatible } from "../simulators/compatible.ts";
import { startGemini } from "../simulators/gemini.ts";
import { startOpenAi } from "../simulators/openai.ts";
import type { ScriptedServer } from "../simulators/scripted-server.ts";
import type { SeenCall, VisionSimulator } from "../simulators/vision-simulator.ts";
import { startApp, temporaryFolder } from "../world.ts";
import { csvOf, formOf, refused } from "./client.ts";
import { startDistinctOrigin } from "./distinct-origin.ts";
import { shareEmptied } from "./emptied-database.ts";
import { type AnalysisWorld, hurried, serviceOn } from "./world.ts";

const facts = {
  store_image: true,
  text_content: "OPEN",
  store_name: "Corner Shop",
  business_contact: null,
  image_description: "A shop.",
};
const usage = { inputTokens: 1_200, outputTokens: 80 };

/** A simulator that says the same of each picture, and is closed with the test. */
async function started<Simulator extends VisionSimulator>(
  starting: Promise<Simulator>,
  used: typeof usage | null = usage,
): Promise<Simulator> {
  const remote = await starting;
  onTestFinished(() => remote.close());
  remote.answer({ kind: "output", output: facts, usage: used });
  return remote;
}

/** What stands in the operator's `models.json`. */
interface Prices {
  readonly id: string;
  readonly input_price_usd_per_million: number;
  readonly output_price_usd_per_million: number;
}

const emptied = shareEmptied();

/** A service on these settings, with pictures that no two are alike. */
async function setup(env: Readonly<Record<string, string>>, models: readonly object[] = []) {
  const folder = await temporaryFolder();
  if (models.length > 0) await writeFile(join(folder, "models.json"), JSON.stringify({ models }));
  const [world, close] = await serviceOn({ ...hurried, ...env, DATA_DIR: folder }, await emptied());
  onTestFinished(close);
  const pictures = await startDistinctOrigin();
  return { ...world, csv: (count: number) => csvOf(...pictures.addresses(count)) };
}

const openAiEnv = (remote: VisionSimulator, model: string) => ({
  OPENAI_API_KEY: remote.key,
  OPENAI_BASE_URL: remote.url,
  OPENAI_VISION_API: "responses",
  OPENAI_VISION_MODEL: model,
});
const anthropicEnv = (remote: VisionSimulator) => ({
  ANTHROPIC_API_KEY: remote.key,
  ANTHROPIC_BASE_URL: remote.url,
  ANTHROPIC_MODEL: remote.model,
  ANTHROPIC_RPM_PER_KEY: "6000",
});
const geminiEnv = (remote: VisionSimulator) => ({
  GEMINI_API_KEYS: remote.key,
  GEMINI_BASE_URL: remote.url,
  GEMINI_MODEL: "gemini-3.5-flash-lite",
  GEMINI_RPM_PER_KEY: "6000",
});
const serverEnv = (remote: VisionSimulator, more: Readonly<Record<string, string>> = {}) => ({
  OPENAI_BASE_URL: remote.url,
  OPENAI_VISION_MODEL: remote.model,
  ...more,
});

const read = async (baseUrl: string, path: string): Promise<unknown> => (await fetch(baseUrl + path)).json();

const apiHealth = z.object({
  data: z.object({
    warnings: z.array(z.string()),
    config: z.object({ api_keys_count: z.number() }),
  }),
});
const health = async (baseUrl: string) => apiHealth.parse(await read(baseUrl, "/api/v1/health")).data;
const listed = z.object({ models: z.array(z.object({ id: z.string(), warning: z.string().nullable() })) });

const modelsAsked = ({ calls }: VisionSimulator) => calls.map((call) => call?.model);

describe("a batch with a key for OpenAI", () => {
  test("asks the Responses API once for each picture, and costs what the catalog says", async () => {
    const remote = await started(startOpenAi({ models: ["gpt-5.6-luna"] }));
    const { client, csv } = await setup(openAiEnv(remote, "gpt-5.6-luna"));
    const { id, results } = await client.analyze(csv(6));
    // 1,200 tokens at $0.20 a million and 80 at $1.20.
    const cost = 0.000336;
    for (const result of results)
      expect(result).toMatchObject({
        ...{ success: true, ...facts, cache_hit: false, gemini_model_used: "gpt-5.6-luna" },
        ...{ api_key_used: "…cdef", input_tokens: 1_200, output_tokens: 80, estimated_cost_usd: cost },
      });
    expect(new Set(remote.calls.map((call) => call?.image.sha256)).size).toBe(6);
    expect(remote.calls).toHaveLength(6);
    expect((await client.details(id)).usage).toMatchObject({
      ...{ calls: 6, input_tokens: 7_200, output_tokens: 480, unpriced_calls: 0, possibly_paid_twice: 0 },
      estimated_cost_usd: 0.002016,
    });
    expect(JSON.stringify(results)).not.toContain(remote.key);
  });
});

describe("a batch with a key for Anthropic", () => {
  test("costs an unknown amount where the catalog lacks a price, and never nothing", async () => {
    const remote = await started(startAnthropic());
    const { client, csv } = await setup(anthropicEnv(remote));
    const { id, results } = await client.analyze(csv(3));
    for (const result of results)
      expect(result).toMatchObject({
        ...{ success: true, ...facts, gemini_model_used: remote.model, api_key_used: "…6789" },
        ...{ input_tokens: 1_200, output_tokens: 80, estimated_cost_usd: null },
      });
    expect(modelsAsked(remote)).toEqual([remote.model, remote.model, remote.model]);
    expect((await client.details(id)).usage).toMatchObject({
      ...{ calls: 3, input_tokens: 3_600, estimated_cost_usd: null, unpriced_calls: 3 },
    });
  });

  test("costs what the operator's prices say, and keeps to a limit", async () => {
    const remote = await started(startAnthropic());
    const prices: Prices = {
      id: remote.model,
      input_price_usd_per_million: 1,
      output_price_usd_per_million: 5,
    };
    const { client, csv } = await setup(
      { ...anthropicEnv(remote), MAX_CONCURRENT_REQUESTS: "1", MAX_CONCURRENT_WORKERS: "1" },
      [prices],
    );
    // 1,200 tokens at a dollar a million and 80 at five.
    const { id } = await client.create(csv(3), { max_cost_usd: "0.0032" });
    const paused = await client.reached(id, { status: "paused" });
    expect(paused.error_message).toBe(
      "The batch has cost about $0.0032 of at most $0.0032. Resume it with a higher max_cost_usd, or with null for no limit.",
    );
    expect(remote.calls).toHaveLength(2);
    await client.post(`/api/v1/batches/${id}/resume`, { max_cost_usd: null });
    await client.reached(id, { status: "completed", successful_count: 3 });
    expect((await client.details(id)).usage).toMatchObject({ calls: 3, estimated_cost_usd: 0.0048 });
  });
});

describe("a batch with a server of one's own that needs no key", () => {
  let remote: ScriptedServer;
  let world: AnalysisWorld;
  let close: () => Promise<void>;
  let used = 0;

  beforeAll(async () => {
    remote = await startCompatible({ keys: [] });
    [world, close] = await serviceOn({ ...hurried, ...serverEnv(remote) }, await emptied());
  });
  afterAll(async () => {
    await close?.();
    await remote?.close();
  });

  /** Rows with pictures that no other test has, and what is asked meanwhile. */
  async function begin(count: number, answered: typeof usage | null = usage) {
    remote.answer({ kind: "output", output: facts, usage: answered });
    const origin = await startDistinctOrigin();
    const addresses = origin.addresses(used + count).slice(used);
    used += count;
    const before = remote.requests.length;
    return { csv: csvOf(...addresses), asked: () => remote.requests.slice(before) };
  }

  test("is sent none, and what it costs is not known", async () => {
    const { csv, asked } = await begin(5);
    const { id, results } = await world.client.analyze(csv);
    for (const result of results)
      expect(result).toMatchObject({
        ...{ success: true, ...facts, gemini_model_used: remote.model, api_key_used: null },
        ...{ input_tokens: 1_200, output_tokens: 80, estimated_cost_usd: null },
      });
    expect(asked()).toHaveLength(5);
    for (const { headers } of asked()) expect(headers).not.toHaveProperty("authorization");
    expect((await world.client.details(id)).usage).toMatchObject({
      ...{ calls: 5, input_tokens: 6_000, output_tokens: 400, estimated_cost_usd: null, unpriced_calls: 5 },
    });
    expect((await health(world.baseUrl)).config.api_keys_count).toBe(0);
  });

  test("is estimated without a cost and without a time", async () => {
    const { body } = await world.client.post("/api/v1/batches/estimate", { rows: 1_000 });
    expect(body).toMatchObject({
      data: {
        ...{ model: remote.model, estimated_cost_usd: null },
        ...{ estimated_tokens_per_image: null, estimated_seconds: null, limited_by: null },
      },
    });
  });

  test("has no tokens where the server counts none", async () => {
    const { csv } = await begin(1, null);
    const { id, results } = await world.client.analyze(csv);
    expect(results).toMatchObject([
      { success: true, input_tokens: null, output_tokens: null, estimated_cost_usd: null },
    ]);
    const expected = { calls: 1, unpriced_calls: 1, input_tokens: 0 };
    expect((await world.client.details(id)).usage).toMatchObject(expected);
  });

  test("is not begun with a limit on costs that nobody can keep", async () => {
    const { csv, asked } = await begin(2);
    const { id } = await world.client.create(csv, { max_cost_usd: "5" });
    const paused = await world.client.reached(id, { status: "paused" });
    expect(paused.error_message).toBe(
      `What ${remote.model} costs is not known, so max_cost_usd cannot be kept. Add its prices to models.json and ` +
        "restart, or resume the batch with max_cost_usd null.",
    );
    expect(asked()).toEqual([]);
    await world.client.post(`/api/v1/batches/${id}/resume`, { max_cost_usd: null });
    await world.client.reached(id, { status: "completed", successful_count: 2 });
    expect(asked()).toHaveLength(2);
  });

  test("may name no model that is not configured", async () => {
    const { csv } = await begin(1);
    const answer = await world.client.upload(formOf(csv, { model: "llava" }));
    expect(refused(answer, 400, "validation_error")).toBe(
      `model: llava is not configured; expected one of local, ${remote.model}`,
    );
  });
});

describe("a batch with a server of one's own", () => {
  test("has at most so many requests under way as the server works on at once", async () => {
    const remote = await started(startCompatible({ keys: [] }));
    const gate = Promise.withResolvers<void>();
    remote.answer(async () => {
      await gate.promise;
      return { kind: "output", output: facts };
    });
    const { client, csv, origin } = await setup(serverEnv(remote, { OPENAI_CONCURRENCY: "3" }));
    const { id } = await client.create(csv(12));
    await remote.arrived(3);
    // Whoever could come besides has come until a batch that was created later is through.
    await client.analyze(csvOf(origin.at("/gone.png")), { model: "local" });
    expect(remote.calls).toHaveLength(3);
    gate.resolve();
    await client.reached(id, { status: "completed", successful_count: 12 });
    expect(remote.calls).toHaveLength(12);
  });

  test("sends the key where it has one, and is asked for each of its models by name", async () => {
    const remote = await started(startCompatible({ models: ["qwen3-vl:8b", "GPT-5.6-Luna"] }));
    const more = { OPENAI_API_KEY: remote.key, OPENAI_VISION_MODEL: "qwen3-vl:8b,GPT-5.6-Luna" };
    const { client, csv } = await setup(serverEnv(remote, more));
    const usual = await client.analyze(csv(2));
    expect(usual.results).toMatchObject([
      { api_key_used: "…6789", gemini_model_used: "qwen3-vl:8b" },
      { api_key_used: "…6789", gemini_model_used: "qwen3-vl:8b" },
    ]);
    // The catalog knows it by another spelling, and so what it costs.
    const named = await client.analyze(csv(2), { model: "GPT-5.6-Luna" });
    expect(named.results).toMatchObject([
      { gemini_model_used: "GPT-5.6-Luna", cache_hit: false, estimated_cost_usd: 0.000336 },
      { gemini_model_used: "GPT-5.6-Luna", cache_hit: false, estimated_cost_usd: 0.000336 },
    ]);
    expect(modelsAsked(remote)).toEqual(["qwen3-vl:8b", "qwen3-vl:8b", "GPT-5.6-Luna", "GPT-5.6-Luna"]);
  });

  test("costs what the operator says where the catalog has its model", async () => {
    const remote = await started(startCompatible({ keys: [] }));
    const like = loadCatalog().findModel("gpt-5.6-luna");
    const prices = { input_price_usd_per_million: 0.5, output_price_usd_per_million: 0 };
    const { client, csv } = await setup(serverEnv(remote), [
      { ...like, id: remote.model, aliases: [], ...prices },
    ]);
    const { results } = await client.analyze(csv(1), { max_cost_usd: "1" });
    expect(results).toMatchObject([{ gemini_model_used: remote.model, estimated_cost_usd: 0.0006 }]);
  });

  test("that does not know the model pauses the batch, which says so", async () => {
    const remote = await started(startCompatible({ keys: [] }));
    const { client, csv } = await setup(serverEnv(remote, { OPENAI_VISION_MODEL: "llava" }));
    const { id } = await client.create(csv(2));
    const paused = await client.reached(id, { status: "paused" });
    expect(paused.error_message).toContain('model "llava" not found, try pulling it first');
  });
});

describe("several providers at once", () => {
  const keysOf = (calls: readonly (SeenCall | null)[]) => new Set(calls.map((call) => call?.key));

  test("each get the batches that name their models, and the first of them those that name none", async () => {
    const gemini = await started(startGemini());
    const anthropic = await started(startAnthropic());
    const { client, csv, baseUrl } = await setup({ ...geminiEnv(gemini), ...anthropicEnv(anthropic) });
    const [none, claude] = await Promise.all([
      client.analyze(csv(4)),
      client.analyze(csv(4), { model: anthropic.model }),
    ]);
    // The same pictures, and each model was asked about all of them.
    for (const [batch, model] of [
      [none, "gemini-3.5-flash-lite"],
      [claude, anthropic.model],
    ] as const)
      for (const result of batch.results)
        expect(result).toMatchObject({ success: true, gemini_model_used: model, cache_hit: false });
    expect([gemini.calls.length, anthropic.calls.length]).toEqual([4, 4]);
    expect([keysOf(gemini.calls), keysOf(anthropic.calls)]).toEqual([
      new Set([gemini.key]),
      new Set([anthropic.key]),
    ]);
    expect((await health(baseUrl)).config.api_keys_count).toBe(2);
  });

  test("VISION_MODEL says which model batches get that name none", async () => {
    const gemini = await started(startGemini());
    const server = await started(startCompatible({ keys: [] }));
    const { client, csv } = await setup({
      ...{ ...geminiEnv(gemini), ...serverEnv(server) },
      VISION_MODEL: server.model,
    });
    const { results } = await client.analyze(csv(2));
    expect(results.map((result) => result.gemini_model_used)).toEqual([server.model, server.model]);
    await client.analyze(csv(1), { model: "gemini-3.5-flash-lite" });
    expect([gemini.calls.length, server.calls.length]).toEqual([1, 2]);
  });

  test.each([
    ["local", "local"],
    ["GPT-5.6", "gpt-5.6-sol"],
    ["claude-haiku-5-5", "claude-haiku-5-5"],
  ])("VISION_MODEL may be %s", async (VISION_MODEL, model) => {
    const keys = { GEMINI_API_KEYS: "AIzaSimulated", OPENAI_API_KEY: "sk-one", ANTHROPIC_API_KEY: "sk-ant" };
    const { app } = await startApp({ ...keys, VISION_MODEL, AUTH: "off", ENVIRONMENT: "production" });
    const answer = await app.http.inject({
      method: "POST",
      url: "/api/v1/batches/estimate",
      payload: { rows: 1 },
    });
    expect(answer.json()).toMatchObject({ data: { model } });
  });

  test.each([
    [
      "a model that cannot be asked",
      { VISION_MODEL: "gpt-4o" },
      /^ {2}VISION_MODEL: gpt-4o cannot be asked/m,
    ],
    [
      "a server's model with the offline one's name",
      { OPENAI_BASE_URL: "http://127.0.0.1:9/v1", OPENAI_VISION_MODEL: "local" },
      /^ {2}OPENAI_VISION_MODEL: local is a model of another provider/m,
    ],
    [
      "a server's model with the name of another provider's",
      { OPENAI_BASE_URL: "http://127.0.0.1:9/v1", OPENAI_VISION_MODEL: "gemini-3.8-flash" },
      /^ {2}OPENAI_VISION_MODEL: gemini-3\.8-flash is a model of another provider/m,
    ],
  ])("%s keeps the service from starting", async (_what, env, words) => {
    await expect(startApp({ GEMINI_API_KEYS: "AIzaSimulated", ...env })).rejects.toThrow(words);
  });
});

test("a model that its vendor takes away is named in health, with the quotas, and in the list of models", async () => {
  const remote = await started(startGemini());
  const gone = { id: "gemini-3.5-flash-lite", shutdown_date: "2020-02-02", replacement: "gemini-3.8-flash" };
  const { baseUrl } = await setup({ ...geminiEnv(remote), AUTH: "off" }, [gone]);
  const warning =
    "The model gemini-3.5-flash-lite was shut down on 2020-02-02: its vendor recommends gemini-3.8-flash.";
  expect((await health(baseUrl)).warnings).toEqual([warning]);
  const quotas = quotasResponse.parse(await read(baseUrl, "/admin/quotas"));
  expect(quotas.data.warnings).toEqual([warning]);
  const { models } = listed.parse(await read(baseUrl, "/api/v1/models"));
  const warned = models.filter((model) => /^gemini-3\.[58]/.test(model.id));
  expect(Object.fromEntries(warned.map((model) => [model.id, model.warning]))).toEqual({
    ...{ "gemini-3.5-flash-lite": warning, "gemini-3.5-flash": null, "gemini-3.8-flash": null },
  });
});
