import type { Registry } from "prom-client";
import { z } from "zod";
import { noTelemetry, type Telemetry } from "../../src/platform/tracing/telemetry.ts";
import { startApp } from "../world.ts";

interface Registered {
  readonly labels: readonly string[];
  readonly help: string;
}

/** As prom-client has it; its types leave the labels out. */
const metricSchema = z.object({
  name: z.string(),
  help: z.string(),
  type: z.string(),
  labelNames: z.array(z.string()).default([]),
});

/** Nobody is there, and nobody is asked. */
const everything = {
  REDIS_URL: "redis://127.0.0.1:1",
  GEMINI_API_KEYS: "shops:AIzaSimulatedKey-0123456789abcdefghijkl",
};

/** What a service with everything that can be configured tells, by the names that Prometheus stores it under. */
export async function registeredMetrics(): Promise<ReadonlyMap<string, Registered>> {
  let registry: Registry | undefined;
  const telemetry: Telemetry = {
    ...noTelemetry,
    measure(given) {
      registry = given;
    },
  };
  await startApp(everything, () => {}, { telemetry });
  const metrics = z.array(metricSchema).parse(registry?.getMetricsAsArray());
  return new Map(
    metrics.flatMap(({ name, help, type, labelNames: labels }) =>
      type === "histogram"
        ? ["_bucket", "_count", "_sum"].map((suffix): [string, Registered] => [
            name + suffix,
            { labels, help },
          ])
        : [[name, { labels, help }]],
    ),
  );
}

/** Without what only the stored series of a histogram have. */
export const ownName = (name: string) => name.replace(/_seconds_(?:bucket|count|sum)$/, "_seconds");
