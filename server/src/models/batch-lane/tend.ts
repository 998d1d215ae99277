import { DatabaseUnavailable } from "../../platform/database/errors.ts";
import { throughOutages } from "../../platform/database/through-outages.ts";
import { ProviderError, type ProviderFailure } from "../hosted/provider.ts";
import { findWithOthers, statusOfJob } from "./access.ts";
import { collect, giveUp } from "./collect.ts";
import type { Fill, Filling } from "./fill.ts";
import { submitJob, upload } from "./hand-over.ts";
import {
  batchesWithJobs,
  changeJob,
  dropEnded,
  dropJob,
  type HeldJob,
  type Lease,
  releaseJob,
  renewJobs,
  takeJob,
  voidLeases,
} from "./jobs.ts";
import { notTaken } from "./outcomes.ts";
import { endByOne, forgetAnswers } from "./requests.ts";
import type { BatchLaneOptions } from "./settings.ts";
import { removeAbandoned } from "./spool.ts";

interface TenderOptions {
  readonly fill: Fill;
  readonly lease: Lease;
  readonly closed: AbortSignal;
}

interface Tender {
  start(): Promise<void>;
  /** Look now. */
  wake(): void;
  /** Files that wait to be handed over. */
  closed(): number;
  /** Gives back what is under way; the signal has to be aborted before. */
  stop(): Promise<void>;
}

/** Jobs that a process works on at once: an upload, and others that are looked at. */
const mostAtOnce = 4;
/** What is done every now and then. */
const sweepMs = 600_000;
const sweptAtOnce = 1_000;
/** Google keeps files, and what jobs brought, for two days. */
const keptMs = 48 * 3_600_000;
/** A file is not handed over in its last hour. */
const handedOverMs = keptMs - 3_600_000;
/** A file of questions that nobody has touched for so long is of a process that is gone. */
const abandonedMs = 2 * 86_400_000;

