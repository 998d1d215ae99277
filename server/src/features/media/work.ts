import type { NewAsset } from "../../assets/asset.ts";
import type { Assets } from "../../assets/assets.ts";
import type { Links } from "../../assets/links.ts";
import { type Generations, Overtaken } from "../../models/generation/contract.ts";
import type { Database } from "../../platform/database/database.ts";
import type { Transaction } from "../../platform/database/sql.ts";
import type { DeadHandler, Handler } from "../../platform/jobs/job.ts";
import type { Jobs } from "../../platform/jobs/jobs.ts";
import type { Webhooks } from "../../platform/webhooks/webhooks.ts";
import { hasEnded, type MediaJob } from "./job.ts";
import {
  changeJob,
  giveBackJob,
  insertOutputs,
  lockJob,
  markProcessing,
  outputsOf,
  showProgress,
  takeJob,
} from "./job-store.ts";
import { type Ended, endOf, type Part, summarize } from "./outcome.ts";
import { mediaSteps, stepLeaseMs } from "./steps.ts";
import { type PicturesOptions, storePictures } from "./store-pictures.ts";
import { jobDelivery } from "./webhook.ts";

export interface WorkOptions extends Omit<PicturesOptions, "assets"> {
  readonly database: Database;
  readonly jobs: Pick<Jobs, "send">;
  readonly generations: Generations;
  readonly assets: Pick<Assets, "put" | "insert">;
  readonly webhooks: Pick<Webhooks, "send">;
  readonly links: Links;
  /** Of bytes that were put away when they came, once they are stored for good, and of pictures that nobody wants. */
  readonly removeFile: (name: string) => Promise<void>;
  /** The first pause before another try; it doubles, up to ten minutes. */
  readonly retryBaseMs: number;
  /** Hears of jobs that may be further than they were. */
  readonly onWentOn: (jobId: string) => void;
  /** Hears of jobs that have ended here. */
  readonly onEnded: (job: MediaJob) => void;
}

interface MediaStep {
  readonly jobId: string;
  readonly hint?: boolean | undefined;
}

/** How soon somebody looks again at a job that another step seemed to be at work on. */
const heldMs = 2_000;
const longestPauseMs = 600_000;
/** Progress is written so often at most. */
const progressMs = 1_000;

