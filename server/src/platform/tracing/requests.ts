import { FastifyOtelInstrumentation } from "@fastify/otel";
import { context, SpanStatusCode, type TracerProvider } from "@opentelemetry/api";
import type { FastifyRequest } from "fastify";
import { present } from "./spans.ts";
import type { RequestTracing } from "./trace.ts";

/**
 * Spans of requests, by their routes: an address has ids in it, and links to pictures have signatures. Probes and
 * metrics, which are asked for all day, have none.
 */
export function traceRequests(provider: TracerProvider): RequestTracing {
  const instrumentation = new FastifyOtelInstrumentation({
    // Else it would look for patterns in the environment; which routes are left out is said below.
    ignorePaths: () => false,
    recordExceptions: false,
    instrumentHooks: false,
    instrumentHandler: false,
    requestHook(span, request) {
      const route = request.routeOptions.url;
      span.updateName(route === undefined ? request.method : `${request.method} ${route}`);
      span.setAttributes(present({ "url.path": route ?? "", "fovea.correlation_id": request.id }));
    },
  });
  instrumentation.setTracerProvider(provider);

  return {
    async install(http) {
      // Before the plugin's own, which looks at what this says.
      http.addHook("onRoute", (route) => {
        if (route.config?.probe) route.config = { ...route.config, otel: false };
      });
      await http.register(instrumentation.plugin());
      http.addHook("onRequest", (request, reply, done) => {
        const { span } = request.opentelemetry();
        // Of one whose client left nothing else tells the end.
        reply.raw.once("close", () => {
          if (!span?.isRecording()) return;
          span.setAttributes(present({ "fovea.outcome": "client_gone" }));
          span.setStatus({ code: SpanStatusCode.UNSET });
          span.end();
        });
        done();
      });
      http.addHook("onSend", async (request, reply) => {
        const code = reply.getHeader("x-error-code");
        if (typeof code === "string") request.opentelemetry().span?.setAttribute("error.type", code);
      });
    },
    within,
  };
}

function within<Result>(request: FastifyRequest, work: () => Result): Result {
  const { context: own } = request.opentelemetry();
  return own ? context.with(own, work) : work();
}
