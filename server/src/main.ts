import { createApp, version } from "./app.ts";
import { CatalogError } from "./models/catalog.ts";
import { type Config, loadConfig } from "./platform/config.ts";
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
  if (development) process.stdout.write(banner(config, port, ms));
  logger.info({ port, metricsPort, version, ms }, "ready");
}

function banner(config: Config, port: number, ms: number): string {
  const origin = config.PUBLIC_BASE_URL ?? `http://${urlHost(config.HOST)}:${port}${config.BASE_PATH}`;
  const token = config.DEV_TOKENS === undefined ? "test-token" : "$TOKEN";
  return `
  Fovea ${version}   ready in ${(ms / 1000).toFixed(1)} s   (AUTH=${config.AUTH})

  API docs    ${origin}/docs
  OpenAPI     ${origin}/openapi.json
  Health      ${origin}/health

  Try it      curl -H "Authorization: Bearer ${token}" ${origin}/api/v1/providers
  Stop        Ctrl-C

`;
}

/** 0.0.0.0 and :: are where one listens, not what one can open. */
function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

main().catch((error: unknown) => {
  // What an operator can mend is told without a stack; anything else is a bug and keeps it.
  const mendable = error instanceof AppError || error instanceof CatalogError;
  process.stderr.write(`${mendable ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exit(1);
});
