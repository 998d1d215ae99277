import { expect, test } from "vitest";
import * as wire from "../../src/features/analysis/schema.ts";
import { listenApp, temporaryFolder } from "../world.ts";
import { accepted, analysisClient, csvOf, formOf, refused } from "./client.ts";
import { blank, bytes, hang } from "./origin.ts";
import { hurried, useOrigin } from "./world.ts";

async function setup(
  env: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
) {
  const { baseUrl, app } = await listenApp({ ...hurried, ...env });
  return { client: analysisClient(baseUrl, headers), baseUrl, app };
}

test("in production a batch that names no model is paused and says why; one that names local is done", async () => {
  const { client } = await setup({ ENVIRONMENT: "production", ALLOW_PRIVATE_NETWORKS: "loopback" });
  const origin = await useOrigin();
  const url = origin.serve("/a.png", bytes(await blank()));
  const { id } = await client.create(csvOf(url));
  const reason = expect.stringMatching(/^No vision model is configured\..*model=local/);
  await client.reached(id, { status: "paused", is_active: false, processed_count: 0, error_message: reason });
  expect((await client.details(id)).batch_info.error_message).toEqual(reason);
  const { batches } = await client.list();
  expect(batches.find(({ batch_id }) => batch_id === id)).toMatchObject({ error_message: reason });
  expect((await client.results(id)).results).toEqual([]);
  accepted(wire.controlResponse, await client.post(`/api/v1/batches/${id}/resume`));
  await client.reached(id, { status: "paused", error_message: reason });
  expect(origin.requests("/a.png")).toEqual([]);

  const { results } = await client.analyze(csvOf(url), { model: "local" });
  expect(results).toMatchObject([{ success: true, gemini_model_used: "local" }]);
});

test("in production an address of a private network is not fetched", async () => {
  const { client } = await setup({ ENVIRONMENT: "production" });
  const origin = await useOrigin();
  const { results } = await client.analyze(csvOf(origin.at("/a.png")), { model: "local" });
  expect(results).toMatchObject([{ error_type: "blocked_address" }]);
  expect(origin.requests("/a.png")).toEqual([]);
});

test("a picture that does not arrive in time fails as such", async () => {
  const { client } = await setup({ IMAGE_TIMEOUT_SECONDS: "1" });
  const origin = await useOrigin();
  const url = origin.serve("/never.png", hang);
  const { results } = await client.analyze(csvOf(url));
  expect(results).toMatchObject([{ error_type: "response_timeout" }]);
  expect(origin.requests("/never.png")).toHaveLength(3);
});

test("a caller has so many requests an hour, of all routes together, and is told", async () => {
  const { client } = await setup({ RATE_LIMITS: "on", ANALYSIS_RATE_LIMIT: "3/hour" });
  for (const [path, left] of [
    ["/api/v1/batches", "2"],
    ["/api/v1/batch/none", "1"],
    ["/api/v1/ping", "0"],
  ] as const) {
    const { headers } = await client.get(path);
    expect([headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")]).toEqual(["3", left]);
  }
  const over = await client.upload(formOf(csvOf("http://example.com/a.png")));
  expect(refused(over, 429, "rate_limit_exceeded")).toBe("Rate limit exceeded: 3 per 1 hour");
  expect(over.headers.get("x-ratelimit-remaining")).toBe("0");
  expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(3_000);
  expect(Number(over.headers.get("x-ratelimit-reset"))).toBeGreaterThan(3_000);
  // Who watches the service is not counted.
  expect((await client.get("/api/v1/health")).status).toBe(200);
});

test("unless it is said otherwise, that is 1000 an hour", async () => {
  const { client } = await setup({ RATE_LIMITS: "on" });
  expect((await client.get("/api/v1/ping")).headers.get("x-ratelimit-limit")).toBe("1000");
});

test("where everything asks for a credential, the batch API does too", async () => {
  const { client, baseUrl } = await setup({ AUTH: "all", DEV_TOKENS: "letmein" });
  for (const answer of [
    await client.get("/api/v1/batches"),
    await client.get("/api/v1/ping"),
    await client.post("/api/v1/batches/none/start"),
    await client.upload(formOf(csvOf("http://example.com/a.png"))),
  ]) {
    refused(answer, 401, "authentication_required");
  }
  const known = analysisClient(baseUrl, { authorization: "Bearer letmein" });
  const { id } = await known.create(csvOf("http://example.com/a.png"), { auto_start: "false" });
  expect((await known.list()).batches.map(({ batch_id }) => batch_id)).toContain(id);
  expect((await client.get("/api/v1/health")).status).toBe(200);
});

test("health tells the settings that batches run with, and ping answers", async () => {
  const { client } = await setup({
    CHUNK_SIZE: "500",
    MAX_CONCURRENT_BATCHES: "7",
    MAX_CONCURRENT_WORKERS: "9",
  });
  const { body } = await client.get("/api/v1/health");
  expect(body).toMatchObject({
    success: true,
    data: {
      status: "healthy",
      database: "connected",
      redis: "not_configured",
      config: { chunk_size: 500, max_concurrent_batches: 7, max_concurrent_workers: 9, api_keys_count: 0 },
    },
    timestamp: expect.any(String),
  });
  expect((await client.get("/api/v1/ping")).body).toMatchObject({ success: true, data: { pong: true } });
});

test("a batch that waits for its turn has been started, also once it is paused or cancelled", async () => {
  const { client } = await setup({ ROLE: "api" });
  const { id } = await client.create(csvOf("http://example.com/a.png"));
  for (const verb of ["pause", "resume", "cancel"]) {
    const answer = await client.post(`/api/v1/batches/${id}/${verb}`);
    expect(accepted(wire.controlResponse, answer).data.started).toBe(true);
  }
  expect(await client.progress(id)).toMatchObject({ status: "cancelled", processed_count: 0 });
});

test("what this API does not have is 404 in its own words", async () => {
  const { client } = await setup();
  refused(await client.get("/api/v1/batches/a/b/c"), 404, "not_found");
  refused(await client.post("/api/v1/batch/a"), 405, "method_not_allowed");
});

test("the first start of a new database brings a sample batch, and no later one another", async () => {
  const DATA_DIR = await temporaryFolder();
  const first = await setup({ DATA_DIR, SAMPLE: "on" });
  const { batches } = await first.client.list();
  expect(batches).toMatchObject([{ total_urls: 13, is_active: true, error_message: null }]);
  const [{ batch_id: id } = { batch_id: "" }] = batches;
  await first.client.reached(id, { failed_count: 1 });
  const { results, columns } = await first.client.results(id, "?status=failed");
  expect(columns).toEqual(["url", "picture"]);
  expect(results).toMatchObject([
    { error_type: "http_404", cells: [expect.stringContaining(first.baseUrl), "missing.jpg"] },
  ]);
  await first.client.send("DELETE", `/api/v1/batches/${id}?force=true`);
  await first.app.close(0);
  const second = await setup({ DATA_DIR, SAMPLE: "on" });
  expect((await second.client.list("?include_soft_deleted=true")).batches).toEqual([]);
});

test("in production there is no sample", async () => {
  const { client } = await setup({
    DATA_DIR: await temporaryFolder(),
    SAMPLE: "on",
    ENVIRONMENT: "production",
  });
  expect((await client.list()).batches).toEqual([]);
});
