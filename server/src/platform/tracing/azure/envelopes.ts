import { type Attributes, type HrTime, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { hrTimeToMilliseconds } from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import { DataPointType, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** One item of telemetry, as the ingestion of Application Insights takes it (version 2 of its data, 2.1 of its API). */
interface Envelope {
  readonly ver: 1;
  readonly name: string;
  readonly time: string;
  /** Percent: what is counted there is multiplied up to all. */
  readonly sampleRate: number;
  readonly iKey: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: { readonly baseType: string; readonly baseData: object };
}

/** A span that answers somebody is a request there, and any other a dependency. */
export function envelopeOfSpan(span: ReadableSpan, iKey: string, sampleRate: number): Envelope {
  const isRequest = span.kind === SpanKind.SERVER || span.kind === SpanKind.CONSUMER;
  const { traceId, spanId } = span.spanContext();
  const parent = span.parentSpanContext?.spanId;
  const { status, ...properties } = withoutStatus(span.attributes);
  const common = {
    ...{ ver: 2, id: spanId, name: span.name, duration: durationOf(span.duration), properties },
    success: span.status.code !== SpanStatusCode.ERROR && !(isRequest && Number(status) >= 400),
  };
  return {
    ...envelope(isRequest ? "Request" : "RemoteDependency", span.startTime, iKey),
    sampleRate,
    tags: {
      ...tagsOf(span.resource),
      "ai.operation.id": traceId,
      ...(parent === undefined ? {} : { "ai.operation.parentId": parent }),
      ...(isRequest ? { "ai.operation.name": span.name } : {}),
    },
    data: isRequest
      ? { baseType: "RequestData", baseData: { ...common, responseCode: status ?? "0", url: "" } }
      : {
          baseType: "RemoteDependencyData",
          baseData: { ...common, ...dependencyOf(span), resultCode: status ?? "0" },
        },
  };
}

function dependencyOf({ kind, attributes }: ReadableSpan) {
  const { "server.address": address, "gen_ai.provider.name": provider } = attributes;
  const target = address ?? provider;
  const type = provider !== undefined ? "GenAI" : address !== undefined ? "HTTP" : "InProc";
  return {
    type: kind === SpanKind.CLIENT ? type : "InProc",
    ...(target === undefined ? {} : { target: String(target) }),
  };
}

function withoutStatus({ "http.response.status_code": status, ...others }: Attributes) {
  return { ...texts(others), ...(status === undefined ? {} : { status: String(status) }) };
}

/** One for each series; of a histogram there is the sum and the count. */
export function envelopesOfMetrics({ resource, scopeMetrics }: ResourceMetrics, iKey: string): Envelope[] {
  const tags = tagsOf(resource);
  return scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap((metric) => {
      const { name } = metric.descriptor;
      return valuesOf(metric).map(({ endTime, attributes, value, count }) => ({
        ...{ ...envelope("Metric", endTime, iKey), tags },
        data: {
          baseType: "MetricData",
          baseData: {
            ...{ ver: 2, properties: texts(attributes) },
            metrics: [{ name, kind: "Aggregation", value, count }],
          },
        },
      }));
    }),
  );
}

function valuesOf(metric: ResourceMetrics["scopeMetrics"][number]["metrics"][number]) {
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
      return metric.dataPoints.map((point) => ({
        ...point,
        ...{ value: point.value.sum ?? 0, count: point.value.count },
      }));
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return [];
    default:
      return metric.dataPoints.map((point) => ({ ...point, count: 1 }));
  }
}

const envelope = (name: string, time: HrTime, iKey: string) =>
  ({
    ver: 1,
    name: `Microsoft.ApplicationInsights.${name}`,
    time: new Date(hrTimeToMilliseconds(time)).toISOString(),
    sampleRate: 100,
    iKey,
  }) as const;

function tagsOf({ attributes }: Resource): Record<string, string> {
  const {
    "service.name": name,
    "service.namespace": namespace,
    "service.instance.id": instance,
    "service.version": version,
  } = attributes;
  return texts({
    "ai.cloud.role": namespace === undefined ? name : `${namespace}.${name}`,
    "ai.cloud.roleInstance": instance,
    "ai.application.ver": version,
  });
}

function texts(attributes: Attributes): Record<string, string> {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, String(value)]));
}

const two = (value: number) => String(value).padStart(2, "0");

/** `d.hh:mm:ss.fffffff`, a tenth of a microsecond being the last digit. */
export function durationOf([seconds, nanos]: HrTime): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  const fraction = String(Math.floor(nanos / 100)).padStart(7, "0");
  const clock = `${two(hours)}:${two(minutes)}:${two(seconds % 60)}.${fraction}`;
  return days === 0 ? clock : `${days}.${clock}`;
}
