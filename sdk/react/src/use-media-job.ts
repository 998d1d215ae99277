import type { CreateMediaJobBody, MediaJob } from "@fovea/client";
import { useCallback, useEffect, useState } from "react";
import { useFovea } from "./fovea-context.ts";
import { useActions } from "./use-actions.ts";
import { useFollowed } from "./use-followed.ts";

export interface MediaJobView {
  /** The job as it was last told; undefined until there is one. */
  readonly job: MediaJob | undefined;
  /** Whether that was told live (true), asked for (false), or is not known yet (undefined). */
  readonly live: boolean | undefined;
  /** Completed, failed or cancelled. A job that failed says why in `job.error_message`. */
  readonly isOver: boolean;
  /** Being created, or under way. */
  readonly isBusy: boolean;
  /** Why it could not be created, cannot be followed, or could not be cancelled. */
  readonly error: unknown;
  /** Begins a job, and follows it instead of the one before, which goes on. Gives its id; undefined where it could not be begun. */
  generate(body: CreateMediaJobBody): Promise<string | undefined>;
  cancel(): Promise<void>;
  /** Follows it anew, after an error. */
  refresh(): void;
}

/**
 * A media job: a prompt becomes pictures, with progress on the way.
 *
 * @param id one that there is already; otherwise `generate` makes one
 */
export function useMediaJob(id: string | null = null): MediaJobView {
  const { jobs } = useFovea();
  const [followedId, setFollowedId] = useState(id);
  useEffect(() => setFollowedId(id), [id]);
  const wait = useCallback(
    (job: string, options: Parameters<typeof jobs.wait>[1]) => jobs.wait(job, options),
    [jobs],
  );
  const { state: job, live, isOver, error, refresh } = useFollowed(followedId, wait);
  const { run, pending, error: actionError } = useActions();

  const generate = useCallback(
    (body: CreateMediaJobBody) =>
      run("generate", async () => {
        const created = await jobs.create(body);
        setFollowedId(created.id);
        return created.id;
      }),
    [jobs, run],
  );
  const cancel = useCallback(async () => {
    if (followedId === null) return;
    await run("cancel", async () => {
      await jobs.cancel(followedId);
      refresh();
    });
  }, [jobs, run, followedId, refresh]);

  const shownError = actionError ?? error;
  const isFollowed = followedId !== null && !isOver && error === undefined;
  return {
    job,
    live,
    isOver,
    isBusy: pending === "generate" || isFollowed,
    error: shownError,
    generate,
    cancel,
    refresh,
  };
}
