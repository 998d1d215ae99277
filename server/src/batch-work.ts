import { availableParallelism } from "node:os";
import type { Logger } from "pino";
import { createBatchEvents } from "./batch-events.ts";
import { createEngine, type Engine, type EngineOptions } from "./engine/engine.ts";
import { createAnalysisEvents } from "./features/analysis/batch-events.ts";
import { createRowsKind } from "./features/analysis/rows.kind.ts";
import { createCatalogEvents } from "./features/catalog/batch-events.ts";
import { createIconEvents, outputLine } from "./features/icons/batch-events.ts";
import { wantedOf } from "./gemini-lane.ts";
import type { Icons } from "./icons.ts";
import type { Catalog } from "./models/catalog.ts";
import { costMicros } from "./models/cost.ts";
import { storeFacts } from "./models/instructions.ts";
import type { Ledger } from "./models/ledger/contract.ts";
import { createRunPixelWork } from "./pixel-work.ts";
import { closeInTurn } from "./platform/close-in-turn.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import { createEnds, type Ends } from "./platform/ends.ts";
import type { Events } from "./platform/events/events.ts";
import type { Topic } from "./platform/events/topics.ts";
import { createAdmission } from "./platform/limits/admission.ts";
import { createHeldBytes } from "./platform/limits/held-bytes.ts";
import type { ReadAsset } from "./platform/outbound/asset-address.ts";
import { createOrigins } from "./platform/outbound/origins.ts";
import type { Outbound } from "./platform/outbound/outbound.ts";
import { createPictureSource, type PictureSource } from "./platform/outbound/picture-source.ts";
import { createS3Reader } from "./platform/outbound/s3.ts";
import type { ShowPicture } from "./platform/outbound/shown-picture.ts";
import { tracedSource } from "./platform/outbound/traced-source.ts";
import { noTrace, type Trace } from "./platform/tracing/trace.ts";
import type { ProductCatalog } from "./product-catalog.ts";
import { createShownPictures } from "./shown-pictures.ts";
import { type ComposedVision, composeVision } from "./vision.ts";

export interface BatchWork {
  readonly engine: Engine;
  /** For people who look at what batches are about. */
  readonly showPicture: ShowPicture;
  readonly models: Omit<ComposedVision, "close">;
  /** What of it can be followed. */
  readonly topics: readonly Topic[];
  /** For whoever waits for batches to end. */
  readonly ends: Ends;
  /** Takes up what processes before have left, and works. */
  start(): Promise<void>;
  /** Items under way finish within the time of grace; then everything that reaches outside is closed. */
  close(graceMs: number): Promise<void>;
}

/** Of fetched pictures that are still needed: far more than small ones take, and a bound for large ones. */
const mostHeldBytes = 512 * 2 ** 20;
/** A catalog is bound by cores, and fetches no further ahead than these need. */
const catalogShare = 4;

/** Nor do people who look at pictures keep batches from working. */
const shownShare = 8;

