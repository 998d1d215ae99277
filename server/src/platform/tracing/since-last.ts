import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type HistogramMetricData,
  type MetricData,
  type SumMetricData,
} from "@opentelemetry/sdk-metrics";

/**
 * Counters and histograms as what has come since the last time, and without those where nothing has: Azure Monitor adds
 * up what it is sent. A first reading counts from the start of the process.
 */
export function createSinceLast() {
  const sums = new Map<string, DataPoint<number>>();
  const histograms = new Map<string, DataPoint<Histogram>>();

  const ofSum = (metric: SumMetricData): SumMetricData => ({
    ...metric,
    aggregationTemporality: AggregationTemporality.DELTA,
    dataPoints: metric.dataPoints.flatMap((point) => {
      const before = replace(sums, metric, point);
      const value = point.value - (before?.value ?? 0);
      return value === 0 ? [] : [{ ...point, ...begun(point, before), value }];
    }),
  });

  const ofHistogram = (metric: HistogramMetricData): HistogramMetricData => ({
    ...metric,
    aggregationTemporality: AggregationTemporality.DELTA,
    dataPoints: metric.dataPoints.flatMap((point) => {
      const before = replace(histograms, metric, point);
      const value = without(point.value, before?.value);
      return value.count === 0 ? [] : [{ ...point, ...begun(point, before), value }];
    }),
  });

  return (metrics: readonly MetricData[]): readonly MetricData[] =>
    metrics
      .map((metric) => {
        if (metric.dataPointType === DataPointType.SUM) return ofSum(metric);
        return metric.dataPointType === DataPointType.HISTOGRAM ? ofHistogram(metric) : metric;
      })
      .filter(({ dataPoints }) => dataPoints.length > 0);
}

function replace<Value>(
  last: Map<string, DataPoint<Value>>,
  { descriptor }: MetricData,
  point: DataPoint<Value>,
): DataPoint<Value> | undefined {
  const key = `${descriptor.name} ${JSON.stringify(point.attributes)}`;
  const before = last.get(key);
  last.set(key, point);
  return before;
}

const begun = (point: DataPoint<unknown>, before: DataPoint<unknown> | undefined) => ({
  startTime: before?.endTime ?? point.startTime,
});

function without(now: Histogram, before: Histogram | undefined): Histogram {
  return {
    count: now.count - (before?.count ?? 0),
    sum: (now.sum ?? 0) - (before?.sum ?? 0),
    buckets: {
      boundaries: now.buckets.boundaries,
      counts: now.buckets.counts.map((count, index) => count - (before?.buckets.counts[index] ?? 0)),
    },
  };
}
