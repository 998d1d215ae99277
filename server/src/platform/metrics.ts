import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { OutcomeListener } from "./http/outcome.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Its answer has no end of its own: how long somebody listened says nothing about the service. */
    endless?: boolean;
  }
}

/** Prometheus metrics of one service; nothing is global, so two can live in one process. */
export interface Metrics {
  readonly registry: Registry;
  readonly contentType: string;
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return { registry, contentType: registry.contentType, text: () => registry.metrics() };
}

/**
 * Counts and times requests by route, not by address: an address has ids in it, and metrics must stay few. The status of
 * a request whose client left before the answer is `client_gone`.
 */
export function measureRequests({ registry }: Metrics): OutcomeListener {
  const duration = new Histogram({
    name: "fovea_http_request_duration_seconds",
    help: "Time from the first byte of a request to the last of its answer. Of this process.",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const errors = new Counter({
    name: "fovea_http_errors_total",
    help: "Error answers by code. Of this process.",
    labelNames: ["code"],
    registers: [registry],
  });
  return (outcome, request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    const status = outcome.state === "answered" ? String(outcome.status) : outcome.state;
    if (request.routeOptions.config.endless && reply.statusCode < 400) return;
    duration.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    const code = outcome.state === "answered" ? reply.getHeader("x-error-code") : undefined;
    if (typeof code === "string") errors.inc({ code });
  };
}

/** A gauge that asks for its value when it is read. */
export function gauge({ registry }: Metrics, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}