/** The engine with its kinds, and what these reach outside with. Nothing is worked on before `engine.run`. */
export function composeBatchWork(
  config: Config,
  logger: Logger,
  database: Database,
  {
    memoryBytes,
    catalog,
    outbound,
    readAsset,
    storageBucket,
    events,
    ledger,
    icons,
    products,
    measureSource,
    onItem,
    onPurged,
    onStopped,
    trace = noTrace,
  }: {
    readonly memoryBytes: number;
    readonly catalog: Catalog;
    /** Closed by whoever made it, after this. */
    readonly outbound: Outbound;
    readonly readAsset: ReadAsset;
    /** Where the service keeps its own files; null for a folder. */
    readonly storageBucket: string | null;
    readonly events: Pick<Events, "publish">;
    readonly ledger: Ledger;
    readonly icons: Pick<Icons, "kinds">;
    readonly products: Pick<ProductCatalog, "kind">;
    readonly measureSource: (source: PictureSource) => PictureSource;
    readonly trace?: Trace;
  } & Pick<EngineOptions, "onItem" | "onPurged" | "onStopped">,
): BatchWork {
  const origins = createOrigins({
    concurrency: config.ORIGIN_CONCURRENCY,
    perSecond: config.ORIGIN_RATE_PER_SECOND ?? null,
    patienceMs: config.ORIGIN_PATIENCE_MINUTES * 60_000,
    now: Date.now,
  });
  const s3 = createS3Reader({
    endpoint: config.S3_ENDPOINT ?? null,
    region: config.S3_REGION,
    accessKeyId: config.S3_ACCESS_KEY_ID ?? null,
    secretAccessKey: config.S3_SECRET_ACCESS_KEY ?? null,
    sessionToken: config.S3_SESSION_TOKEN ?? null,
  });
  const maxPictureBytes = config.IMAGE_MAX_MB * 2 ** 20;
  /** Each kind has a room of its own: pictures of one that wait for a core keep none of another from being fetched. */
  const sourceWith = (totalBytes: number) =>
    tracedSource(
      measureSource(
        createPictureSource({
          outbound,
          origins,
          s3,
          buckets: config.S3_BUCKETS ?? null,
          excludedBucket: storageBucket,
          maxBytes: maxPictureBytes,
          room: createHeldBytes({ totalBytes, maxBytes: maxPictureBytes }),
          totalMs: config.IMAGE_TIMEOUT_SECONDS * 1000,
          readAsset,
        }),
      ),
      trace,
    );
  /** So has it its own turns at the cores: what takes seconds for each picture leaves the others their share. */
  const pixelWork = (slots: number) =>
    createRunPixelWork(
      createAdmission({
        slots,
        memoryBytes,
        uploadBytes: 0,
        maxWaitMs: Number.POSITIVE_INFINITY,
        now: () => performance.now(),
      }),
      config.PREPARE_MAX_MEGAPIXELS * 1e6,
    );
  const models = composeVision(config, logger, {
    ...{ catalog, database, ledger, trace },
    wanted: (batchId) => wantedOf(engine, batchId),
  });
  const rows = createRowsKind({
    vision: models.vision,
    instruction: storeFacts,
    spending: {
      spent: ledger.spent,
      isPriced(name, lane) {
        const entry = models.termsOf(name)?.entry ?? null;
        return entry === null || costMicros(entry, { inputTokens: 1, outputTokens: 1 }, lane) !== null;
      },
    },
    source: sourceWith(Math.min(memoryBytes, mostHeldBytes)),
    runPixelWork: pixelWork(availableParallelism()),
    concurrency: config.MAX_CONCURRENT_REQUESTS,
    addressCacheMs: config.URL_CACHE_HOURS * 3_600_000,
    retryBaseMs: config.RETRY_BASE_MS,
    retentionDays: config.RESULT_RETENTION_DAYS,
    now: Date.now,
    random: Math.random,
  });
  const slots = Math.max(1, Math.round(config.MAX_CONCURRENT_WORKERS / config.MAX_CONCURRENT_REQUESTS));
  const engine: Engine = createEngine({
    database,
    logger,
    kinds: [
      rows,
      products.kind({
        source: sourceWith(Math.min(memoryBytes, mostHeldBytes) / catalogShare),
        // One more than cores: a picture that was made is also looked at and stored, and a core need not wait for that.
        runPixelWork: pixelWork(availableParallelism() + 1),
        read: (id) => engine.read(id),
      }),
      ...icons.kinds((batchId, line) => batchEvents.say(batchId, outputLine(batchId, line))),
    ],
    trace,
    ...(onItem ? { onItem } : {}),
    ...(onPurged ? { onPurged } : {}),
    ...(onStopped ? { onStopped } : {}),
    onProgress: (id) => batchEvents.onProgress(id),
    onChanged(id, change) {
      ends.tell(id);
      batchEvents.onChanged(id, change);
    },
    slots: config.ROLE === "api" ? 0 : slots,
  });
  const now = () => new Date();
  const kindEvents = [
    createAnalysisEvents({ engine, waitingUntil: models.waitingUntil, now }),
    createIconEvents({ engine, now }),
    createCatalogEvents({ engine }),
  ];
  const ends = createEnds(async (id) => {
    const batch = await engine.read(id);
    return !batch || ["completed", "failed", "cancelled"].includes(batch.state);
  });
  const batchEvents = createBatchEvents({ events, read: engine.read, kinds: kindEvents, log: logger });
  return {
    engine,
    models,
    ends,
    showPicture: createShownPictures({
      source: sourceWith(Math.min(memoryBytes, mostHeldBytes) / shownShare),
      runPixelWork: pixelWork(1),
    }),
    topics: kindEvents.map(({ topic }) => topic),
    async start() {
      await ledger.recover();
      if (config.ROLE !== "api") await models.start();
      await engine.run();
    },
    close: (graceMs) =>
      closeInTurn(
        [() => engine.stop(graceMs)],
        [() => origins.close(), () => batchEvents.close()],
        [() => models.close(), () => s3.close()],
      ),
  };
}
