import { join } from "node:path";
import type { Logger } from "pino";
import type { Assets } from "./assets/assets.ts";
import { createAssets } from "./assets/assets.ts";
import { createLinks, type Links } from "./assets/links.ts";
import { withoutBasePath } from "./features/media/base-url.ts";
import { callbackPath } from "./features/media/callbacks.ts";
import type { MediaJob } from "./features/media/job.ts";
import { createJobEnds } from "./features/media/job-ends.ts";
import type { MediaRoutesOptions } from "./features/media/route-options.ts";
import { mediaSteps } from "./features/media/steps.ts";
import { forgetJobs } from "./features/media/sweep-jobs.ts";
import { createWork } from "./features/media/work.ts";
import { composeImages } from "./image-models.ts";
import { createGenerations } from "./models/generation/generations.ts";
import { createPictureKeeper } from "./models/generation/pictures.ts";
import type { Ledger } from "./models/ledger/contract.ts";
import type { Quotas } from "./models/quotas/contract.ts";
import { createResize } from "./picture-sizes.ts";
import { closeInTurn } from "./platform/close-in-turn.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import type { OpenedFiles } from "./platform/files/open-files.ts";
import { openFiles } from "./platform/files/open-files.ts";
import { createJobs, type Jobs } from "./platform/jobs/jobs.ts";
import { persist } from "./platform/jobs/persist.ts";
import type { Admission } from "./platform/limits/admission.ts";
import { createHeldBytes } from "./platform/limits/held-bytes.ts";
import { downloadImage } from "./platform/outbound/download.ts";
import type { Outbound } from "./platform/outbound/outbound.ts";
import type { Secrets } from "./platform/secrets.ts";
import type { Webhooks } from "./platform/webhooks/webhooks.ts";

export interface Storage {
  readonly files: OpenedFiles;
  readonly assets: Assets;
  readonly links: Links;
  /** The same picture in another format. */
  readonly convert: ReturnType<typeof createResize>["convert"];
}

/** Stored pictures, for all features. */
export function composeStorage(
  config: Config,
  database: Database,
  { secrets, admission }: { readonly secrets: Secrets; readonly admission: Admission },
): Storage {
  const files = openFiles({
    path: config.IMAGE_STORAGE_PATH ?? join(config.DATA_DIR, "files"),
    s3: {
      region: config.AWS_REGION,
      endpoint: config.AWS_ENDPOINT_URL_S3 ?? null,
      forcePathStyle: config.AWS_S3_FORCE_PATH_STYLE ?? null,
      accessKeyId: config.AWS_ACCESS_KEY_ID ?? null,
      secretAccessKey: config.AWS_SECRET_ACCESS_KEY ?? null,
      sessionToken: config.AWS_SESSION_TOKEN ?? null,
      roleArn: config.AWS_ROLE_ARN ?? null,
      webIdentityTokenFile: config.AWS_WEB_IDENTITY_TOKEN_FILE ?? null,
      roleSessionName: config.AWS_ROLE_SESSION_NAME,
      stsEndpoint: config.AWS_ENDPOINT_URL_STS ?? null,
    },
  });
  const { resize, convert } = createResize({
    admission,
    maxPixels: config.PREPARE_MAX_MEGAPIXELS * 1e6,
    deadlineMs: config.PREPARE_DEADLINE_SECONDS * 1000,
  });
  const now = () => new Date();
  return {
    files,
    convert,
    assets: createAssets({ database, files, resize, now }),
    links: createLinks({
      secret: secrets.linkSecret,
      signed: config.AUTH === "all",
      lifeMs: config.IMAGE_LINK_DAYS * dayMs,
      basePath: config.BASE_PATH,
      publicBase: config.IMAGE_STORAGE_PUBLIC_URL ?? null,
      now,
    }),
  };
}

export interface Media {
  readonly routes: Omit<MediaRoutesOptions, "idempotency" | "trail">;
  readonly jobs: Jobs;
  readonly quotas: ReadonlyMap<string, Quotas>;
  /** Takes up what processes before have left, and works. */
  start(): Promise<void>;
  /** Removes what is out of date. */
  sweep(now: Date): Promise<void>;
  /** Steps under way finish within the time of grace. */
  close(graceMs: number): Promise<void>;
}

const publicOrigin = ({ PUBLIC_BASE_URL: publicBaseUrl = "", BASE_PATH: basePath }: Config) =>
  withoutBasePath(publicBaseUrl, basePath);

const dayMs = 24 * 3_600_000;
/** Of one generated picture: more than any model makes. */
const mostPictureBytes = 64 * 2 ** 20;
/** Of those that are fetched and stored at a time. */
const heldPictureBytes = 256 * 2 ** 20;
const downloadMs = 120_000;
/** What nobody took over for so long belongs to a job that is gone. */
const arrivedKeptMs = 3 * dayMs;
/** Of pictures that are stored in a format that loses something, where nobody says. */
const usualQuality = 90;

