import type { Registry } from "prom-client";
import type { Config } from "../config.ts";
import { noRequestTracing, noTrace, type RequestTracing, type Trace } from "./trace.ts";

/** What is told of the service to a collector. */
export interface Telemetry {
  readonly trace: Trace;
  readonly requests: RequestTracing;
  /** Of every log line that is written inside of a span; null where there are no spans. */
  readonly logFields: (() => object) | null;
  /** Has the metrics of a registry sent. */
  measure(registry: Registry): void;
  /** Sends what there is. */
  flush(): Promise<void>;
  /** The same for the last time, in a few seconds at most. */
  close(): Promise<void>;
}

export const noTelemetry: Telemetry = {
  trace: noTrace,
  requests: noRequestTracing,
  logFields: null,
  measure() {},
  flush: async () => {},
  close: async () => {},
};

export type TelemetryConfig = Pick<
  Config,
  | "APPLICATIONINSIGHTS_CONNECTION_STRING"
  | "OTEL_EXPORTER_OTLP_ENDPOINT"
  | "OTEL_EXPORTER_OTLP_HEADERS"
  | "OTEL_METRICS_EXPORTER"
  | "OTEL_RESOURCE_ATTRIBUTES"
  | "OTEL_SERVICE_NAME"
  | "OTEL_TRACES_SAMPLER_ARG"
  | "given"
>;

export interface TelemetryOptions {
  readonly version: string;
  readonly log: TelemetryLog;
  /** The end of the process waits for the last export no longer: 5,000. */
  readonly closeMs?: number;
}

export interface TelemetryLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
