import { type Attributes, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { attributeNames } from "./trace.ts";

const mayBeSent: ReadonlySet<string> = new Set(attributeNames);

/**
 * A span as it is sent. What may leave is what is listed, whoever set it: libraries put addresses with their queries and
 * the words of errors into spans. What a caller sent along in `tracestate` stays here too.
 */
export function cleaned(span: ReadableSpan): ReadableSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const { name, kind, parentSpanContext, startTime, endTime, duration, ended, resource } = span;
  const attributes: Attributes = {};
  for (const [key, value] of Object.entries(span.attributes)) if (mayBeSent.has(key)) attributes[key] = value;
  return {
    ...{ name, kind, startTime, endTime, duration, ended, resource, attributes },
    ...(parentSpanContext && {
      parentSpanContext: {
        traceId: parentSpanContext.traceId,
        spanId: parentSpanContext.spanId,
        traceFlags: parentSpanContext.traceFlags,
        isRemote: parentSpanContext.isRemote ?? false,
      },
    }),
    spanContext: () => ({ traceId, spanId, traceFlags }),
    status: { code: statusOf(span) },
    instrumentationScope: span.instrumentationScope,
    ...{ links: [], events: [] },
    ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  };
}

/** Of a request only what is our own fault is an error; that it was refused is what a caller wanted to know. */
function statusOf({ kind, status, attributes }: ReadableSpan): SpanStatusCode {
  if (kind !== SpanKind.SERVER) return status.code;
  return Number(attributes["http.response.status_code"] ?? 0) >= 500
    ? SpanStatusCode.ERROR
    : SpanStatusCode.UNSET;
}
