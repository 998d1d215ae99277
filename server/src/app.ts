import { hostname } from "node:os";
import { join } from "node:path";
import { configureSharp } from "@fovea/imaging";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { measureItems } from "./batch-metrics.ts";
import { composeBatchWork } from "./batch-work.ts";
import { analysisDialect, analysisPagesDialect } from "./features/analysis/errors.ts";
import { exportHeaders } from "./features/analysis/exports/send-export.ts";
import { createSampleBatch, wantsSample } from "./features/analysis/samples/sample-batch.ts";
import { createTellOfStops } from "./features/analysis/tell-of-stops.ts";
import { catalogDialect } from "./features/catalog/errors.ts";
import { iconsDialect } from "./features/icons/errors.ts";
import { mediaDialect } from "./features/media/errors.ts";
import { mediaHeaders } from "./features/media/routes.ts";
import { webhooksDialect } from "./features/operations/webhook-errors.ts";
import { prepareDialect } from "./features/prepare/errors.ts";
import { factHeaders } from "./features/prepare/fact-headers.ts";
import { measureFetches } from "./fetch-metrics.ts";
import { composeGeneration } from "./generation.ts";
import { composeIcons } from "./icons.ts";
import { composeEvents } from "./live-events.ts";
import { composeMedia } from "./media.ts";
import { measureMedia } from "./media-metrics.ts";
import { measureCalls } from "./model-metrics.ts";
import { loadCatalog } from "./models/catalog.ts";
import { createLedger } from "./models/ledger/ledger.ts";
import { observe } from "./observe.ts";
import { theService } from "./platform/audit/actor.ts";
import { createAudit } from "./platform/audit/audit.ts";
import { createTrail } from "./platform/audit/trail.ts";
import { createAuthentication } from "./platform/auth/authenticate.ts";
import { authSettings } from "./platform/auth/from-config.ts";
import { addAuthentication } from "./platform/auth/hook.ts";
import { signInDialect } from "./platform/auth/sign-in-dialect.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import { createDownloads } from "./platform/http/downloads.ts";
import { createHttp } from "./platform/http/http.ts";
import { bind, type Listening, listen, portOf } from "./platform/http/listen.ts";
import { collectOpenApi } from "./platform/http/openapi.ts";
import type { RegisteredRoute } from "./platform/http/routes.ts";
import { createIdempotency } from "./platform/idempotency/idempotency.ts";
import { createAdmission } from "./platform/limits/admission.ts";
import { registerInboundLimits } from "./platform/limits/inbound.ts";
import { workLimits } from "./platform/limits/work-limits.ts";
import { createMetrics, measureRequests } from "./platform/metrics.ts";
import { createMetricsServer } from "./platform/metrics-server.ts";
import { fingerprintsOf } from "./platform/processes/fingerprints.ts";
import { createProcesses } from "./platform/processes/processes.ts";
import { loadSecrets } from "./platform/secrets.ts";
import { noTelemetry, type Telemetry } from "./platform/tracing/telemetry.ts";
import { composeProductCatalog } from "./product-catalog.ts";
import { openRedis } from "./redis.ts";
import { routesOf } from "./routes.ts";
import { composeStorage } from "./storage.ts";
import { openService } from "./stored.ts";
import { startSweeping } from "./sweep.ts";
import { composeOutbound, composeWebhooks } from "./webhooks.ts";

export interface App {
  readonly http: FastifyInstance;
  readonly routes: readonly RegisteredRoute[];
  /** Starts answering; resolves with the ports taken, `ports` being all those of the service. */
  listen(): Promise<{
    readonly port: number;
    readonly ports: readonly number[];
    readonly metricsPort: number | null;
  }>;
  /** From now on readiness says no, and answers end their connections; everything is still answered. */
  announceEnd(): void;
  /**
   * Takes no new work, lets running requests end, and closes everything.
   *
   * @param graceMs how long they may take; 0 cuts them off
   */
  close(graceMs: number): Promise<void>;
}

export const version = "0.1.0";

/** Work that would wait longer than this is refused: within a client's patience, and far from its time-out. */
const maxWaitMs = 4000;