/** Pictures made of prompts, and all that they need. */
export function composeMedia(
  config: Config,
  logger: Logger,
  database: Database,
  parts: {
    readonly storage: Storage;
    readonly outbound: Outbound;
    readonly ledger: Ledger;
    readonly webhooks: Webhooks;
    readonly onEnded: (job: MediaJob) => void;
  },
): Media {
  const { storage, outbound, ledger, webhooks } = parts;
  const { files, assets, links } = storage;
  const closing = new AbortController();
  const now = () => new Date();
  const images = composeImages(config, logger, {
    database,
    // Only an address that the world can reach is worth telling.
    callback: (id) =>
      config.PUBLIC_BASE_URL?.startsWith("https://")
        ? { url: `${publicOrigin(config)}${config.BASE_PATH}${callbackPath}/${id}` }
        : null,
  });
  const generations = createGenerations({
    ...{ database, lines: images.lines, ledger },
    keeper: createPictureKeeper({
      put: (name, bytes) => files.put(name, bytes, { contentType: "application/octet-stream" }),
      list: (prefix) => files.list(prefix),
    }),
    giveUpMs: config.MEDIA_TIMEOUT_SECONDS * 1_000,
    persist: (work) => persist(work, closing.signal),
    now: Date.now,
    random: Math.random,
  });
  const jobs = createJobs({ database, log: logger, queues: [mediaSteps] });
  const ends = createJobEnds(database);
  const keptMs = config.MEDIA_RETENTION_DAYS === 0 ? null : config.MEDIA_RETENTION_DAYS * dayMs;
  const work = createWork({
    ...{ database, jobs, generations, assets, webhooks, links, keptMs, now },
    room: createHeldBytes({ totalBytes: heldPictureBytes, maxBytes: mostPictureBytes }),
    download: (url, signal) =>
      downloadImage(outbound, url, { maxBytes: mostPictureBytes, totalMs: downloadMs, signal }),
    async readArrived(file, signal) {
      const opened = await files.read(file, { signal });
      return opened && Buffer.concat(await opened.bytes.toArray());
    },
    removeFile: (name) => files.remove(name),
    convert: (bytes, { format, quality }, signal) =>
      storage.convert(bytes, { format, quality: quality ?? usualQuality }, signal),
    retryBaseMs: config.RETRY_BASE_MS,
    onEnded(job) {
      ends.tell(job);
      parts.onEnded(job);
    },
  });
  if (config.ROLE !== "api") {
    jobs.work(mediaSteps, work.handle);
    jobs.workDead(mediaSteps, work.handleDead);
  }
  return {
    jobs,
    quotas: images.quotas,
    routes: {
      ...{ database, models: images.models, generations, jobs, assets, links, ends },
      maxRetries: config.MEDIA_MAX_RETRIES,
      basePath: config.BASE_PATH,
      publicBaseUrl: config.PUBLIC_BASE_URL ?? null,
      storage: { provider: files.kind === "s3" ? "s3" : "local", bucket: files.bucket },
      cacheScope: config.AUTH === "all" ? "private" : "public",
      callbacks: {
        ...{ database, generations, jobs },
        async verify(origin, delivery) {
          const secret = await images.secretOf(origin);
          const callbacks = images.lines.get(origin.provider)?.provider.callbacks;
          return secret !== null && callbacks?.verify({ ...delivery, secret, now: Date.now() }) === true;
        },
      },
      rates: { create: config.MEDIA_CREATE_RATE_LIMIT, status: config.MEDIA_STATUS_RATE_LIMIT },
    },
    async start() {
      await files.check();
      await jobs.start();
    },
    async sweep(at) {
      const dropArrived = async () => {
        for await (const file of files.list("arrived/"))
          if (file.modifiedAt.getTime() < at.getTime() - arrivedKeptMs) await files.remove(file.name);
      };
      const forget = async (ms: number) => forgetJobs(database, generations, new Date(at.getTime() - ms));
      // Each whatever becomes of the others: one file that cannot be removed must not keep everything else.
      const swept = await Promise.allSettled([
        assets.sweep(at),
        keptMs === null ? null : forget(keptMs),
        dropArrived(),
      ]);
      for (const each of swept) if (each.status === "rejected") throw each.reason;
    },
    close: (graceMs) =>
      closeInTurn(
        [() => jobs.stop(graceMs)],
        [
          async () => {
            closing.abort(new Error("The service is closing."));
          },
          () => images.close(),
        ],
      ),
  };
}
