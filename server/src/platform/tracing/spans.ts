import {
  type Attributes as AnyAttributes,
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace as tracing,
} from "@opentelemetry/api";
import type { Attributes, Span, Trace } from "./trace.ts";

const kinds = { client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL };

/** Spans of whatever is not a request. */
export const traceWith =
  (tracer: Tracer): Trace =>
  async (name, { attributes = {}, kind, root }, work) => {
    const around = root ? ROOT_CONTEXT : context.active();
    const span = tracer.startSpan(
      name,
      { kind: kinds[kind ?? "internal"], attributes: present(attributes) },
      around,
    );
    const inside: Span = {
      set: (more) => void span.setAttributes(present(more)),
      fail(code) {
        span.setAttribute("error.type", code);
        span.setStatus({ code: SpanStatusCode.ERROR });
      },
    };
    try {
      return await context.with(tracing.setSpan(around, span), work, undefined, inside);
    } catch (error) {
      // What an error says may repeat an address.
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  };

/** Of the span around whoever calls; nothing where there is none. */
export function logFields(): object {
  const active = tracing.getActiveSpan()?.spanContext();
  return active && tracing.isSpanContextValid(active)
    ? { trace_id: active.traceId, span_id: active.spanId }
    : {};
}

export function present(attributes: Attributes): AnyAttributes {
  const given: AnyAttributes = {};
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== null) given[name] = value;
  return given;
}
