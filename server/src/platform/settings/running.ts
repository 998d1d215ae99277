import { describe, flag, oneOf, text, wholeNumber } from "./kinds.ts";

/** How a process runs. */
export const running = {
  ENVIRONMENT: describe(
    oneOf(["development", "production"]).default("development"),
    "Running",
    "`development`",
    "`production` refuses development tokens, logs JSON and allows no private networks.",
  ),
  ROLE: describe(
    oneOf(["all", "api", "worker"]).default("all"),
    "Running",
    "`all`",
    "What this process does: answer requests (`api`), work on batches, media jobs and webhooks (`worker`; it answers too, for probes), or both.",
  ),
  DATA_DIR: describe(
    text.default("./data"),
    "Running",
    "`./data`",
    "The embedded database, generated secrets (mode 0600) `models.json`, and stored files where `IMAGE_STORAGE_PATH` does not say otherwise. One process at a time.",
  ),
  LOG_LEVEL: describe(
    oneOf(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
    "Running",
    "`info`",
    "The least severe log lines that are written.",
  ),
  SAMPLE: describe(
    flag.default(true),
    "Running",
    "`on`",
    "A batch of sample images at the first start in development, so that there is something to look at.",
  ),
  SHUTDOWN_DELAY_SECONDS: describe(
    wholeNumber(0, 600).default(0),
    "Running",
    "`0`",
    "How long after `SIGTERM` everything is still answered while `/health/ready` says 503: as long as a load balancer takes to notice. Then the grace begins.",
  ),
  SHUTDOWN_GRACE_SECONDS: describe(
    wholeNumber(0, 3600).default(25),
    "Running",
    "`25`",
    "How long running requests may still take after `SIGTERM`.",
  ),
} as const;
