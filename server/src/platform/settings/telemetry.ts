import { parseConnectionString } from "../tracing/azure/connection-string.ts";
import { parseKeyValues } from "../tracing/key-values.ts";
import { describe, httpUrl, oneOf, secret, text } from "./kinds.ts";

const keyValues = text.refine(isKeyValues, {
  error: "expected key=value pairs, separated by commas, with percent-encoded values",
});

const ratio = text
  .refine((given) => /^(0(\.\d+)?|1(\.0+)?)$/.test(given), { error: "expected a number from 0 to 1" })
  .transform(Number);

/** What is told of the service. The names that begin with OTEL are those of OpenTelemetry. */
export const telemetry = {
  OTEL_EXPORTER_OTLP_ENDPOINT: describe(
    httpUrl.optional(),
    "Telemetry",
    "–",
    "Where [traces and metrics](traces.md) are sent by OTLP over HTTP: the address of a collector, such as `http://localhost:4318`. `/v1/traces` and `/v1/metrics` are put behind it.",
  ),
  OTEL_EXPORTER_OTLP_HEADERS: describe(
    keyValues.optional(),
    "Telemetry",
    "–",
    "Headers for the collector, such as a key: `name=value,name2=value2`, values percent-encoded.",
    secret,
  ),
  APPLICATIONINSIGHTS_CONNECTION_STRING: describe(
    text
      .refine((given) => parseConnectionString(given) !== null, {
        error: "expected InstrumentationKey=<uuid>;IngestionEndpoint=https://… as Azure shows it",
      })
      .optional(),
    "Telemetry",
    "–",
    "Sends traces and metrics to Azure Monitor: the connection string of an Application Insights resource.",
    secret,
  ),
  OTEL_TRACES_SAMPLER_ARG: describe(
    ratio.default(1),
    "Telemetry",
    "`1`",
    "Which part of the traces that begin here is kept, from 0 to 1. A request whose caller has decided (`traceparent`) is kept as the caller says.",
  ),
  OTEL_METRICS_EXPORTER: describe(
    oneOf(["otlp", "none"]).default("otlp"),
    "Telemetry",
    "`otlp`",
    "`none` sends traces only, for example because `/metrics` is scraped already. It counts for Azure Monitor too.",
  ),
  OTEL_SERVICE_NAME: describe(
    text.default("fovea"),
    "Telemetry",
    "`fovea`",
    "The name of this service in traces and metrics that are sent.",
  ),
  OTEL_RESOURCE_ATTRIBUTES: describe(
    keyValues.optional(),
    "Telemetry",
    "–",
    "What else is said of this process with them: `deployment.environment.name=test,team=images`, values percent-encoded.",
  ),
} as const;

function isKeyValues(given: string): boolean {
  try {
    parseKeyValues(given);
    return true;
  } catch {
    return false;
  }
}
