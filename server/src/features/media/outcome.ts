import type { Advanced, Failure, Made } from "../../models/generation/contract.ts";
import { failureCodes, mayBeMended } from "../../models/generation/failure-codes.ts";
import type { LostPicture } from "../../models/generation/picture-bytes.ts";
import type { FailureCode } from "../../platform/failures.ts";
import type { JobWarning, MediaJob } from "./job.ts";

/** What a step found, of one of the job's starts. */
export type Part =
  | { readonly id: string; readonly advanced: Exclude<Advanced, { readonly as: "made" }> }
  | {
      readonly id: string;
      readonly advanced: { readonly as: "made"; readonly made: Made };
      readonly lost: readonly LostPicture[];
    };

/** How a job's starts stand, together. */
export interface Summary {
  /** When somebody has to look again; null where nothing is under way. */
  readonly laterAt: Date | null;
  /** Of all pictures, from 0 to 1. */
  readonly progress: number;
  /** When pictures that are there are tried to be fetched again; null where there are none. */
  readonly fetchAt: Date | null;
  /** What another try may mend; null where there is nothing. */
  readonly again: { readonly ids: readonly string[] } | null;
  readonly failures: readonly Failure[];
  /** Pictures that were made, and are not there. */
  readonly withheld: number;
  readonly unreadable: number;
  readonly unfetched: readonly string[];
}

/** Replicate keeps pictures for an hour: within it, whatever is away comes back. */
const fetchableMs = 45 * 60_000;
const longestPauseMs = 60_000;

export function summarize(
  parts: readonly Part[],
  { retryCount, maxRetries }: MediaJob,
  { now, retryBaseMs }: { readonly now: Date; readonly retryBaseMs: number },
): Summary {
  const waits = parts.flatMap(({ advanced }) => (advanced.as === "later" ? [advanced] : []));
  const failed = parts.flatMap(({ id, advanced }) => (advanced.as === "failed" ? [{ id, ...advanced }] : []));
  const made = parts.flatMap((part) => ("lost" in part ? [part] : []));
  const lost = made.flatMap((part) => part.lost);
  const again = failed.filter(mayBeMended).map(({ id }) => id);
  const ages = made
    .filter((part) => part.lost.some(({ transient }) => transient))
    .map(({ advanced }) => now.getTime() - advanced.made.at)
    .filter((age) => age < fetchableMs);
  // They were paid for, so this is no try: it goes on as long as they are there.
  const pause = Math.min(longestPauseMs, Math.max(retryBaseMs, Math.min(...ages) / 4));
  const done = waits.reduce((sum, { progress }) => sum + (progress ?? 0), made.length);
  return {
    laterAt: waits.length === 0 ? null : new Date(Math.min(...waits.map(({ at }) => at.getTime()))),
    progress: parts.length === 0 ? 0 : done / parts.length,
    fetchAt: ages.length > 0 ? new Date(now.getTime() + pause) : null,
    again: again.length > 0 && retryCount < maxRetries ? { ids: again } : null,
    failures: failed.map(({ failure }) => failure),
    withheld: made.reduce((sum, { advanced }) => sum + advanced.made.dropped, 0),
    unreadable: made.reduce((sum, { advanced }) => sum + advanced.made.unreadable, 0),
    unfetched: lost.map(({ reason }) => reason),
  };
}

/** What is said of a job when it ends. */
export interface Ended {
  readonly warnings: readonly JobWarning[];
  /** Why there is no picture at all. */
  readonly failure: { readonly errorCode: string; readonly errorMessage: string };
}

export function endOf({ failures, withheld, unreadable, unfetched }: Summary, job: MediaJob): Ended {
  const [failure] = failures;
  const [reason] = unfetched;
  const warnings: JobWarning[] = [];
  const warn = (code: JobWarning["code"], message: string) =>
    warnings.push({ code, parameter: "num_outputs", message });
  if (withheld > 0)
    warn("withheld", `${pictures(withheld)} made and then withheld by the policy of ${job.provider}.`);
  if (unreadable > 0) warn("missing", `${pictures(unreadable)} in the answer, and could not be read.`);
  for (const each of unfetched) warn("missing", each);
  for (const each of failures) warn("missing", each.reason);
  if (failure)
    return { warnings, failure: { errorCode: failureCodes[failure.kind], errorMessage: failure.reason } };
  return {
    warnings,
    failure: {
      errorCode: "picture_lost" satisfies FailureCode,
      errorMessage: reason ?? "Nothing came of it.",
    },
  };
}

const pictures = (count: number) => (count === 1 ? "One picture was" : `${count} pictures were`);