export interface AppOptions {
  /** One that is open already, and is closed by whoever opened it. */
  readonly database?: Database;
  /** The embedded database ended by itself, and has been logged: nothing that needs it works from here on. */
  readonly onDatabaseFault?: () => void;
  /** Where the built dashboard is; absent: pages are those for browsers without scripts. */
  readonly dashboard?: string | null;
  /** Closed by whoever made it, after the app. */
  readonly telemetry?: Telemetry;
}

/** Opens the database, and puts the service together on it. */
export async function createApp(
  config: Config,
  logger: Logger,
  { database: given, onDatabaseFault = () => {}, ...options }: AppOptions = {},
): Promise<App> {
  if (given) return composeApp(config, logger, given, options);
  const database = await openService(config, logger, onDatabaseFault);
  try {
    const app = await composeApp(config, logger, database, options);
    return {
      ...app,
      async close(graceMs) {
        try {
          await app.close(graceMs);
        } finally {
          await database.close();
        }
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The composition root: the only file that knows how everything fits together. */
async function composeApp(
  config: Config,
  logger: Logger,
  database: Database,
  { dashboard = null, telemetry = noTelemetry }: Pick<AppOptions, "dashboard" | "telemetry">,
): Promise<App> {
  configureSharp();
  let ending: "no" | "soon" | "now" = "no";
  const basePath = config.BASE_PATH;
  const secrets = loadSecrets({
    dataDir: config.DATA_DIR,
    jwtSecretKey: config.JWT_SECRET_KEY,
    jwtAcceptedSecretKey: config.JWT_ACCEPTED_SECRET_KEY,
    webhookSecret: config.WEBHOOK_SECRET,
  });
  const processes = createProcesses({
    ...{ database, role: config.ROLE, version, host: hostname(), log: logger },
    fingerprints: fingerprintsOf(config, secrets.fingerprintKey),
  });
  const redis = openRedis(config.REDIS_URL, logger);
  const catalog = loadCatalog({ overrideFile: join(config.DATA_DIR, "models.json") });
  const metrics = createMetrics();
  const { trace } = telemetry;
  const live = composeEvents(logger, { redis, secrets, metrics });
  const limits = workLimits(config);
  const admission = createAdmission({ ...limits, maxWaitMs, now: () => performance.now() });
  const audit = createAudit({ database });
  const outbound = composeOutbound(config);
  const storage = composeStorage(config, database, { secrets, admission, trace });
  const webhooks = composeWebhooks(config, logger, { database, outbound, secrets, metrics, trace });
  const ledger = createLedger({
    database,
    now: Date.now,
    onError: (error) => logger.warn({ err: error }, "the books of calls were not written"),
    onEnded: measureCalls(metrics),
  });
  const generation = composeGeneration(config, logger, { database, storage, outbound, ledger, trace });
  const icons = composeIcons(config, database, { storage, generation });
  const products = composeProductCatalog(config, logger, database, { storage, outbound, webhooks });
  const tellOfStops = createTellOfStops({ webhooks, basePath });
  const work = composeBatchWork(config, logger, database, {
    ...limits,
    ...{ catalog, outbound, readAsset: storage.assets.readWhole },
    storageBucket: storage.files.bucket,
    ...{ events: live.events, ledger, icons, products, trace },
    async onStopped(tx, stop) {
      await tellOfStops(tx, stop);
      await products.onStopped(tx, stop);
    },
    measureSource: measureFetches(metrics),
    onItem: measureItems(metrics),
    onPurged: (tx, { id, name, kind, why }) =>
      audit.record(tx, { action: "batch.purge", target: id, details: { name, kind, why }, by: theService }),
  });
  const media = composeMedia(config, logger, database, {
    ...{ storage, generation, webhooks, events: live.events, trace },
    onEnded: measureMedia(metrics),
  });
  const idempotency = createIdempotency({ database });
  const trail = createTrail(audit, database);
  const downloads = createDownloads();
  observe(metrics, config, {
    ...{ version, database, redis, storage, work, media, admission, downloads },
  });

  const {
    server: http,
    routes,
    onOutcome,
  } = await createHttp({
    basePath,
    trustProxy: config.TRUST_PROXY,
    corsOrigins: config.CORS_ORIGINS ?? (config.ENVIRONMENT === "development" ? "localhost" : []),
    dialects: [
      prepareDialect,
      analysisDialect,
      mediaDialect,
      iconsDialect,
      webhooksDialect,
      catalogDialect,
      analysisPagesDialect,
      signInDialect,
    ],
    exposedHeaders: [...factHeaders, ...exportHeaders, ...mediaHeaders],
    requestTimeout: config.REQUEST_TIMEOUT_SECONDS * 1000,
    logger,
    closing: () => ending !== "no",
    draining: () => ending === "now",
    tracing: telemetry.requests,
  });
  onOutcome(measureRequests(metrics));
  const authentication = createAuthentication({
    settings: authSettings(config, secrets),
    sessionSecrets: secrets.sessionSecrets,
    clock: Date.now,
    basePath,
  });
  addAuthentication(http, authentication);

  const stopSweeping = startSweeping(config, logger, {
    idempotency,
    engine: work.engine,
    ...{ ledger, webhooks, media, icons },
  });
  http.addHook("onClose", async () => stopSweeping());
  await registerInboundLimits(http, { enabled: config.RATE_LIMITS, redis });

  await collectOpenApi(http, {
    title: "Fovea",
    version,
    description:
      "Prepares images for vision models, analyzes images by the million, makes images and icons, and makes those of a " +
      "catalog smaller. One service, one port; every error carries `X-Error-Code`.",
    basePath,
  });
  await http.register(routesOf, {
    ...{ config, version, database, redis, draining: () => ending !== "no" },
    ...{
      authentication,
      catalog,
      admission,
      storage,
      webhooks,
      work,
      media,
      icons,
      products,
      ledger,
      audit,
      trail,
      idempotency,
      downloads,
      live,
      processes,
    },
    ...{ metrics, dashboard, prefix: basePath },
  });

  const createSample = (port: number) =>
    createSampleBatch({
      database,
      engine: work.engine,
      chunkSize: config.CHUNK_SIZE,
      maxActive: config.MAX_CONCURRENT_BATCHES,
      baseUrl: `http://${config.HOST.includes(":") ? "[::1]" : "127.0.0.1"}:${port}${basePath}`,
      now: () => new Date(),
    });

  let listening: Listening | undefined;
  const metricsServer = createMetricsServer(metrics);
  telemetry.measure(metrics.registry);
  return {
    http,
    routes,
    async listen() {
      await idempotency.recover();
      // Before the first request: what is under way then is this process's own.
      await media.start();
      if (config.ROLE !== "api") await webhooks.start();
      listening = await listen(http, { host: config.HOST, port: config.PORT, ports: config.PORTS });
      const { port, ports } = listening;
      await work.start();
      if (wantsSample(config)) await createSample(port);
      await processes.start();
      if (config.METRICS_PORT === undefined) return { port, ports, metricsPort: null };
      try {
        await bind(metricsServer, "METRICS_PORT", config.HOST, config.METRICS_PORT);
      } catch (error) {
        await listening.close(0);
        throw error;
      }
      return { port, ports, metricsPort: portOf(metricsServer) };
    },
    announceEnd() {
      if (ending === "no") ending = "soon";
      processes.announceEnd();
    },
    async close(graceMs) {
      ending = "now";
      const ends: PromiseSettledResult<unknown>[] = await Promise.allSettled([
        listening ? listening.close(graceMs) : http.close(),
        work.close(graceMs),
        media.close(graceMs),
        webhooks.stop(graceMs),
      ]);
      // The last word on what was under way goes to the other processes too.
      live.close();
      redis?.disconnect();
      ends.push(...(await Promise.allSettled([generation.close(), icons.close(), products.close()])));
      // Always, and after all that waited for them: the ends of calls are written with it.
      ends.push(...(await Promise.allSettled([ledger.close()])));
      await Promise.allSettled([outbound.close(), storage.files.close(), processes.close()]);
      metricsServer.close();
      metricsServer.closeAllConnections();
      // Only now: whoever closes the database next does so when neither is at work any more.
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    },
  };
}