/** Looks after jobs: hands over files that are full, asks how others are doing, and reads what was answered. */
export function createTender(options: BatchLaneOptions, { fill, lease, closed }: TenderOptions): Tender {
  const { database, logger, now, provider, tickMs: busyMs } = options;
  const idleMs = busyMs * 20;
  /** Files that are not filled any more, and when each may be tried. */
  const files = new Map<string, { readonly job: Filling; at: number; tries: number }>();
  const barred = new Map<string, ProviderFailure>();
  const calling = { ...options, barred, leaseToken: lease.token, signal: closed };
  const underWay = new Map<string, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let ticking: Promise<void> | null = null;
  /** The next look is due in a moment anyway. */
  let isBusy = false;
  let renewedAt = 0;
  let sweptAt = 0;
  let sweptTo: string | null = null;

  const begin = (id: string, work: () => Promise<void>) => {
    const present = work()
      .catch((error: unknown) => {
        if (!closed.aborted && !(error instanceof DatabaseUnavailable))
          logger.warn(
            { err: error, job: id },
            "a job of a batch API was not looked after; it is tried again",
          );
      })
      .finally(() => underWay.delete(id));
    underWay.set(id, present);
  };

  const discard = async (job: Filling) => {
    files.delete(job.id);
    await job.spool.discard();
  };

  const tendFile = async (job: Filling, tries: number) => {
    const held = { id: job.id, leaseToken: lease.token };
    const handed = await upload(job, tries, calling).catch(async (error: unknown) => {
      // It is as good as before; only one that was about to be sent is sent once more.
      if (error instanceof DatabaseUnavailable && !closed.aborted) return outage();
      // Of the file, or of ours: its rows ask again.
      await discard(job);
      await dropJob(database.sql, held);
      throw error;
    });
    switch (handed.as) {
      case "again":
        files.set(job.id, { job, at: handed.at.getTime(), tries: tries + 1 });
        return;
      case "handed_over":
        await discard(job);
        await releaseJob(database.sql, held, new Date(now()));
        return;
      case "dropped":
        await discard(job);
        await dropJob(database.sql, held);
        return;
      case "failed":
        await discard(job);
        return fail(held, handed.failure);
    }
  };

  const outage = () => ({ as: "again", at: new Date(now() + idleMs) }) as const;

  const fail = async (job: Pick<HeldJob, "id" | "leaseToken">, failure: ProviderFailure) => {
    const { message: reason } = new ProviderError(failure);
    logger.warn({ job: job.id, reason }, "a job of a batch API was not taken");
    await endByOne(database.sql, job.id, notTaken(failure));
    await changeJob(database.sql, job, { state: "failed", endedAt: new Date(now()), reason });
  };

  const ownKey = ({ keyId }: HeldJob) =>
    options.groups.flatMap(({ keys }) => keys).find(({ id }) => id === keyId);

  /** Nothing of it was asked: its rows ask again. */
  const withdraw = async (job: HeldJob & { readonly file: string }): Promise<null> => {
    const key = ownKey(job);
    // Google forgets it by itself after two days.
    if ((await dropJob(database.sql, job)) && key)
      await options.batches.deleteFile(job.file, { apiKey: key.secret, signal: closed }).catch(() => {});
    return null;
  };

  const submit = async (job: HeldJob & { readonly file: string }): Promise<Date | null> => {
    const key = ownKey(job);
    if (job.askedAt === null) {
      const isOld = now() - job.createdAt.getTime() >= handedOverMs;
      if (!key || isOld || (await options.wanted(job.batchId)) !== "wanted") return withdraw(job);
    }
    if (!key) return lookWithOthers({ ...job, askedAt: job.askedAt ?? job.createdAt });
    const handed = await submitJob(job, key.secret, calling);
    switch (handed.as) {
      case "again":
        // Where the provider has no room for it, that may be for hours.
        return new Date(Math.max(handed.at.getTime(), soon(job).getTime()));
      case "handed_over":
        return soon(job);
      case "dropped":
        return withdraw(job);
      case "failed":
        await fail(job, handed.failure);
        return null;
    }
  };

  const lookWithOthers = async (job: HeldJob & { readonly askedAt: Date }): Promise<Date | null> => {
    const access = await findWithOthers(job, calling);
    if (!access) return waitForKey(job);
    await changeJob(database.sql, job, { name: access.found, state: "running", reason: null });
    return soon(job);
  };

  /** It may be paid for, and can be had as soon as the key is back. */
  const waitForKey = async (job: HeldJob): Promise<Date | null> => {
    const askedAt = (job.askedAt ?? job.createdAt).getTime();
    const reason = `The key ${job.keyLabel ?? ""} that the job was asked with is not accepted or not configured any more, and no other one sees the job.`;
    if (now() - askedAt < keptMs) {
      await changeJob(database.sql, job, { reason });
      return soon(job);
    }
    await giveUp(job, { reason, mayBePaid: true, isForgotten: false }, options);
    await changeJob(database.sql, job, { state: "failed", endedAt: new Date(now()), reason });
    return null;
  };

  /** @returns when it is to be looked at again; null where it is over */
  const tendJob = async (job: HeldJob): Promise<Date | null> => {
    const { file, name } = job;
    if (job.state === "filling" || file === null) {
      // Its process is gone, and the file with it: nothing was asked.
      await dropJob(database.sql, job);
      return null;
    }
    if (name === null) return submit({ ...job, file });
    const named = { ...job, name };
    const access = await statusOfJob(named, calling);
    if (!access) return waitForKey(job);
    const isOver = await collect(named, { apiKey: access.apiKey, status: access.found }, calling);
    return isOver ? null : soon(job);
  };

  /** The longer a job takes, the less often it is looked at. */
  const soon = ({ askedAt, createdAt }: Pick<HeldJob, "askedAt" | "createdAt">): Date => {
    const age = now() - (askedAt ?? createdAt).getTime();
    return new Date(now() + Math.min(Math.max(age / 8, 2 * busyMs), options.pollMs));
  };

  const tend = async (job: HeldJob) => {
    let again: Date | null = soon(job);
    try {
      again = await tendJob(job);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      logger.warn(
        { job: job.name ?? job.id, reason: error.message },
        "a job of a batch API was not looked at",
      );
      await changeJob(database.sql, job, { reason: error.message });
      again = new Date(Math.max(soon(job).getTime(), now() + Math.min(idleMs, options.pollMs)));
    } finally {
      const lookAt = closed.aborted ? new Date(now()) : again;
      if (lookAt) await throughOutages(() => releaseJob(database.sql, job, lookAt), closed);
    }
  };

  /** A part of the batches at a time, however many there are. */
  const sweep = async () => {
    barred.clear();
    const batchIds = await batchesWithJobs(database.sql, provider, { after: sweptTo, limit: sweptAtOnce });
    sweptTo = batchIds.length < sweptAtOnce ? null : (batchIds.at(-1) ?? null);
    for (const batchId of batchIds) {
      const wanted = await options.wanted(batchId);
      if (wanted === "over" || wanted === "gone") await forgetAnswers(database.sql, batchId);
      if (wanted === "gone") await dropEnded(database.sql, batchId);
    }
  };

  const tick = async () => {
    for (const job of fill.takeFull()) files.set(job.id, { job, at: 0, tries: 0 });
    if (now() - renewedAt > lease.ms / 4) {
      renewedAt = now();
      const ids = [...fill.open().map(({ id }) => id), ...files.keys(), ...underWay.keys()];
      if (ids.length > 0) await renewJobs(database.sql, ids, lease);
    }
    for (const [id, { job, at, tries }] of files) {
      if (underWay.size >= mostAtOnce) break;
      if (at <= now() && !underWay.has(id)) begin(id, () => tendFile(job, tries));
    }
    while (underWay.size < mostAtOnce) {
      const mine = [...fill.open().map(({ id }) => id), ...files.keys(), ...underWay.keys()];
      const job = await takeJob(database.sql, provider, lease, mine);
      if (!job) break;
      begin(job.id, () => tend(job));
    }
    if (now() - sweptAt > sweepMs && !underWay.has(sweeping)) {
      sweptAt = now();
      begin(sweeping, sweep);
    }
  };

  const schedule = (ms: number) => {
    clearTimeout(timer);
    isBusy = ms === busyMs;
    if (!closed.aborted) timer = setTimeout(run, ms);
  };
  const run = () => {
    ticking ??= tick()
      .catch((error: unknown) => {
        if (!(error instanceof DatabaseUnavailable)) logger.warn({ err: error }, "the batch lane stumbled");
      })
      .finally(() => {
        ticking = null;
        const busy = fill.open().length + files.size + underWay.size > 0;
        schedule(busy ? busyMs : Math.min(idleMs, options.pollMs));
      });
  };

  return {
    async start() {
      if (database.engine === "embedded") await voidLeases(database.sql);
      await removeAbandoned(options.folder, database.engine === "embedded" ? now() : now() - abandonedMs);
      run();
    },
    wake() {
      if (!ticking && !isBusy) schedule(busyMs);
    },
    closed: () => files.size,
    async stop() {
      clearTimeout(timer);
      await ticking;
      await Promise.all(underWay.values());
      for (const { job } of files.values()) {
        await job.spool.discard();
        await dropJob(database.sql, { id: job.id, leaseToken: lease.token }).catch(() => {});
      }
    },
  };
}

/** In the place of a job's id. */
const sweeping = "00000000-0000-0000-0000-000000000000";
