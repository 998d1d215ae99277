import { createApp, version } from "./app.ts";
import { banner } from "./banner.ts";
import { builtDashboard } from "./built-dashboard.ts";
import { CatalogError } from "./models/catalog.ts";
import { loadConfig } from "./platform/config.ts";
import { readEnvironment } from "./platform/environment.ts";
import { AppError } from "./platform/errors.ts";
import { createLogger } from "./platform/logger.ts";
import { endOnSignals } from "./platform/signals.ts";
import { loadTelemetry } from "./platform/tracing/load-telemetry.ts";

/** Environment → configuration → app → listen → signals. */
async function main(): Promise<void> {
  const startedAt = performance.now();
  const config = loadConfig(readEnvironment());
  const development = config.ENVIRONMENT === "development";
  const telemetry = await loadTelemetry(config, {
    version,
    log: {
      info: (fields, message) => logger.info(fields, message),
      warn: (fields, message) => logger.warn(fields, message),
    },
  });
  const logger = createLogger({
    level: config.LOG_LEVEL,
    pretty: development && process.stdout.isTTY === true,
    fields: telemetry.logFields,
  });
  const app = await createApp(config, logger, {
    dashboard: builtDashboard(),
    telemetry,
    // Everything acknowledged is on the disk; whoever supervises us starts us again, and that recovers it.
    onDatabaseFault: () => process.exit(1),
  });
  let ending = false;
  endOnSignals({
    drainMs: config.SHUTDOWN_GRACE_SECONDS * 1000,
    delayMs: config.SHUTDOWN_DELAY_SECONDS * 1000,
    announce(afterMs) {
      ending = true;
      if (afterMs > 0) logger.info({ afterMs }, "ending soon; requests are still answered");
      app.announceEnd();
    },
    close: (reason, graceMs) => {
      logger.info({ reason, graceMs }, "closing");
      return app.close(graceMs).finally(() => telemetry.close());
    },
  });
  const listening = await app.listen().catch(async (error: unknown) => {
    // What is missing at the start of a process that is closed meanwhile was closed before: that one ends it.
    if (ending) return null;
    await app.close(0);
    throw error;
  });
  if (listening === null) return;
  const { port, metricsPort } = listening;
  const ms = Math.round(performance.now() - startedAt);
  if (development) process.stdout.write(banner(config, { version, port, ms }));
  logger.info({ port, metricsPort, version, ms }, "ready");
}

main().catch((error: unknown) => {
  // What an operator can mend is told without a stack; anything else is a bug and keeps it.
  const mendable = error instanceof AppError || error instanceof CatalogError;
  process.stderr.write(`${mendable ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exit(1);
});
