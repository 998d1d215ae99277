import { Counter, Histogram, Registry } from "prom-client";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/platform/config.ts";
import { createMetrics } from "../../src/platform/metrics.ts";
import { loadTelemetry } from "../../src/platform/tracing/load-telemetry.ts";
import type { Telemetry } from "../../src/platform/tracing/telemetry.ts";
import { type Collector, startCollector } from "../simulators/collector.ts";

const instrumentationKey = "11111111-2222-3333-4444-555555555555";
const log = { info() {}, warn() {} };

async function startAzure(): Promise<{ readonly azure: Collector; readonly telemetry: Telemetry }> {
  const azure = await startCollector();
  onTestFinished(() => azure.close());
  const config = loadConfig({
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${instrumentationKey};IngestionEndpoint=${azure.origin}/`,
    OTEL_RESOURCE_ATTRIBUTES: "service.name=pictures,service.namespace=shop,service.instance.id=one",
  });
  const telemetry = await loadTelemetry(config, { version: "1.2.3", log });
  onTestFinished(() => telemetry.close());
  return { azure, telemetry };
}

beforeAll(() => import("../../src/platform/tracing/open-telemetry.ts"));

describe("Azure Monitor", () => {
  test("is sent spans as requests and dependencies, in the shape of its own exporter", async () => {
    const { azure, telemetry } = await startAzure();
    await telemetry.trace(
      "work on analysis",
      { kind: "consumer", root: true, attributes: { "fovea.kind": "analysis", "fovea.row": 7 } },
      async (span) => {
        const attributes = { "server.address": "shop.example", "http.response.status_code": 404 };
        await telemetry.trace("fetch picture", { kind: "client", attributes }, async (fetched) => {
          fetched.fail("not_found");
        });
        span.set({ "fovea.outcome": "done" });
      },
    );
    await telemetry.flush();
    expect(
      azure.exports.map(({ path, headers }) => [path, headers["content-type"], headers["content-encoding"]]),
    ).toEqual([["/v2.1/track", "application/json", "gzip"]]);
    const [fetched, row] = azure.envelopes;
    const common = { ver: 1, sampleRate: 100, iKey: instrumentationKey };
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const duration = expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{7}$/);
    const id = expect.stringMatching(/^[0-9a-f]{16}$/);
    const tags = {
      ...{ "ai.cloud.role": "shop.pictures", "ai.cloud.roleInstance": "one", "ai.application.ver": "1.2.3" },
      "ai.operation.id": expect.stringMatching(/^[0-9a-f]{32}$/),
    };
    expect(row).toEqual({
      ...{ ...common, time, name: "Microsoft.ApplicationInsights.Request" },
      tags: { ...tags, "ai.operation.name": "work on analysis" },
      data: {
        baseType: "RequestData",
        baseData: {
          ...{ ver: 2, id, duration, name: "work on analysis", success: true, responseCode: "0", url: "" },
          properties: { "fovea.kind": "analysis", "fovea.row": "7", "fovea.outcome": "done" },
        },
      },
    });
    expect(fetched).toEqual({
      ...{ ...common, time, name: "Microsoft.ApplicationInsights.RemoteDependency" },
      tags: {
        ...tags,
        "ai.operation.id": row?.tags["ai.operation.id"],
        "ai.operation.parentId": row?.data.baseData.id,
      },
      data: {
        baseType: "RemoteDependencyData",
        baseData: {
          ...{ ver: 2, id, duration, name: "fetch picture", success: false, resultCode: "404" },
          ...{ type: "HTTP", target: "shop.example" },
          properties: { "server.address": "shop.example", "error.type": "not_found" },
        },
      },
    });
  });

  test("is sent what counters and histograms have gained since the last time, since it adds up what it gets", async () => {
    const { azure, telemetry } = await startAzure();
    const registry = new Registry();
    const registers = [registry];
    const counter = new Counter({
      name: "pictures_total",
      help: "Pictures.",
      labelNames: ["kind"],
      registers,
    });
    const idle = new Counter({ name: "idle_total", help: "Nothing.", registers });
    const histogram = new Histogram({ name: "work_seconds", help: "Work.", buckets: [1, 5], registers });
    telemetry.measure(registry);
    const sent = async () => {
      const before = azure.envelopes.length;
      await telemetry.flush();
      return azure.envelopes.slice(before).flatMap(({ data }) => {
        const { metrics = [], properties } = data.baseData;
        return metrics.map((metric) => ({ ...metric, properties }));
      });
    };
    const metric = { kind: "Aggregation", properties: {} };
    idle.inc(0);
    counter.inc({ kind: "png" }, 3);
    histogram.observe(0.5);
    histogram.observe(7);
    expect(await sent()).toEqual([
      { ...metric, name: "pictures_total", value: 3, count: 1, properties: { kind: "png" } },
      { ...metric, name: "work_seconds", value: 7.5, count: 2 },
    ]);
    counter.inc({ kind: "png" }, 2);
    expect(await sent()).toEqual([
      { ...metric, name: "pictures_total", value: 2, count: 1, properties: { kind: "png" } },
    ]);
    histogram.observe(2);
    expect(await sent()).toEqual([{ ...metric, name: "work_seconds", value: 2, count: 1 }]);
  });

  test("is sent the metrics of the process, which have values", async () => {
    const { azure, telemetry } = await startAzure();
    telemetry.measure(createMetrics().registry);
    await telemetry.flush();
    const names = azure.envelopes.flatMap(({ data }) => data.baseData.metrics?.map(({ name }) => name) ?? []);
    expect(names).toContain("process_resident_memory_bytes");
    expect(names).toContain("process_cpu_seconds_total");
  });
});