/** Works on media jobs, step by step. */
export function createWork(options: WorkOptions) {
  const { database, jobs, generations, assets, webhooks, links, now } = options;

  /** Looks at one of the starts of a job, and stores what it has brought. */
  const workOn = async (job: MediaJob, id: string, index: number, signal: AbortSignal): Promise<Part> => {
    const advanced = await generations.advance(id, {
      signal,
      onBegin: (tx) => markProcessing(tx, job.id),
      onProgress: reportProgress(job.id),
    });
    if (advanced.as !== "made") return { id, advanced };
    const { made } = advanced;
    // Nobody wants them any more; that they were paid for is in the books.
    if (hasEnded(job.state)) return { id, advanced, lost: [] };
    const known = new Set((await outputsOf(database.sql, [job.id])).map(({ assetId }) => assetId));
    const missing = made.pictures.filter((picture) => !known.has(picture.id));
    const { stored, lost } = await storePictures(options, job, { ...made, pictures: missing }, signal);
    const isWanted = await database.transaction(async (tx) => {
      const current = await lockJob(tx, job.id);
      if (!current || hasEnded(current.state)) return false;
      await assets.insert(
        tx,
        stored.map(({ asset }) => asset),
      );
      const outputs = stored.map(({ asset, seed }) => ({
        ...{ jobId: job.id, assetId: asset.id, model: made.model, seed },
        number: index * 100 + made.pictures.findIndex((picture) => picture.id === asset.id),
      }));
      await insertOutputs(tx, outputs);
      return true;
    });
    if (!isWanted) for (const { asset } of stored) await options.removeFile(asset.name);
    const done = new Set([...known, ...stored.map(({ asset }) => asset.id)]);
    for (const picture of made.pictures)
      if ("file" in picture && done.has(picture.id)) await options.removeFile(picture.file);
    return { id, advanced, lost };
  };

  const reportProgress = (jobId: string) => {
    let shownAt = 0;
    return (progress: number) => {
      const at = now().getTime();
      if (at < shownAt + progressMs) return;
      shownAt = at;
      // What is shown a second later is as good.
      showProgress(database.sql, jobId, progress * 100).then(
        () => options.onWentOn(jobId),
        () => {},
      );
    };
  };

  /** In the transaction that ends a step: what becomes of the job, and when somebody goes on with it. */
  const settle = async (
    tx: Transaction,
    { jobId, hint = false }: MediaStep,
    parts: readonly Part[],
  ): Promise<Settled> => {
    const job = await lockJob(tx, jobId);
    if (!job) return { next: null, ended: null };
    const { retryBaseMs } = options;
    const summary = summarize(parts, job, { now: now(), retryBaseMs });
    // Cancelled meanwhile: the providers are told by the steps that follow, until all is over.
    if (hasEnded(job.state)) return { next: summary.laterAt, ended: null };
    if (summary.laterAt) {
      if (job.state === "processing") await showProgress(tx, jobId, summary.progress * 100);
      return { next: summary.laterAt, ended: null };
    }
    if (summary.fetchAt) return { next: summary.fetchAt, ended: null };
    if (summary.again) {
      // The step whose turn it is does that, and keeps the pause: one that is sent already would not.
      if (hint) return { next: null, ended: null };
      const pause = Math.min(longestPauseMs, retryBaseMs * 2 ** job.retryCount);
      for (const id of summary.again.ids) await generations.again(tx, id);
      await changeJob(tx, jobId, { state: "retrying", retryCount: job.retryCount + 1 });
      return { next: new Date(now().getTime() + pause), ended: null };
    }
    return { next: null, ended: await end(tx, job, endOf(summary, job)) };
  };

  const end = async (tx: Transaction, job: MediaJob, ended: Ended): Promise<MediaJob> => {
    const outputs = await outputsOf(tx, [job.id]);
    const [first] = outputs;
    const changed = await changeJob(
      tx,
      job.id,
      first
        ? {
            ...{ state: "completed", progress: 100, pictures: outputs.length },
            warnings: [...job.warnings, ...ended.warnings],
          }
        : { state: "failed", ...ended.failure, warnings: [...job.warnings, ...ended.warnings] },
    );
    if (changed.webhookUrl !== null) {
      const picture = first && { id: first.assetId, name: nameOf(first.assetId, changed) };
      await webhooks.send(tx, jobDelivery(changed, changed.webhookUrl, { links, first: picture }));
    }
    return changed;
  };

  const handle: Handler<MediaStep> = async (step, signal) => {
    const { jobId, hint = false } = step.data;
    const job = await takeJob(database.sql, jobId, { id: step.id, leaseMs: stepLeaseMs });
    if (job === undefined) return;
    if (job === "held") {
      if (hint) return;
      return await database.transaction(async (tx) => {
        await jobs.send(tx, mediaSteps, { jobId }, { startAfter: new Date(now().getTime() + heldMs) });
        await mustComplete(step, tx);
      });
    }
    if (hint && job.state === "retrying") {
      // It rests; a hint is no reason to ask sooner.
      await giveBackJob(database.sql, jobId, step.id);
      return;
    }
    const ids = await generations.ofJob(jobId);
    let parts: readonly Part[];
    try {
      // All of them, whatever becomes of one: what the others brought is not lost for it.
      const looked = await Promise.allSettled(ids.map((id, index) => workOn(job, id, index, signal)));
      for (const each of looked) if (each.status === "rejected") throw each.reason;
      parts = looked.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    } catch (error) {
      await giveBackJob(database.sql, jobId, step.id).catch(() => {});
      if (!(error instanceof Overtaken)) throw error;
      parts = [];
    }
    let ended: MediaJob | null = null;
    await database.transaction(async (tx) => {
      const settled = parts.length === 0 ? { next: now(), ended: null } : await settle(tx, step.data, parts);
      ended = settled.ended;
      await giveBackJob(tx, jobId, step.id);
      // A hint has looked out of turn, and somebody's turn comes.
      if (settled.next && !hint) await jobs.send(tx, mediaSteps, { jobId }, { startAfter: settled.next });
      await mustComplete(step, tx);
    });
    if (ended) options.onEnded(ended);
    else options.onWentOn(jobId);
  };

  /** It could not be worked on in all its tries: a fault of ours, and no reason to keep the caller waiting for good. */
  const handleDead: DeadHandler<MediaStep> = async (step) => {
    const { data } = step;
    let ended: MediaJob | null = null;
    await database.transaction(async (tx) => {
      const job = data && !data.hint ? await lockJob(tx, data.jobId) : undefined;
      if (job && !hasEnded(job.state)) {
        await generations.cancel(tx, job.id);
        // What it failed with is in the dead letter of the queue, and may name what is nobody else's business.
        const errorMessage = "This service could not do it; its log says why.";
        ended = await end(tx, job, {
          warnings: [],
          failure: { errorCode: "internal_error", errorMessage },
        });
      }
      await mustComplete(step, tx);
    });
    if (ended) options.onEnded(ended);
  };

  return { handle, handleDead };
}

interface Settled {
  readonly next: Date | null;
  readonly ended: MediaJob | null;
}

const extensions = { png: "png", jpeg: "jpg", webp: "webp" } as const;

const nameOf = (id: NewAsset["id"], { storing }: MediaJob) => `generated/${id}.${extensions[storing.format]}`;

/** Somebody else has the step: what this transaction did must not be. */
async function mustComplete(
  step: { complete(tx: Transaction): Promise<boolean> },
  tx: Transaction,
): Promise<void> {
  if (!(await step.complete(tx))) throw new Overtaken("Another process has taken this step over.");
}
