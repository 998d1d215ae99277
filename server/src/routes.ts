import type { FastifyPluginAsync } from "fastify";
import type { Redis } from "ioredis";
import type { BatchWork } from "./batch-work.ts";
import { uploadForm } from "./features/analysis/pages/upload-form.ts";
import { analysisRoutes } from "./features/analysis/routes.ts";
import { sampleRoutes } from "./features/analysis/samples/routes.ts";
import { catalogRoutes } from "./features/catalog/routes.ts";
import { dashboardRoutes } from "./features/dashboard/routes.ts";
import { iconRoutes } from "./features/icons/routes.ts";
import { mediaRoutes } from "./features/media/routes.ts";
import { auditRoutes } from "./features/operations/audit-routes.ts";
import { configurationRoutes } from "./features/operations/configuration-routes.ts";
import { processRoutes } from "./features/operations/process-routes.ts";
import { quotaRoutes } from "./features/operations/quota-routes.ts";
import { operationsRoutes } from "./features/operations/routes.ts";
import { setupRoutes } from "./features/operations/setup-routes.ts";
import { webhookRoutes } from "./features/operations/webhook-routes.ts";
import { prepareRoutes } from "./features/prepare/routes.ts";
import type { Icons } from "./icons.ts";
import type { LiveEvents } from "./live-events.ts";
import type { Media } from "./media.ts";
import type { Catalog } from "./models/catalog.ts";
import type { Ledger } from "./models/ledger/contract.ts";
import type { Audit } from "./platform/audit/audit.ts";
import type { Trail } from "./platform/audit/trail.ts";
import type { Authentication } from "./platform/auth/authenticate.ts";
import { createShowPage } from "./platform/auth/show-page.ts";
import { signInRoutes } from "./platform/auth/sign-in.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import { eventStreamRoutes } from "./platform/events/routes.ts";
import { createAppPages } from "./platform/http/app-page.ts";
import type { Downloads } from "./platform/http/downloads.ts";
import { openApiRoutes } from "./platform/http/openapi.ts";
import type { Idempotency } from "./platform/idempotency/idempotency.ts";
import type { Admission } from "./platform/limits/admission.ts";
import { limitTo } from "./platform/limits/inbound.ts";
import type { Metrics } from "./platform/metrics.ts";
import type { Processes } from "./platform/processes/processes.ts";
import { shownSettings } from "./platform/shown-settings.ts";
import type { Webhooks } from "./platform/webhooks/webhooks.ts";
import type { ProductCatalog } from "./product-catalog.ts";
import { composeSetup } from "./setup.ts";
import type { Storage } from "./storage.ts";

/** What the service was put together of, as far as requests reach it. */
interface Parts {
  readonly config: Config;
  readonly version: string;
  readonly database: Database;
  readonly redis: Redis | null;
  readonly draining: () => boolean;
  readonly authentication: Authentication;
  readonly catalog: Catalog;
  readonly admission: Admission;
  readonly storage: Storage;
  readonly webhooks: Webhooks;
  readonly work: BatchWork;
  readonly media: Media;
  readonly icons: Icons;
  readonly products: ProductCatalog;
  readonly ledger: Ledger;
  readonly audit: Audit;
  readonly trail: Trail;
  readonly idempotency: Idempotency;
  readonly downloads: Downloads;
  readonly live: LiveEvents;
  readonly processes: Processes;
  readonly metrics: Metrics;
  /** Where the built dashboard is; null: pages are plain. */
  readonly dashboard: string | null;
}

