import { noTelemetry, type Telemetry, type TelemetryConfig, type TelemetryOptions } from "./telemetry.ts";

/** Where nothing is configured, nothing of OpenTelemetry is loaded: it is a tenth of what a start takes, and 14 MB. */
export async function loadTelemetry(config: TelemetryConfig, options: TelemetryOptions): Promise<Telemetry> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: otlp, APPLICATIONINSIGHTS_CONNECTION_STRING: azure } = config;
  if (otlp === undefined && azure === undefined) return noTelemetry;
  const { createTelemetry } = await import("./open-telemetry.ts");
  return createTelemetry(config, options);
}
