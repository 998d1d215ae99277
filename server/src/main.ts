import { existsSync } from "node:fs";
import { createApp, version } from "./app.ts";
import { loadConfig } from "./platform/config.ts";
import { AppError } from "./platform/errors.ts";
import { createLogger } from "./platform/logger.ts";

/** Environment → configuration → app → listen → signals. */
async function main(): Promise<void> {
  const startedAt = performance.now();
  if (existsSync(".env")) process.loadEnvFile(".env");
  const config = loadConfig(process.env);
  const logger = createLogger({
    level: config.LOG_LEVEL,
    pretty: config.ENVIRONMENT === "development" && process.stdout.isTTY === true,
  });
  const app = await createApp(config, logger);
  const { port, metricsPort } = await app.listen();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const origin = config.PUBLIC_BASE_URL ?? `http://${urlHost(config.HOST)}:${port}${config.BASE_PATH}`;
  if (config.ENVIRONMENT === "production") logger.info({ port, metricsPort, version }, "ready");
  else process.stdout.write(banner(origin, seconds, config.AUTH));

  let ending = false;
  const end = async (reason: string, graceMs: number) => {
    // A second signal means now.
    if (ending) process.exit(1);
    ending = true;
    logger.info({ reason, graceMs }, "closing");
    await app.close(graceMs);
    process.exit(0);
  };
  const drain = config.SHUTDOWN_GRACE_SECONDS * 1000;
  process.on("SIGINT", () => void end("SIGINT", 0));
  process.on("SIGTERM", () => void end("SIGTERM", drain));
  process.on("SIGHUP", () => void end("SIGHUP", drain));
  // The start command holds the other end of this channel; that it closed means that the command was killed.
  process.on("disconnect", () => void end("the start command ended", drain));
}

/** 0.0.0.0 and :: are where one listens, not what one can open. */
function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

const banner = (origin: string, seconds: string, auth: string) => `
  Fovea ${version}   ready in ${seconds} s   (AUTH=${auth})

  API docs    ${origin}/docs
  OpenAPI     ${origin}/openapi.json
  Health      ${origin}/health

  Try it      curl -H "Authorization: Bearer test-token" ${origin}/api/v1/providers
  Stop        Ctrl-C

`;

main().catch((error: unknown) => {
  // What an operator can mend is told without a stack; anything else is a bug and keeps it.
  process.stderr.write(`${error instanceof AppError ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exit(1);
});
