import type { Logger } from "pino";
import type { MediaJob } from "./features/media/job.ts";
import { hasEnded } from "./features/media/job.ts";
import { createJobEvents } from "./features/media/job-events.ts";
import { readJob } from "./features/media/job-store.ts";
import type { MediaRoutesOptions } from "./features/media/route-options.ts";
import { mediaSteps } from "./features/media/steps.ts";
import { forgetJobs } from "./features/media/sweep-jobs.ts";
import { createWork } from "./features/media/work.ts";
import type { Generation } from "./generation.ts";
import type { Quotas } from "./models/quotas/contract.ts";
import { closeInTurn } from "./platform/close-in-turn.ts";
import type { Config } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import { createEnds } from "./platform/ends.ts";
import type { Events } from "./platform/events/events.ts";
import type { Topic } from "./platform/events/topics.ts";
import { createJobs, type Jobs } from "./platform/jobs/jobs.ts";
import { noTrace, type Trace } from "./platform/tracing/trace.ts";
import type { Webhooks } from "./platform/webhooks/webhooks.ts";
import type { Storage } from "./storage.ts";

export interface Media {
  readonly routes: Omit<MediaRoutesOptions, "idempotency" | "trail">;
  readonly jobs: Jobs;
  readonly quotas: ReadonlyMap<string, Quotas>;
  /** What of it can be followed. */
  readonly topic: Topic;
  /** Takes up what processes before have left, and works. */
  start(): Promise<void>;
  /** Removes what is out of date. */
  sweep(now: Date): Promise<void>;
  /** Steps under way finish within the time of grace. */
  close(graceMs: number): Promise<void>;
}

const dayMs = 24 * 3_600_000;
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
    readonly generation: Generation;
    readonly webhooks: Webhooks;
    readonly events: Pick<Events, "publish">;
    readonly onEnded: (job: MediaJob) => void;
    readonly trace?: Trace;
  },
): Media {
  const { storage, generation, webhooks, trace = noTrace } = parts;
  const { generations, models, lines, pictures, secretOf } = generation;
  const { files, assets, links } = storage;
  const now = () => new Date();
  const jobs = createJobs({ database, log: logger, queues: [mediaSteps] });
  const ends = createEnds(async (id) => {
    const job = await readJob(database.sql, id);
    return !job || hasEnded(job.state);
  });
  const told = createJobEvents({
    ...{ database, generations, assets, links, log: logger },
    events: parts.events,
  });
  const keptMs = config.MEDIA_RETENTION_DAYS === 0 ? null : config.MEDIA_RETENTION_DAYS * dayMs;
  const work = createWork({
    ...{ database, jobs, generations, assets, webhooks, links, keptMs, now },
    ...pictures,
    convert: (bytes, { format, quality }, signal) =>
      storage.sizes.convert(bytes, { format, quality: quality ?? usualQuality }, signal),
    retryBaseMs: config.RETRY_BASE_MS,
    onWentOn: told.wentOn,
    onEnded(job) {
      ends.tell(job.id);
      told.ended(job.id);
      parts.onEnded(job);
    },
  });
  if (config.ROLE !== "api") {
    jobs.work(mediaSteps, (step, signal) =>
      trace(
        "media step",
        {
          ...{ kind: "consumer", root: true },
          attributes: { "fovea.job.id": step.data.jobId, "fovea.attempt": step.attempt },
        },
        () => work.handle(step, signal),
      ),
    );
    jobs.workDead(mediaSteps, work.handleDead);
  }
  return {
    jobs,
    topic: told.topic,
    quotas: generation.quotas,
    routes: {
      ...{ database, models, generations, jobs, assets, links, ends, told },
      maxRetries: config.MEDIA_MAX_RETRIES,
      basePath: config.BASE_PATH,
      publicBaseUrl: config.PUBLIC_BASE_URL ?? null,
      storage: { provider: files.kind === "s3" ? "s3" : "local", bucket: files.bucket },
      cacheScope: config.AUTH === "all" ? "private" : "public",
      callbacks: {
        ...{ database, generations, jobs },
        async verify(origin, delivery) {
          const secret = await secretOf(origin);
          const callbacks = lines.get(origin.provider)?.provider.callbacks;
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
    close: (graceMs) => closeInTurn([() => jobs.stop(graceMs)], [() => told.close()]),
  };
}
