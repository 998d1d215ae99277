import Fastify from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/platform/config.ts";
import { loadTelemetry } from "../../src/platform/tracing/load-telemetry.ts";
import { startCollector } from "../simulators/collector.ts";

const log = { info() {}, warn() {} };
const headers = (decided: "00" | "01") => ({
  traceparent: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${decided}`,
});

/** A server with one route, whose telemetry keeps this part of the traces. */
async function startSampled(ratio: string) {
  const collector = await startCollector();
  onTestFinished(() => collector.close());
  const config = loadConfig({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    OTEL_TRACES_SAMPLER_ARG: ratio,
    OTEL_METRICS_EXPORTER: "none",
  });
  const telemetry = await loadTelemetry(config, { version: "1.2.3", log });
  onTestFinished(() => telemetry.close());
  const http = Fastify();
  onTestFinished(() => http.close());
  await telemetry.requests.install(http);
  http.get("/", async () => telemetry.trace("inside", {}, async () => "done"));
  return { collector, telemetry, http };
}

test("of no part of the traces, those are kept whose caller keeps them, with all that is in them", async () => {
  const { collector, telemetry, http } = await startSampled("0");
  await http.inject({ url: "/" });
  await telemetry.trace("outside", {}, async () => {});
  await http.inject({ url: "/", headers: headers("00") });
  await telemetry.flush();
  expect(collector.exports).toEqual([]);
  await http.inject({ url: "/", headers: headers("01") });
  await telemetry.flush();
  expect(collector.spans.map(({ name }) => name).sort()).toEqual(["GET /", "inside"]);
});

test("of all traces, those are left out whose caller leaves them out", async () => {
  const { collector, telemetry, http } = await startSampled("1");
  await http.inject({ url: "/", headers: headers("00") });
  await telemetry.flush();
  expect(collector.spans).toEqual([]);
  await http.inject({ url: "/" });
  await telemetry.flush();
  expect(collector.spans.map(({ name }) => name).sort()).toEqual(["GET /", "inside"]);
});

test("what begins a trace of its own is in none that is under way", async () => {
  const { collector, telemetry } = await startSampled("1");
  await telemetry.trace("around", {}, () => telemetry.trace("own", { root: true }, async () => {}));
  await telemetry.flush();
  expect(collector.spans).toMatchObject([
    { name: "own", parentSpanId: null },
    { name: "around", parentSpanId: null },
  ]);
  expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(2);
});

test("of a half, about a half is kept", async () => {
  const { collector, telemetry } = await startSampled("0.5");
  for (let index = 0; index < 1_000; index += 1) await telemetry.trace("work", {}, async () => {});
  await telemetry.flush();
  // Ids are drawn: outside of these bounds in one of 10^15 runs.
  expect(collector.spans.length).toBeGreaterThan(375);
  expect(collector.spans.length).toBeLessThan(625);
});
