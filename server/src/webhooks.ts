import type { Logger } from "pino";
import { Counter } from "prom-client";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import { gauge, type Metrics } from "./platform/metrics.ts";
import { createOutbound, type Outbound } from "./platform/outbound/outbound.ts";
import type { Secrets } from "./platform/secrets.ts";
import { noTrace, type Trace } from "./platform/tracing/trace.ts";
import { createWebhooks, type Webhooks } from "./platform/webhooks/webhooks.ts";

/** The guard of every address that somebody else wrote. */
export const composeOutbound = ({ ALLOW_PRIVATE_NETWORKS, ENVIRONMENT }: Config): Outbound =>
  createOutbound({
    allowPrivate: ALLOW_PRIVATE_NETWORKS ?? (ENVIRONMENT === "development" ? ["loopback"] : []),
  });

/** Webhooks of all features, with what is counted of them. */
export function composeWebhooks(
  config: Config,
  logger: Logger,
  {
    database,
    outbound,
    secrets,
    metrics,
    trace = noTrace,
  }: {
    readonly database: Database;
    readonly outbound: Outbound;
    readonly secrets: Secrets;
    readonly metrics: Metrics;
    readonly trace?: Trace;
  },
): Webhooks {
  const attempts = new Counter({
    name: "fovea_webhook_attempts_total",
    help: "Attempts to deliver a webhook, delivered or failed. Of this process.",
    labelNames: ["outcome"],
    registers: [metrics.registry],
  });
  const givenUp = new Counter({
    name: "fovea_webhooks_given_up_total",
    help: "Webhooks that are not attempted any more, after the last attempt or because their receiver is gone. Of this process.",
    registers: [metrics.registry],
  });
  const webhooks = createWebhooks({
    ...{ database, outbound, trace, log: logger, now: Date.now },
    secrets: () => secrets.webhookSecrets,
    baseMs: config.RETRY_BASE_MS,
    onEnded({ code, state }) {
      attempts.inc({ outcome: code === null ? "delivered" : "failed" });
      if (state === "failed") givenUp.inc();
    },
  });
  gauge(
    metrics,
    "fovea_webhook_receivers_resting",
    "Receivers of webhooks that are not asked for now. Of this process.",
    () => webhooks.state().resting,
  );
  return webhooks;
}
