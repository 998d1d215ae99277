import { hostname } from "node:os";
import { context, propagation } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { hrTime, millisToHrTime, W3CTraceContextPropagator } from "@opentelemetry/core";
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  MeterProvider,
  type MetricData,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Registry } from "prom-client";
import { parseConnectionString } from "./azure/connection-string.ts";
import { cleaned } from "./cleaned-spans.ts";
import { azureMonitor, type Destination, otlp, watched } from "./destinations.ts";
import { createExportNews } from "./export-news.ts";
import { parseKeyValues } from "./key-values.ts";
import { metricsOf } from "./prometheus-metrics.ts";
import { traceRequests } from "./requests.ts";
import { createSinceLast } from "./since-last.ts";
import { logFields, traceWith } from "./spans.ts";
import type { Telemetry, TelemetryConfig, TelemetryLog, TelemetryOptions } from "./telemetry.ts";

/** Spans that wait for their export: about a megabyte each thousand. More are dropped, and nothing waits for them. */
const mostSpans = 4_096;
const metricsEveryMs = 60_000;
/** Reading the registry may ask the database. */
const metricsTimeoutMs = 20_000;

/** The only file that puts OpenTelemetry together; nothing of it reads the environment. */
export function createTelemetry(
  config: TelemetryConfig,
  { version, log, closeMs = 5_000 }: TelemetryOptions,
): Telemetry {
  const resource = resourceOf(config, version);
  const destinations = destinationsOf(config).map((destination) => {
    const news = (signal: "traces" | "metrics") =>
      createExportNews({ log, destination: destination.name, signal, now: () => performance.now() });
    return { ...destination, ...watched(destination, { clean: cleaned, news }) };
  });
  // These two are of the whole process, as its call stacks are, and hold nothing: a second service in it shares them.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const tracers = new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(config.OTEL_TRACES_SAMPLER_ARG) }),
    spanProcessors: destinations.map(
      ({ spans }) => new BatchSpanProcessor({ exporter: spans, maxQueueSize: mostSpans }),
    ),
  });
  let meters: MeterProvider | undefined;

  return {
    trace: traceWith(tracers.getTracer("fovea", version)),
    requests: traceRequests(tracers),
    logFields,
    measure(registry) {
      if (config.OTEL_METRICS_EXPORTER === "none") return;
      meters = new MeterProvider({
        resource,
        readers: destinations.map(
          (destination) =>
            new PeriodicExportingMetricReader({
              exporter: destination.metrics,
              exportIntervalMillis: metricsEveryMs,
              exportTimeoutMillis: metricsTimeoutMs,
              metricProducers: [producerOf(registry, resource, destination, log)],
            }),
        ),
      });
    },
    async flush() {
      await Promise.allSettled([tracers.forceFlush(), meters?.forceFlush()]);
    },
    async close() {
      const closed = Promise.allSettled([tracers.shutdown(), meters?.shutdown()]);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          log.warn({ closeMs }, "telemetry of the last seconds was not sent in time");
          resolve();
        }, closeMs);
      });
      await Promise.race([closed, late]);
      clearTimeout(timer);
    },
  };
}

function destinationsOf(config: TelemetryConfig): readonly Destination[] {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers = "" } = config;
  const azure = parseConnectionString(config.APPLICATIONINSIGHTS_CONNECTION_STRING ?? "");
  return [
    ...(endpoint === undefined ? [] : [otlp(endpoint, parseKeyValues(headers))]),
    ...(azure === null ? [] : [azureMonitor(azure, config.OTEL_TRACES_SAMPLER_ARG)]),
  ];
}

/** By its host and process: of several that are said to be one, counters would go up and down. */
function resourceOf(
  { OTEL_SERVICE_NAME: name, OTEL_RESOURCE_ATTRIBUTES: attributes = "", given }: TelemetryConfig,
  version: string,
): Resource {
  const host = hostname();
  return defaultResource().merge(
    resourceFromAttributes({
      "service.name": name,
      "service.version": version,
      "service.instance.id": `${host}:${process.pid}`,
      "host.name": host,
      ...parseKeyValues(attributes),
      ...(given.has("OTEL_SERVICE_NAME") ? { "service.name": name } : {}),
    }),
  );
}

/** The registry stays the one place that counts: it is read when it is time to send. */
function producerOf(
  registry: Registry,
  resource: Resource,
  { addsUp }: Destination,
  log: TelemetryLog,
): MetricProducer {
  const startTime = millisToHrTime(performance.timeOrigin);
  const sinceLast = addsUp ? createSinceLast() : null;
  let isTold = false;
  const read = async (): Promise<MetricData[]> => {
    const all = metricsOf(await registry.getMetricsAsJSON(), { startTime, endTime: hrTime() });
    return [...(sinceLast ? sinceLast(all) : all)];
  };
  return {
    async collect() {
      const metrics = await read().catch((error: unknown) => {
        // Else nobody would hear of it: the library keeps it to itself.
        if (!isTold) log.warn({ err: error }, "the metrics that are to be sent were not read");
        isTold = true;
        return [];
      });
      return {
        resourceMetrics: { resource, scopeMetrics: [{ scope: { name: "fovea" }, metrics }] },
        errors: [],
      };
    },
  };
}
