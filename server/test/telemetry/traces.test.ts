import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { attributeNames } from "../../src/platform/tracing/trace.ts";
import { csvOf, patient } from "../analysis/client.ts";
import { blank, bytes } from "../analysis/origin.ts";
import { type GeminiSimulator, startGemini } from "../simulators/gemini.ts";
import type { SeenSpan } from "../simulators/otlp-messages.ts";
import { receiverUnderTest } from "../webhooks/receiver.ts";
import { startTraced, type TelemetryWorld } from "./world.ts";

/** What must be in no export, each where the service keeps or meets a secret. */
const marks = {
  key: "AIzaMarkedKey-0123456789abcdefghijkMARK",
  token: "marked-token-of-a-caller",
  collector: "marked key/of the collector",
  path: "marked-path",
  query: "marked-query",
  prompt: "a marked prompt of somebody",
  state: "marked-state",
  error: "marked-value-of-a-field",
};

const model = "gemini-3.5-flash-lite";
const usage = { inputTokens: 1_200, outputTokens: 80 };
const facts = {
  ...{ store_image: true, text_content: "a marked answer", store_name: null, business_contact: null },
  image_description: "A shop.",
};

let gemini: GeminiSimulator;
let world: TelemetryWorld;
/** That a request waits for an answer. */
const begun = Promise.withResolvers<void>();

