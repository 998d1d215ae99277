import type { settings } from "../settings.ts";

type Name = keyof typeof settings;

/**
 * Settings that are a process's own: where it runs, in which role, how much it does at a time, whom it tells. All others
 * have to be the same in all processes that share a database: what one signs, stores, counts or knows another relies on.
 */
export const ownSettings: ReadonlySet<string> = new Set<Name>([
  ...(["HOST", "PORT", "PORTS", "METRICS_PORT", "TRUST_PROXY", "CORS_ORIGINS"] as const),
  ...([
    "ROLE",
    "DATA_DIR",
    "LOG_LEVEL",
    "SAMPLE",
    "SHUTDOWN_DELAY_SECONDS",
    "SHUTDOWN_GRACE_SECONDS",
  ] as const),
  // Each of these leads to the same database, and may do so by another way.
  ...(["DATABASE_URL", "DATABASE_LISTEN_URL", "DATABASE_POOL_SIZE", "DATABASE_MIGRATIONS"] as const),
  ...([
    "REQUEST_TIMEOUT_SECONDS",
    "PREPARE_CONCURRENCY",
    "PREPARE_MEMORY_MB",
    "PREPARE_DEADLINE_SECONDS",
  ] as const),
  ...(["ORIGIN_CONCURRENCY", "ORIGIN_RATE_PER_SECOND", "IMAGE_TIMEOUT_SECONDS"] as const),
  ...(["MAX_CONCURRENT_WORKERS", "MAX_CONCURRENT_REQUESTS", "OPENAI_CONCURRENCY"] as const),
  ...(["MEDIA_CONCURRENCY", "A1111_CONCURRENCY", "ICON_CONCURRENCY", "CATALOG_CONCURRENCY"] as const),
  // Clouds give each machine its own, and renew them.
  ...([
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_SESSION_NAME",
    "S3_SESSION_TOKEN",
  ] as const),
  ...(["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_SERVICE_NAME"] as const),
  ...(["OTEL_RESOURCE_ATTRIBUTES", "OTEL_TRACES_SAMPLER_ARG", "OTEL_METRICS_EXPORTER"] as const),
  ...(["APPLICATIONINSIGHTS_CONNECTION_STRING", "METRICS_TOKEN"] as const),
]);