/** Everything that is answered below the base path. */
export const routesOf: FastifyPluginAsync<Parts> = async (scope, parts) => {
  const { config, version, database, redis, draining, authentication, catalog, admission } = parts;
  const {
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
    metrics,
    dashboard,
  } = parts;
  const basePath = config.BASE_PATH;
  const showPage = createShowPage(
    authentication,
    createAppPages({ folder: dashboard, basePath, pictureOrigins: pictureOrigins(config) }),
  );
  await scope.register(signInRoutes, {
    authentication,
    limit: limitTo("sign-in", config.SIGN_IN_RATE_LIMIT),
  });
  await scope.register(openApiRoutes);
  await scope.register(prepareRoutes, {
    catalog,
    admission,
    work: {
      maxPixels: config.PREPARE_MAX_MEGAPIXELS * 1e6,
      deadlineMs: config.PREPARE_DEADLINE_SECONDS * 1000,
    },
    rate: config.PREPARE_RATE_LIMIT,
    readAsset: storage.assets.readWhole,
  });
  await scope.register(analysisRoutes, {
    engine: work.engine,
    idempotency,
    chunkSize: config.CHUNK_SIZE,
    maxActive: config.MAX_CONCURRENT_BATCHES,
    choices: work.models.choices,
    lanes: work.models.lanes,
    waitingUntil: work.models.waitingUntil,
    termsOf: work.models.termsOf,
    ledger: ledger,
    trail,
    downloads,
    ...{ showPage, showPicture: work.showPicture },
    rate: config.ANALYSIS_RATE_LIMIT,
    now: () => new Date(),
  });
  await scope.register(sampleRoutes);
  await scope.register(iconRoutes, {
    ...{ ...icons.routes, engine: work.engine, ends: work.ends },
    ...{ downloads, idempotency, trail },
  });
  await scope.register(catalogRoutes, {
    ...{ ...products.routes, engine: work.engine, showPicture: work.showPicture },
    ...{ downloads, idempotency, trail },
  });
  await scope.register(mediaRoutes, { ...media.routes, idempotency, trail });
  await scope.register(webhookRoutes, {
    ...{ webhooks, trail, now: () => new Date() },
    seesAll: ({ admin }) => admin || config.AUTH !== "all",
    rate: config.WEBHOOK_RATE_LIMIT,
  });
  const topics = [...work.topics, media.topic];
  await scope.register(eventStreamRoutes, live.streams(topics));
  await scope.register(live.sockets(topics, authentication).routes);
  await scope.register(auditRoutes, { audit, now: () => new Date() });
  await scope.register(configurationRoutes, { settings: shownSettings(config), now: () => new Date() });
  await scope.register(processRoutes, { processes: parts.processes, now: () => new Date() });
  await scope.register(quotaRoutes, {
    quotas: new Map([...work.models.quotas, ...media.quotas]),
    usual: work.models.usualQuotas,
    ledger: ledger,
    warnings: work.models.warnings,
    trail,
    now: () => new Date(),
  });
  await scope.register(setupRoutes, {
    ...composeSetup(config, { version, database, work, media, icons }),
    ...{ trail, now: () => new Date() },
  });
  await scope.register(operationsRoutes, {
    version,
    draining,
    database: () => succeeds(database.check()),
    redis: () => redis && succeeds(redis.ping()),
    environment: config.ENVIRONMENT,
    warnings: () => work.models.warnings(new Date()),
    batches: {
      chunkSize: config.CHUNK_SIZE,
      maxConcurrentBatches: config.MAX_CONCURRENT_BATCHES,
      maxConcurrentWorkers: config.MAX_CONCURRENT_WORKERS,
      apiKeys: work.models.keys,
    },
    metrics,
    serveMetrics: config.METRICS_PORT === undefined,
    summaries: { prepare: admission.state },
    capabilities: {
      supported_providers: catalog.providers().map(({ name }) => name),
      features: ["prepare", "analysis", "media", "icons", "catalog"],
      read_formats: ["JPEG", "PNG", "GIF", "WEBP"],
      write_formats: ["JPEG", "PNG", "WEBP"],
    },
  });
  await scope.register(dashboardRoutes, {
    version,
    folder: dashboard,
    ...{ basePath, showPage },
    plainHome: uploadForm(basePath),
  });
};

/** Links to stored pictures lead there. */
const pictureOrigins = ({ IMAGE_STORAGE_PUBLIC_URL: url }: Config): readonly string[] =>
  url === undefined ? [] : [new URL(url).origin];

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
