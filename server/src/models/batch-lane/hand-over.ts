import { ProviderError, type ProviderFailure } from "../hosted/provider.ts";
import type { Slot, SlotEnd } from "../quotas/contract.ts";
import type { Filling } from "./fill.ts";
import { changeJob, countAhead, type HeldJob } from "./jobs.ts";
import type { BatchLaneOptions } from "./settings.ts";

/** How far it came. */
export type HandedOver =
  | { readonly as: "handed_over" }
  /** Nothing of it was asked, or it is somebody else's; its rows ask again. */
  | { readonly as: "dropped" }
  /** Not now. */
  | { readonly as: "again"; readonly at: Date }
  /** It never will be. */
  | { readonly as: "failed"; readonly failure: ProviderFailure };

/** How long somebody waits for a key. */
const patienceMs = 60_000;
const longestRetryMs = 5_000;
/** Until the provider has room for another job. */
const roomMs = 30_000;

const retryMs = ({ pollMs }: Pick<BatchLaneOptions, "pollMs">) => Math.min(longestRetryMs, pollMs);

interface HandOverOptions
  extends Pick<
    BatchLaneOptions,
    | "provider"
    | "batches"
    | "quotas"
    | "groups"
    | "database"
    | "wanted"
    | "maxJobs"
    | "listedMs"
    | "pollMs"
    | "now"
  > {
  readonly leaseToken: string;
  readonly signal: AbortSignal;
  /** Keys that the provider lets ask, but not in jobs: why, by their ids. */
  readonly barred: Map<string, ProviderFailure>;
}

/**
 * Uploads a file that is not filled any more. The job itself is asked for by whoever looks after it next: what exists
 * upstream is written down step by step.
 *
 * @param tries so often it was tried before
 */
export async function upload(job: Filling, tries: number, options: HandOverOptions): Promise<HandedOver> {
  const { batches, database, signal, leaseToken } = options;
  const held = { id: job.id, leaseToken };
  if ((await options.wanted(job.batchId)) !== "wanted") return { as: "dropped" };
  const { path, bytes } = job.spool;
  const sha256 = await job.spool.finish();
  const slot = await slotFor(options);
  if ("as" in slot) return slot;
  const call = { apiKey: slot.key.secret, signal };
  try {
    const file = await batches.upload({ path, bytes, sha256, displayName: job.id }, call);
    await slot.settle({ as: "answered", tokens: 0 });
    const access = { group: slot.group, keyId: slot.key.id, keyLabel: slot.key.label };
    const kept = await changeJob(database.sql, held, {
      ...access,
      ...{ file, state: "handing_over", reason: null },
    });
    if (kept) return { as: "handed_over" };
    // Google forgets it by itself after two days.
    await batches.deleteFile(file, call).catch(() => {});
    return { as: "dropped" };
  } catch (error) {
    if (!(error instanceof ProviderError)) {
      await slot.settle({ as: "unused" });
      throw error;
    }
    await settleFailed(slot, error.failure);
    await changeJob(database.sql, held, { reason: error.message });
    const { kind } = error.failure;
    if (kind === "rejected" || kind === "model_unknown") return { as: "failed", failure: error.failure };
    // With another key at once, where there is one; else a file of 200 MB is not sent every few seconds.
    const pause = kind === "key_unusable" ? 0 : retryMs(options) * 2 ** Math.min(tries, 6);
    return { as: "again", at: new Date(options.now() + pause) };
  }
}

