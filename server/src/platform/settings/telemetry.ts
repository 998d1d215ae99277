import { describe, httpUrl, later, secret, text } from "./kinds.ts";

/** What is told of the service. */
export const telemetry = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: describe(
    text.optional(),
    "Telemetry",
    "–",
    "Traces and metrics to Azure Monitor.",
    { ...later, ...secret },
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: describe(
    httpUrl.optional(),
    "Telemetry",
    "–",
    "Traces and metrics over OTLP.",
    later,
  ),
} as const;
