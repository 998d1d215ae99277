import { type HrTime, ValueType } from "@opentelemetry/api";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type HistogramMetricData,
  type MetricData,
} from "@opentelemetry/sdk-metrics";
import { z } from "zod";

// The types of prom-client say something else than it gives: a type is a word there, and a number here.
// Nor does every gauge have a number yet that JSON could hold.
const number = z.custom<number>((value) => typeof value === "number");
const labels = z.record(z.string(), z.union([z.string(), z.number()]));
const registryJson = z.array(
  z.object({
    name: z.string(),
    help: z.string(),
    type: z.enum(["counter", "gauge", "histogram", "summary"]),
    values: z.array(z.object({ value: number, labels, metricName: z.string().optional() })),
  }),
);

type Metric = z.output<typeof registryJson>[number];
type Value = Metric["values"][number];

export interface Span {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/**
 * What a Prometheus registry holds, as OpenTelemetry has it, under the same names: rules and dashboards mean the same
 * series whichever way they came.
 *
 * @param json what `registry.getMetricsAsJSON()` gave
 */
export function metricsOf(json: unknown, span: Span): readonly MetricData[] {
  return registryJson.parse(json).flatMap((metric) => metricOf(metric, span));
}

function metricOf(metric: Metric, span: Span): readonly MetricData[] {
  const common = {
    descriptor: {
      ...{ name: metric.name, description: metric.help, unit: unitOf(metric.name) },
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const points = () =>
    metric.values
      .filter(({ value }) => Number.isFinite(value))
      .map(({ value, labels: attributes }) => ({ ...span, attributes, value }));
  switch (metric.type) {
    case "counter":
      return [{ ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points() }];
    case "gauge":
      return [{ ...common, dataPointType: DataPointType.GAUGE, dataPoints: points() }];
    case "histogram":
      return [{ ...common, ...histogramOf(metric, span) }];
    // There are none: quantiles of several processes cannot be added up.
    case "summary":
      return [];
  }
}

function histogramOf(
  { name, values }: Metric,
  span: Span,
): Pick<HistogramMetricData, "dataPointType" | "dataPoints"> {
  const series = Map.groupBy(values, ({ labels: { le, ...rest } }) => JSON.stringify(rest));
  const dataPoints = [...series.values()].map((parts): DataPoint<Histogram> => {
    const of = (suffix: string) => parts.filter(({ metricName }) => metricName === `${name}_${suffix}`);
    const only = (suffix: string) => of(suffix)[0]?.value ?? 0;
    const { le, ...attributes } = parts[0]?.labels ?? {};
    return {
      ...span,
      attributes,
      value: { ...bucketsOf(of("bucket")), sum: only("sum"), count: only("count") },
    };
  });
  return { dataPointType: DataPointType.HISTOGRAM, dataPoints };
}

/** Prometheus counts in each bucket what is in the smaller ones too. */
function bucketsOf(buckets: readonly Value[]): Pick<Histogram, "buckets"> {
  const counts = buckets.map(({ value }, index) => value - (buckets[index - 1]?.value ?? 0));
  const boundaries = buckets.map(({ labels: { le } }) => Number(le)).filter(Number.isFinite);
  return { buckets: { boundaries, counts } };
}

function unitOf(name: string): string {
  if (/_seconds(_total)?$/.test(name)) return "s";
  return /_bytes(_total)?$/.test(name) ? "By" : "";
}
