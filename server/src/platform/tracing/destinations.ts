import type { ExportResult } from "@opentelemetry/core";
import { OTLPExporterBase } from "@opentelemetry/otlp-exporter-base";
import {
  createOtlpHttpExportDelegate,
  httpAgentFactoryFromOptions,
} from "@opentelemetry/otlp-exporter-base/node-http";
import {
  type ISerializer,
  MetricsExporterMetricsHelper,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from "@opentelemetry/otlp-transformer";
import type { PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import type { AzureResource } from "./azure/connection-string.ts";
import { envelopeOfSpan, envelopesOfMetrics } from "./azure/envelopes.ts";

/** Somewhere that telemetry is sent. */
export interface Destination {
  /** For the log. */
  readonly name: string;
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
  /** Adds up what it is sent, so it has to be sent what is new. */
  readonly addsUp: boolean;
}

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: "gzip" | "none";
}

/** For one export, with its repetitions. */
const timeoutMs = 10_000;
/** Exports under way: what does not fit is dropped, so a collector that hangs takes no more memory than these. */
const concurrency = 10;

/** Any collector, by OTLP over HTTP. */
export function otlp(endpoint: string, headers: Readonly<Record<string, string>>): Destination {
  const common = {
    headers: { ...headers, "content-type": "application/x-protobuf" },
    compression: "none",
  } as const;
  return {
    name: new URL(endpoint).origin,
    spans: spansTo({ ...common, url: `${endpoint}/v1/traces` }, ProtobufTraceSerializer),
    metrics: metricsTo({ ...common, url: `${endpoint}/v1/metrics` }, ProtobufMetricsSerializer),
    addsUp: false,
  };
}

/**
 * Azure Monitor, by its own protocol. Repetitions, time limits and bounds are those of OTLP: only the words differ.
 */
export function azureMonitor(
  { instrumentationKey: iKey, ingestionEndpoint }: AzureResource,
  sampleRatio: number,
): Destination {
  const target: Target = {
    url: `${ingestionEndpoint}/v2.1/track`,
    headers: { "content-type": "application/json" },
    compression: "gzip",
  };
  return {
    name: new URL(ingestionEndpoint).origin,
    spans: spansTo(
      target,
      inJson<ReadableSpan[]>((spans) => spans.map((span) => envelopeOfSpan(span, iKey, sampleRatio * 100))),
    ),
    metrics: metricsTo(
      target,
      inJson<ResourceMetrics>((metrics) => envelopesOfMetrics(metrics, iKey)),
    ),
    addsUp: true,
  };
}

const inJson = <Internal>(
  toEnvelopes: (internal: Internal) => readonly object[],
): ISerializer<Internal, null> => ({
  serializeRequest: (internal) => new TextEncoder().encode(JSON.stringify(toEnvelopes(internal))),
  deserializeResponse: () => null,
});

const spansTo = (target: Target, serializer: ISerializer<ReadableSpan[], unknown>): SpanExporter =>
  new OTLPExporterBase(
    createOtlpHttpExportDelegate(
      settingsOf(target),
      serializer,
      "spans",
      TraceExporterMetricsHelper,
      undefined,
    ),
  );

const metricsTo = (target: Target, serializer: ISerializer<ResourceMetrics, unknown>): PushMetricExporter =>
  new OTLPExporterBase(
    createOtlpHttpExportDelegate(
      settingsOf(target),
      serializer,
      "metrics",
      MetricsExporterMetricsHelper,
      undefined,
    ),
  );

const settingsOf = ({ url, headers, compression }: Target) => ({
  ...{ url, compression, timeoutMillis: timeoutMs, concurrencyLimit: concurrency },
  headers: async () => ({ ...headers }),
  agentFactory: httpAgentFactoryFromOptions({ keepAlive: true }),
});

type OnEnd = (result: ExportResult) => void;

/** Tells how each export ended, and sends spans as `clean` makes them. */
export function watched(
  { spans, metrics }: Destination,
  {
    clean,
    news,
  }: {
    readonly clean: (span: ReadableSpan) => ReadableSpan;
    readonly news: (signal: "traces" | "metrics") => OnEnd;
  },
): { readonly spans: SpanExporter; readonly metrics: PushMetricExporter } {
  const both = (tell: OnEnd, done: OnEnd): OnEnd => {
    return (result) => {
      tell(result);
      done(result);
    };
  };
  const ofSpans = news("traces");
  const ofMetrics = news("metrics");
  return {
    spans: {
      export: (batch, done) => spans.export(batch.map(clean), both(ofSpans, done)),
      forceFlush: async () => spans.forceFlush?.(),
      shutdown: () => spans.shutdown(),
    },
    metrics: {
      export: (all, done) => metrics.export(all, both(ofMetrics, done)),
      forceFlush: () => metrics.forceFlush(),
      shutdown: () => metrics.shutdown(),
    },
  };
}
