import { createApp, version } from "./app.ts";
import { banner } from "./banner.ts";
import { builtDashboard } from "./built-dashboard.ts";
import { CatalogError } from "./models/catalog.ts";
import { loadConfig } from "./platform/config.ts";
import { readEnvironment } from "./platform/environment.ts";
import { AppError } from "./platform/errors.ts";
import { createLogger } from "./platform/logger.ts";
import { endOnSignals } from "./platform/signals.ts";

/** Environment → configuration → app → listen → signals. */
async function main(): Promise<void> {
  const startedAt = performance.now();
  const config = loadConfig(readEnvironment());
  const development = config.ENVIRONMENT === "development";
  const logger = createLogger({
    level: config.LOG_LEVEL,
    pretty: development && process.stdout.isTTY === true,
  });
  const app = await createApp(config, logger, {
    dashboard: builtDashboard(),
    // Everything acknowledged is on the disk; whoever supervises us starts us again, and that recovers it.
    onDatabaseFault: () => process.exit(1),
  });
  endOnSignals({
    drainMs: config.SHUTDOWN_GRACE_SECONDS * 1000,
    close: (reason, graceMs) => {
      logger.info({ reason, graceMs }, "closing");
      return app.close(graceMs);
    },
  });
  const { port, metricsPort } = await app.listen().catch(async (error: unknown) => {
    await app.close(0);
    throw error;
  });
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
