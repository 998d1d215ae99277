import type { FastifyPluginAsync } from "fastify";
import type { Metrics } from "../../platform/metrics.ts";

export interface OperationsOptions {
  /** What this build calls itself. */
  readonly version: string;
  readonly draining: () => boolean;
  /** Whether the database answers. */
  readonly database: () => Promise<boolean>;
  /** Whether Redis answers; null where none is configured. */
  readonly redis: () => Promise<boolean> | null;
  readonly environment: string;
  /** What somebody should look at soon: sentences, without secrets. */
  readonly warnings: () => readonly string[];
  /** What the batch API works with. */
  readonly batches: {
    readonly chunkSize: number;
    readonly maxConcurrentBatches: number;
    readonly maxConcurrentWorkers: number;
    readonly apiKeys: number;
  };
  readonly metrics: Metrics;
  /** False where metrics have a port of their own. */
  readonly serveMetrics: boolean;
  /** What the features say of themselves, by name. */
  readonly summaries: Readonly<Record<string, () => Readonly<Record<string, unknown>>>>;
  readonly capabilities: {
    readonly supported_providers: readonly string[];
    readonly features: readonly string[];
    readonly read_formats: readonly string[];
    readonly write_formats: readonly string[];
  };
}

const tags = ["operations"];
const probe = { access: "public", probe: true } as const;

/** Whether the service lives, whether it takes work, and how it is doing. */
export const operationsRoutes: FastifyPluginAsync<OperationsOptions> = async (http, options) => {
  const now = () => new Date().toISOString();

  /** The body that the batch and the media API share. */
  const apiHealth = async () => {
    const timestamp = now();
    const [database, redis] = await Promise.all([options.database(), options.redis()]);
    const status = database && redis !== false ? "healthy" : "degraded";
    const { batches } = options;
    return {
      success: true,
      status,
      // That of the documents, which their clients compare.
      version: "1.0.0",
      environment: options.environment,
      services: { database, redis: redis !== false },
      data: {
        status,
        database: database ? "connected" : "disconnected",
        redis: redis === null ? "not_configured" : redis ? "connected" : "disconnected",
        config: {
          chunk_size: batches.chunkSize,
          max_concurrent_batches: batches.maxConcurrentBatches,
          max_concurrent_workers: batches.maxConcurrentWorkers,
          api_keys_count: batches.apiKeys,
        },
        warnings: options.warnings(),
      },
      timestamp,
    };
  };

  http.get("/health", {
    config: probe,
    schema: {
      tags,
      operationId: "getHealth",
      summary: "The health answer that clients of the prepare API look for",
    },
    // Name and version are the reference document's, which its clients compare.
    handler: async () => {
      const database = await options.database();
      return {
        status: database ? "healthy" : "degraded",
        service: "image-processor",
        version: "1.0",
        services: { database },
        timestamp: now(),
      };
    },
  });

  http.get("/api/v1/health", {
    config: probe,
    schema: {
      tags,
      operationId: "getApiHealth",
      summary: "The health answer that clients of the batch and media APIs look for, in one body",
    },
    handler: apiHealth,
  });

  http.get("/api/v1/health/live", {
    config: probe,
    schema: { tags, operationId: "getApiLiveness", summary: "Liveness, as the media API's document has it" },
    handler: async () => ({ status: "alive" }),
  });

  http.get("/api/v1/health/ready", {
    config: probe,
    schema: {
      tags,
      operationId: "getApiReadiness",
      summary: "Readiness, as the media API's document has it: the health answer, 503 as `/health/ready`",
    },
    handler: async (_request, reply) => {
      const health = await apiHealth();
      return reply.code(options.draining() || !health.services.database ? 503 : 200).send(health);
    },
  });

  http.get("/health/live", {
    config: probe,
    schema: { tags, operationId: "getLiveness", summary: "Liveness: the process answers" },
    handler: async () => ({ status: "alive", service: "fovea", timestamp: now() }),
  });

  http.get("/health/ready", {
    config: probe,
    schema: {
      tags,
      operationId: "getReadiness",
      summary: "Readiness: 503 while the service shuts down, or its database is out of reach",
    },
    handler: async (_request, reply) => {
      const draining = options.draining();
      const database = await options.database();
      return reply.code(draining || !database ? 503 : 200).send({
        status: draining ? "draining" : database ? "ready" : "unavailable",
        checks: { accepting_work: !draining, database },
        timestamp: now(),
      });
    },
  });

  http.get("/health/capabilities", {
    config: probe,
    schema: { tags, operationId: "getCapabilities", summary: "What this service can read, write and fit to" },
    handler: async () => options.capabilities,
  });

  http.get("/api/v1/stats", {
    config: { access: "admin" },
    schema: {
      tags,
      operationId: "getStatistics",
      summary: "Counters since the start of this process; for the administrator",
    },
    handler: async () => ({
      success: true,
      version: options.version,
      uptime_seconds: Math.round(process.uptime()),
      memory_mb: Math.round(process.memoryUsage.rss() / 2 ** 20),
      ...Object.fromEntries(Object.entries(options.summaries).map(([name, summary]) => [name, summary()])),
      timestamp: now(),
    }),
  });

  if (options.serveMetrics) {
    http.get("/metrics", {
      config: { access: "metrics", probe: true },
      schema: { tags, operationId: "getMetrics", summary: "Prometheus metrics" },
      handler: async (_request, reply) =>
        reply.type(options.metrics.contentType).send(await options.metrics.text()),
    });
  }
};
