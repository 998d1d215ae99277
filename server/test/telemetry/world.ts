import { rm } from "node:fs/promises";
import { pino } from "pino";
import { type App, createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/platform/config.ts";
import { loadTelemetry } from "../../src/platform/tracing/load-telemetry.ts";
import type { Telemetry } from "../../src/platform/tracing/telemetry.ts";
import { type AnalysisClient, analysisClient } from "../analysis/client.ts";
import { type Origin, startOrigin } from "../analysis/origin.ts";
import { hurried } from "../analysis/world.ts";
import { databaseFolder } from "../database-folder.ts";
import { type Collector, startCollector } from "../simulators/collector.ts";
import type { SeenSpan } from "../simulators/otlp-messages.ts";

export interface TelemetryWorld {
  readonly baseUrl: string;
  readonly client: AnalysisClient;
  readonly origin: Origin;
  readonly collector: Collector;
  readonly telemetry: Telemetry;
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Spans of what has ended, once all of it has arrived. */
  spans(): Promise<readonly SeenSpan[]>;
  close(): Promise<void>;
}

/**
 * A service that tells a collector of itself.
 *
 * @param destination the settings that name the collector
 * @param prepare adds routes that only a test has
 */
export async function startTraced(
  destination: (collector: Collector) => Readonly<Record<string, string>>,
  {
    env = {},
    prepare = () => {},
  }: { env?: Readonly<Record<string, string>>; prepare?: (app: App) => void } = {},
): Promise<TelemetryWorld> {
  const collector = await startCollector();
  const origin = await startOrigin();
  const folder = await databaseFolder("fovea-telemetry-");
  const config = loadConfig({ DATA_DIR: folder, ...hurried, ...destination(collector), ...env });
  const log: Record<string, unknown>[] = [];
  const write = (line: string) => void log.push(JSON.parse(line));
  const telemetry = await loadTelemetry(config, {
    version: "1.2.3",
    log: { info: (...line) => logger.info(...line), warn: (...line) => logger.warn(...line) },
  });
  const logger = pino({ ...(telemetry.logFields && { mixin: telemetry.logFields }) }, { write });
  const app = await createApp(config, logger, { telemetry });
  prepare(app);
  const { port } = await app.listen();
  const baseUrl = `http://127.0.0.1:${port}`;
  return {
    ...{ baseUrl, client: analysisClient(baseUrl), origin, collector, telemetry, log },
    async spans() {
      await telemetry.flush();
      return collector.spans;
    },
    async close() {
      await app.close(0);
      await telemetry.close();
      await Promise.all([origin.close(), collector.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
