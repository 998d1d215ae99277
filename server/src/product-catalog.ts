import type { Logger } from "pino";
import type { Engine } from "./engine/engine.ts";
import type { Kind } from "./engine/kind.ts";
import type { OnStopped } from "./engine/stops.ts";
import { type CatalogKindOptions, createCatalogKind } from "./features/catalog/catalog.kind.ts";
import { createImgurDestination } from "./features/catalog/imgur-destination.ts";
import type { CatalogRoutesOptions } from "./features/catalog/route-options.ts";
import { createStorageDestination } from "./features/catalog/storage-destination.ts";
import { createTellOfBegins, createTellOfEnds } from "./features/catalog/tell-of-requests.ts";
import { createForeignPictures } from "./foreign-pictures.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import { createImgur } from "./platform/imgur/imgur.ts";
import type { Outbound } from "./platform/outbound/outbound.ts";
import type { Webhooks } from "./platform/webhooks/webhooks.ts";
import type { Storage } from "./storage.ts";

export interface ProductCatalog {
  /** For the engine, whose batches it reads. */
  kind(parts: Pick<CatalogKindOptions, "source" | "runPixelWork"> & { readonly read: Engine["read"] }): Kind;
  readonly onStopped: OnStopped;
  readonly routes: Omit<
    CatalogRoutesOptions,
    "engine" | "downloads" | "idempotency" | "trail" | "showPicture"
  >;
  close(): Promise<void>;
}

const dayMs = 24 * 3_600_000;
/** Of one upload to Imgur. */
const imgurMs = 60_000;

/** Catalogs of products, and all that they need. */
export function composeProductCatalog(
  config: Config,
  logger: Logger,
  database: Database,
  parts: { readonly storage: Storage; readonly outbound: Outbound; readonly webhooks: Webhooks },
): ProductCatalog {
  const { storage, outbound, webhooks } = parts;
  const { assets, links } = storage;
  const foreign = createForeignPictures();
  const now = () => new Date();
  const ownStorage = createStorageDestination({
    ...{ database, assets, log: logger, now },
    keptMs: config.CATALOG_RETENTION_DAYS === 0 ? null : config.CATALOG_RETENTION_DAYS * dayMs,
  });
  const clientId = config.IMGUR_CLIENT_ID;
  const destination =
    clientId === undefined
      ? ownStorage
      : createImgurDestination({
          imgur: createImgur({
            ...{ clientId, outbound, now: Date.now },
            baseUrl: config.IMGUR_BASE_URL,
            timeoutMs: imgurMs,
          }),
          ...{ storage: ownStorage, log: logger, now },
          retryBaseMs: config.RETRY_BASE_MS,
        });
  const onStopped = createTellOfEnds({ webhooks });
  return {
    kind: ({ source, runPixelWork, read }) =>
      createCatalogKind({
        ...{ source, runPixelWork, destination, now, log: logger, random: Math.random },
        convertForeign: (bytes, wish, signal) => foreign.convert(bytes, wish, { signal, runPixelWork }),
        onBegun: createTellOfBegins({ webhooks, database, read }),
        concurrency: config.CATALOG_CONCURRENCY,
        retryBaseMs: config.RETRY_BASE_MS,
        retentionDays: config.RESULT_RETENTION_DAYS,
      }),
    onStopped,
    close: foreign.close,
    routes: {
      ...{ database, assets, links, now, tellOfEnd: onStopped },
      publicBaseUrl: config.PUBLIC_BASE_URL ?? null,
      basePath: config.BASE_PATH,
      cacheScope: config.AUTH === "all" ? "private" : "public",
      mayConfigure: ({ admin, method }) => config.AUTH !== "all" || admin || method === "api_key",
      rate: config.CATALOG_RATE_LIMIT,
    },
  };
}
