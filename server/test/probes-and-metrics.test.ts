import { describe, expect, test } from "vitest";
import { connectRaw } from "./raw-http.ts";
import { listenApp, startApp } from "./world.ts";

const probes = ["/health", "/health/live", "/health/ready", "/health/capabilities"];
const production = { ENVIRONMENT: "production", HOST: "0.0.0.0", API_KEY: "k" };

describe("probes", () => {
  test.each([
    ["AUTH=contract", {}],
    ["AUTH=all", { AUTH: "all", API_KEY: "k" }],
    ["AUTH=off", { AUTH: "off" }],
    ["production", production],
    ["limits on everything that has one", { PREPARE_RATE_LIMIT: "1/hour" }],
  ])("are answered with %s, without a credential and as often as they are asked", async (_name, env) => {
    const { app } = await startApp(env);
    for (let round = 0; round < 5; round += 1) {
      for (const url of probes) {
        const answer = await app.http.inject({ url });
        expect(answer.statusCode).toBe(200);
        expect(answer.headers).not.toHaveProperty("x-ratelimit-limit");
      }
    }
  });

  test("say what their callers look for", async () => {
    const { app } = await startApp();
    const bodies = await Promise.all(probes.map(async (url) => (await app.http.inject({ url })).json()));
    expect(bodies).toMatchObject([
      { status: "healthy", service: "image-processor", version: "1.0" },
      { status: "alive" },
      { status: "ready", checks: { accepting_work: true } },
      { supported_providers: ["claude", "openai", "gemini"] },
    ]);
  });

  test("are logged quietly: an orchestrator asks every few seconds", async () => {
    const { app, log } = await startApp();
    for (const url of probes) await app.http.inject({ url });
    expect(log).toEqual([]);
  });
});

describe("while the service drains", () => {
  /** A service that cannot finish draining, because a request of ours is half sent; with a further connection. */
  async function draining() {
    const world = await listenApp();
    const held = await connectRaw(world.baseUrl);
    held.send(
      `POST /api/v1/validate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.token}\r\n` +
        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{",
    );
    const other = await connectRaw(world.baseUrl);
    other.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
    await other.answer();
    // The first half of a request keeps a connection from being idle, so it outlives the beginning of the drain.
    other.send("GET ");
    // What was sent before this connection was opened has arrived once it is answered.
    const third = await connectRaw(world.baseUrl);
    third.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
    await third.answer();
    const closed = world.app.close(60_000);
    return { ...world, held, other, closed };
  }

  test("it is alive and not ready", async () => {
    const { other, held, closed } = await draining();
    other.send("/health/ready HTTP/1.1\r\nHost: x\r\n\r\n");
    const ready = await other.answer();
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.body)).toMatchObject({ status: "draining", checks: { accepting_work: false } });
    expect(ready.headers["connection"]).toBe("close");
    held.send("}");
    await closed;
  });

  test("a request that was under way is answered, and new work on an open connection is refused in its API's words", async () => {
    const { other, held, closed } = await draining();
    other.send("/api/v1/providers HTTP/1.1\r\nHost: x\r\nOrigin: http://localhost:3000\r\n\r\n");
    const refused = await other.answer();
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.body)).toMatchObject({ success: false, error: "shutting_down" });
    expect(refused.headers).toMatchObject({
      "x-error-code": "shutting_down",
      "retry-after": "1",
      connection: "close",
      "x-content-type-options": "nosniff",
      "access-control-allow-origin": "http://localhost:3000",
    });
    held.send("}");
    const finished = await held.answer();
    expect(finished.status).toBe(422);
    expect(finished.headers["connection"]).toBe("close");
    await closed;
  });
});

describe("/metrics", () => {
  const scrape = async (env: Record<string, string>, headers: Record<string, string> = {}) => {
    const { app } = await startApp(env);
    await app.http.inject({ url: "/nothing" });
    await app.http.inject({ url: "/api/v1/nothing/0b9ae6f1" });
    return app.http.inject({ url: "/metrics", headers });
  };

  test("counts requests by route and errors by code, never by address", async () => {
    const { statusCode, headers, body } = await scrape({});
    expect(statusCode).toBe(200);
    expect(headers["content-type"]).toMatch(/^text\/plain/);
    expect(body).toContain('fovea_http_errors_total{code="not_found"} 2');
    expect(body).toContain(
      'fovea_http_request_duration_seconds_count{method="GET",route="unknown",status="404"} 2',
    );
    expect(body).toContain("fovea_prepare_running 0");
    expect(body).toContain("process_cpu_seconds_total");
    expect(body).not.toContain("0b9ae6f1");
  });

  test("is open on loopback, and the administrator's in production off loopback", async () => {
    expect((await scrape({})).statusCode).toBe(200);
    expect((await scrape(production)).statusCode).toBe(401);
    const admin = await scrape({ ...production, ADMIN_TOKEN: "root" }, { authorization: "Bearer root" });
    expect(admin.statusCode).toBe(200);
  });

  test.each([{}, production, { AUTH: "off" }])(
    "asks for METRICS_TOKEN where there is one: %j",
    async (env) => {
      const withToken = { ...env, METRICS_TOKEN: "scraper" };
      expect((await scrape(withToken)).statusCode).toBe(401);
      expect((await scrape(withToken, { authorization: "Bearer another" })).statusCode).toBe(401);
      expect((await scrape(withToken, { authorization: "Bearer scraper" })).statusCode).toBe(200);
    },
  );

  test("METRICS_TOKEN opens nothing else", async () => {
    const { app } = await startApp({ AUTH: "all", API_KEY: "k", METRICS_TOKEN: "scraper" });
    const headers = { authorization: "Bearer scraper" };
    expect((await app.http.inject({ url: "/openapi.json", headers })).statusCode).toBe(401);
    expect((await app.http.inject({ url: "/api/v1/stats", headers })).statusCode).toBe(401);
  });

  test("has a port of its own with METRICS_PORT, and no other place then", async () => {
    const { app } = await startApp({ METRICS_PORT: "0" });
    const { port, metricsPort } = await app.listen();
    expect(metricsPort).toBeGreaterThan(0);
    const metrics = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    expect(metrics.status).toBe(200);
    expect(await metrics.text()).toContain("fovea_prepare_running");
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${metricsPort}/api/v1/providers`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${metricsPort}/metrics`, { method: "POST" })).status).toBe(404);
  });
});
