import type { GeminiBatchStatus } from "../hosted/gemini-batch-status.ts";
import { ProviderError } from "../hosted/provider.ts";
import type { HeldJob } from "./jobs.ts";
import type { BatchLaneOptions } from "./settings.ts";

export interface Access<Found> {
  readonly apiKey: string | null;
  readonly found: Found;
}

/**
 * Jobs and their files are a project's. Where the key is gone that one was asked with, another key of the project sees
 * it, and no other key does.
 *
 * @param ask resolves with null where the key sees nothing
 * @returns null where no key does
 */
async function withAnyKey<Found>(
  { keyId }: Pick<HeldJob, "keyId">,
  groups: BatchLaneOptions["groups"],
  ask: (apiKey: string | null, isOwn: boolean) => Promise<Found | null>,
): Promise<Access<Found> | null> {
  const keys = groups.flatMap((group) => group.keys);
  const own = keys.filter(({ id }) => id === keyId);
  for (const key of [...own, ...keys.filter(({ id }) => id !== keyId)]) {
    const found = await ask(key.secret, key.id === keyId).catch((error: unknown) => {
      if (error instanceof ProviderError && error.failure.kind === "key_unusable") return null;
      throw error;
    });
    if (found !== null) return { apiKey: key.secret, found };
  }
  return null;
}

type AccessOptions = Pick<BatchLaneOptions, "groups" | "batches"> & { readonly signal: AbortSignal };

/** How a job is doing. What the key says it was asked with counts, also that there is no such job. */
export const statusOfJob = (
  job: Pick<HeldJob, "keyId"> & { readonly name: string },
  { groups, batches, signal }: AccessOptions,
): Promise<Access<GeminiBatchStatus> | null> =>
  withAnyKey(job, groups, async (apiKey, isOwn) => {
    const status = await batches.status(job.name, { apiKey, signal });
    return isOwn || status.state !== "missing" ? status : null;
  });

/** The name of a job whose answer was lost, and whose key is gone. */
export const findWithOthers = (
  job: Pick<HeldJob, "id" | "keyId"> & { readonly askedAt: Date },
  { groups, batches, signal }: AccessOptions,
): Promise<Access<string> | null> =>
  withAnyKey(job, groups, (apiKey) => batches.find(job.id, job.askedAt, { apiKey, signal }));