/** Of a key that works, and whose project has room. It takes hardly anything of the quota: jobs have one of their own. */
async function slotFor(options: HandOverOptions): Promise<Slot | HandedOver> {
  const { quotas, groups, barred, signal, now } = options;
  const ahead = await countAhead(options.database.sql, options.provider);
  const hasRoom = (group: string) => (ahead.get(group) ?? 0) < options.maxJobs;
  const open = groups.filter(({ keys }) => keys.some(({ id }) => !barred.has(id)));
  const [why] = barred.values();
  if (open.length === 0 && why) {
    // Somebody looks at it now; the next file shows whether it was mended.
    barred.clear();
    return { as: "failed", failure: why };
  }
  if (!open.some(({ name }) => hasRoom(name)))
    return { as: "again", at: new Date(now() + Math.min(roomMs, options.pollMs)) };
  // Whose turn it is is not ours to say: each key has one, and some more have those of fast groups.
  for (let turns = 3 * groups.flatMap(({ keys }) => keys).length; turns > 0; turns -= 1) {
    const slot = await quotas.acquire({ tokens: 0, signal, patienceMs });
    if ("unusable" in slot) {
      const failure = { kind: "key_unusable", reason: slot.unusable } as const;
      return { as: "failed", failure };
    }
    if ("waitUntil" in slot) return { as: "again", at: slot.waitUntil };
    if (!barred.has(slot.key.id) && hasRoom(slot.group)) return slot;
    await slot.settle({ as: "unused" });
  }
  return { as: "again", at: new Date(now() + Math.min(roomMs, options.pollMs)) };
}

/** Of uploads: a limit on them is none on questions. */
const settleFailed = (slot: Slot, failure: ProviderFailure) => {
  const end: SlotEnd =
    failure.kind === "key_unusable"
      ? { as: "key_unusable", reason: failure.reason }
      : failure.kind === "unavailable"
        ? { as: "failed", reason: failure.reason }
        : { as: "answered", tokens: 0 };
  return slot.settle(end);
};

/**
 * Asks for the job of a file that the provider has. Where it may have been asked for before, it is looked for first: two
 * jobs of one file would both be billed.
 */
export async function submitJob(
  job: Pick<HeldJob, "id" | "leaseToken" | "model" | "keyId" | "askedAt"> & { readonly file: string },
  apiKey: string | null,
  {
    batches,
    database,
    signal,
    barred,
    listedMs,
    pollMs,
    now,
  }: Pick<HandOverOptions, "batches" | "database" | "signal" | "barred" | "listedMs" | "pollMs" | "now">,
): Promise<HandedOver> {
  const call = { apiKey, signal };
  const again = async (
    failure: ProviderFailure,
    change: { readonly askedAt?: null },
  ): Promise<HandedOver> => {
    const delay = failure.kind === "rate_limited" ? (failure.retryAfterMs ?? 0) : 0;
    await changeJob(database.sql, job, { reason: new ProviderError(failure).message, ...change });
    return { as: "again", at: new Date(now() + Math.max(retryMs({ pollMs }), delay)) };
  };
  let found: string | null = null;
  try {
    found = job.askedAt && (await batches.find(job.id, job.askedAt, call));
  } catch (error) {
    if (error instanceof ProviderError) return again(error.failure, {});
    throw error;
  }
  // What was asked for a moment ago may be on its way yet, also where whoever asked is gone.
  const listedAt = (job.askedAt?.getTime() ?? Number.NEGATIVE_INFINITY) + listedMs;
  if (!found && listedAt > now()) return { as: "again", at: new Date(listedAt) };
  // Whoever is not the one any more asks for nothing.
  if (!found && !(await changeJob(database.sql, job, { askedAt: new Date(now()) }))) return { as: "dropped" };
  try {
    const { model, file } = job;
    const name = found ?? (await batches.submit({ model, file, displayName: job.id }, call));
    await changeJob(database.sql, job, { name, state: "running", reason: null });
    return { as: "handed_over" };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { failure } = error;
    if (failure.kind === "unavailable" && failure.sent) return again(failure, {});
    if (failure.kind === "unavailable" || failure.kind === "rate_limited")
      return again(failure, { askedAt: null });
    await changeJob(database.sql, job, { reason: error.message, askedAt: null });
    if (failure.kind !== "key_unusable") return { as: "failed", failure };
    // Of an account that pays nothing, or withdrawn: the rows ask again, with another key where there is one.
    if (job.keyId !== null) barred.set(job.keyId, failure);
    return { as: "dropped" };
  }
}