beforeAll(async () => {
  gemini = await startGemini({ keys: { [marks.key]: "one" } });
  gemini.answer({ kind: "output", output: facts, usage });
  world = await startTraced(
    ({ origin }) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${origin}/`,
      OTEL_EXPORTER_OTLP_HEADERS: `x-key=${encodeURIComponent(marks.collector)},x-team=images`,
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    }),
    {
      env: {
        ...{ GEMINI_API_KEYS: `one:${marks.key}`, GEMINI_BASE_URL: gemini.url, GEMINI_MODEL: model },
        ...{ DEV_TOKENS: marks.token, MEDIA_MODEL: "local" },
      },
      prepare(app) {
        app.http.post("/said", { config: { access: "public" } }, async (request) => {
          request.log.info("in the handler");
          return {};
        });
        app.http.get("/waits", { config: { access: "public" } }, async (_request, reply) => {
          begun.resolve();
          await once(reply.raw, "close");
        });
        app.http.get("/breaks/:id", { config: { access: "public" } }, async () => {
          throw new Error(marks.error);
        });
      },
    },
  );
});
afterAll(async () => {
  await world?.close();
  await gemini?.close();
});

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const caller = "00f067aa0ba902b7";
const traced = { traceparent: `00-${trace}-${caller}-01`, tracestate: `vendor=${marks.state}` };
const authorization = `Bearer ${marks.token}`;

const childrenOf = (spans: readonly SeenSpan[], parent: SeenSpan) =>
  spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);

const rowsOf = async (id: string) =>
  (await world.spans())
    .filter(({ attributes }) => attributes["fovea.batch.id"] === id)
    .sort((one, other) => Number(one.attributes["fovea.row"]) - Number(other.attributes["fovea.row"]));

describe("a request", () => {
  test("is a span of its route, in the trace of its caller, with no more than its method, status and correlation id", async () => {
    const id = "3f0c9a52-6f0e-4d1c-9a57-2b1de0c6b7a4";
    const headers = { ...traced, authorization, "x-correlation-id": "request-1" };
    await fetch(`${world.baseUrl}/api/v1/batches/${id}/status?expires=1&signature=${marks.query}`, {
      headers,
    });
    const [span] = (await world.spans()).filter(
      ({ attributes }) => attributes["fovea.correlation_id"] === "request-1",
    );
    const route = "/api/v1/batches/:batch_id/status";
    expect(span).toMatchObject({
      ...{ name: `GET ${route}`, kind: "server", traceId: trace, parentSpanId: caller, failed: false },
      attributes: {
        ...{ "http.request.method": "GET", "http.route": route, "url.path": route },
        ...{ "http.response.status_code": 404, "error.type": expect.any(String) },
        "fovea.correlation_id": "request-1",
      },
      resource: {
        ...{ "service.name": "fovea", "service.version": "1.2.3", "deployment.environment.name": "test" },
        "service.instance.id": expect.stringMatching(new RegExp(`:${process.pid}$`)),
      },
    });
    expect(Object.keys(span?.attributes ?? {})).toHaveLength(6);
  });

  test("that breaks is an error without its words", async () => {
    await fetch(`${world.baseUrl}/breaks/1`);
    const [span] = (await world.spans()).filter(({ name }) => name === "GET /breaks/:id");
    expect(span).toMatchObject({ failed: true, parentSpanId: null });
    expect(span?.attributes).toMatchObject({ "http.response.status_code": 500, "url.path": "/breaks/:id" });
  });

  test("of an unknown address is told without the address", async () => {
    await fetch(`${world.baseUrl}/${marks.path}`, { headers: { "x-correlation-id": "unknown-1" } });
    const [span] = (await world.spans()).filter(
      ({ attributes }) => attributes["fovea.correlation_id"] === "unknown-1",
    );
    expect(span).toMatchObject({
      name: "GET",
      attributes: { "http.response.status_code": 404, "url.path": "" },
    });
    expect(childrenOf(await world.spans(), span as SeenSpan)).toEqual([]);
  });

  test("has its trace in its log lines, also those after its body was read", async () => {
    const sending = request(`${world.baseUrl}/said`, {
      method: "POST",
      headers: { ...traced, "content-type": "application/json", "content-length": 2 },
    });
    sending.write("{");
    // By then the service has begun with it, and waits for the rest.
    await fetch(`${world.baseUrl}/health`);
    sending.end("}");
    const [answer] = await once(sending, "response");
    await once(answer.resume(), "end");
    const [span] = (await world.spans()).filter(({ name }) => name === "POST /said");
    const ids = { trace_id: trace, span_id: span?.spanId };
    expect(world.log.find(({ msg }) => msg === "in the handler")).toMatchObject(ids);
    expect(world.log.find(({ path }) => path === "/said")).toMatchObject({ msg: "request", ...ids });
  });

  test("whose client leaves ends as such, in its log line too", async () => {
    const leaving = new AbortController();
    const asked = fetch(`${world.baseUrl}/waits`, { signal: leaving.signal }).catch(() => {});
    await begun.promise;
    leaving.abort();
    await asked;
    const span = await vi.waitFor(async () => {
      const [found] = (await world.spans()).filter(({ name }) => name === "GET /waits");
      expect(found?.attributes["fovea.outcome"]).toBe("client_gone");
      return found;
    }, patient);
    expect(span).toMatchObject({ failed: false });
    expect(world.log.find(({ path }) => path === "/waits")).toMatchObject({
      ...{ outcome: "client_gone", trace_id: span?.traceId, span_id: span?.spanId },
    });
  });

  test("of a probe, or for metrics, is no span", async () => {
    for (const path of ["/health", "/health/live", "/health/ready", "/metrics"])
      await fetch(`${world.baseUrl}${path}`, { headers: { ...traced, "x-correlation-id": "probe-1" } });
    await fetch(`${world.baseUrl}/api/v1/providers`, {
      headers: { authorization, "x-correlation-id": "probe-2" },
    });
    const ids = (await world.spans()).map(({ attributes }) => attributes["fovea.correlation_id"]);
    expect(ids).toContain("probe-2");
    expect(ids).not.toContain("probe-1");
  });
});

describe("a row of a batch", () => {
  test("is a trace, with the fetch of its picture and the call of its model inside", async () => {
    const url = world.origin.serve(`/${marks.path}.png?${marks.query}`, bytes(await blank()));
    const { id } = await world.client.analyze(csvOf(url));
    const [row, ...others] = await rowsOf(id);
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      name: "work on analysis",
      kind: "consumer",
      parentSpanId: null,
      failed: false,
    });
    expect(row?.attributes).toEqual({
      ...{ "fovea.kind": "analysis", "fovea.batch.id": id, "fovea.row": 0, "fovea.attempt": 1 },
      "fovea.outcome": "done",
    });
    const children = childrenOf(await world.spans(), row as SeenSpan);
    expect(children.map(({ name, kind }) => [name, kind])).toEqual([
      ["fetch picture", "client"],
      [`generate_content ${model}`, "client"],
    ]);
    expect(children[0]?.attributes).toEqual({
      ...{ "server.address": "127.0.0.1", "fovea.outcome": "ok", "fovea.bytes": (await blank()).length },
    });
    expect(children[1]?.attributes).toEqual({
      ...{ "gen_ai.operation.name": "generate_content", "gen_ai.provider.name": "gcp.gemini" },
      ...{ "gen_ai.request.model": model, "gen_ai.response.model": expect.stringContaining("gemini") },
      ...{ "gen_ai.usage.input_tokens": usage.inputTokens, "gen_ai.usage.output_tokens": usage.outputTokens },
    });
  });

  test("that fails is an error with its code, and so is what it failed by", async () => {
    const { id } = await world.client.analyze(csvOf(world.origin.at(`/${marks.path}/nowhere.png`)));
    const [row] = await rowsOf(id);
    const [fetched] = childrenOf(await world.spans(), row as SeenSpan);
    expect(row).toMatchObject({ failed: true, attributes: { "fovea.outcome": "failed" } });
    expect(fetched).toMatchObject({ name: "fetch picture", failed: true });
    expect(fetched?.attributes["error.type"]).toBe(row?.attributes["error.type"]);
    expect(row?.attributes["error.type"]).toMatch(/^[a-z0-9_]+$/);
  });
});

describe("a media job", () => {
  test("is a trace for each step, with the model and what was stored, and so is each attempt of its webhook", async () => {
    const receiver = await receiverUnderTest();
    const body = {
      prompt: marks.prompt,
      width: 64,
      height: 64,
      webhook_url: `${receiver.url}/${marks.path}`,
    };
    const created = await fetch(`${world.baseUrl}/api/v1/jobs/generate`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(created.status, await created.clone().text()).toBeLessThan(300);
    await receiver.receivedAtLeast(1);
    const attempts = await vi.waitFor(async () => {
      const found = (await world.spans()).filter(({ name }) => name === "send webhook");
      expect(found).toHaveLength(1);
      return found;
    }, patient);
    expect(attempts[0]).toMatchObject({
      ...{ kind: "client", parentSpanId: null, failed: false },
      attributes: {
        ...{ "server.address": "127.0.0.1", "fovea.outcome": "delivered", "fovea.attempt": 1 },
        "http.response.status_code": 200,
      },
    });
    const spans = await world.spans();
    const [made] = spans.filter(({ name }) => name === "generate_content local");
    const step = spans.find(({ spanId }) => spanId === made?.parentSpanId);
    expect(step).toMatchObject({ name: "media step", kind: "consumer", parentSpanId: null });
    expect(step?.attributes["fovea.job.id"]).toMatch(/^[0-9a-f-]{36}$/);
    const stored = spans.filter(({ name, traceId }) => name === "store file" && traceId === step?.traceId);
    expect(stored.length).toBeGreaterThan(0);
    for (const { attributes } of stored) expect(attributes).toMatchObject({ "fovea.kind": "folder" });
  });
});

describe("metrics", () => {
  test("are those of /metrics, as counters, gauges and histograms", async () => {
    const text = await (await fetch(`${world.baseUrl}/metrics`)).text();
    // Later: what had a value then has one now.
    await world.telemetry.flush();
    const { points } = world.collector;
    const route = "/breaks/:id";
    const ofRoute = points.find(
      ({ name, attributes }) =>
        name === "fovea_http_request_duration_seconds" && attributes["route"] === route,
    );
    const count = new RegExp(
      `fovea_http_request_duration_seconds_count\\{[^}]*route="${route}"[^}]*\\} (\\d+)`,
    ).exec(text);
    expect(ofRoute).toMatchObject({
      type: "histogram",
      unit: "s",
      cumulative: true,
      count: Number(count?.[1]),
    });
    expect(ofRoute?.counts.reduce((sum, each) => sum + each, 0)).toBe(ofRoute?.count);
    expect(ofRoute?.bounds).toHaveLength((ofRoute?.counts.length ?? 0) - 1);
    expect(points.find(({ name }) => name === "fovea_http_errors_total")).toMatchObject({
      type: "sum",
      cumulative: true,
    });
    expect(points.find(({ name }) => name === "fovea_exports_active")).toMatchObject({
      type: "gauge",
      value: 0,
    });
    const names = new Set(points.map(({ name }) => name));
    // Whoever reads the lag of the event loop begins it anew, and it has no value at first.
    const scraped = [...text.matchAll(/^# TYPE (?!nodejs_eventloop_lag_)(\S+) (?!summary)/gm)].map(
      ([, name]) => name ?? "",
    );
    const withValues = scraped.filter((name) => new RegExp(`^${name}(_count)?[ {]`, "m").test(text));
    expect(withValues.filter((name) => !names.has(name))).toEqual([]);
  });
});

test("docs/traces.md has every attribute that may be sent, and no other", async () => {
  const guide = await readFile(new URL("../../../docs/traces.md", import.meta.url), "utf8");
  const [, table = ""] = /\| attribute \| \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(guide) ?? [];
  const names = table.split("\n").flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)]);
  expect(names.map(([, name]) => name).sort()).toEqual([...attributeNames].sort());
});

describe("what is sent", () => {
  test("has the headers that were asked for, and nothing of a secret, an address or a prompt", async () => {
    await world.telemetry.flush();
    const { exports } = world.collector;
    const paths = new Set(exports.map(({ path }) => path));
    expect(paths).toEqual(new Set(["/v1/traces", "/v1/metrics"]));
    for (const { headers, body } of exports) {
      expect(headers).toMatchObject({ "x-key": marks.collector, "x-team": "images" });
      for (const mark of [...Object.values(marks), facts.text_content, "marked"])
        expect(body.includes(mark), `${mark} in an export`).toBe(false);
    }
    // That it would be found where it is.
    expect(exports.some(({ body }) => body.includes("127.0.0.1"))).toBe(true);
    expect(JSON.stringify(world.log)).not.toContain(marks.collector);
  });
});
