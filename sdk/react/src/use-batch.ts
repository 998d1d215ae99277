import type { BatchProgress } from "@fovea/client";
import { useCallback } from "react";
import { useFovea } from "./fovea-context.ts";
import { useActions } from "./use-actions.ts";
import { useFollowed } from "./use-followed.ts";

export interface BatchView {
  /** How far it is, as it was last told; undefined until then. */
  readonly progress: BatchProgress | undefined;
  /** Whether that was told live (true), asked for (false), or is not known yet (undefined). */
  readonly live: boolean | undefined;
  /** Completed, failed or cancelled. */
  readonly isOver: boolean;
  /** Why it cannot be followed, or why the last action failed. */
  readonly error: unknown;
  /** The action under way: `pause`, `resume`, `cancel`, `retry`; null where there is none. */
  readonly pending: string | null;
  pause(): Promise<void>;
  /** @param options `max_cost_usd` is a new budget, where the old one is used up */
  resume(options?: { readonly max_cost_usd?: number | string | undefined }): Promise<void>;
  cancel(): Promise<void>;
  /** Runs failed rows again: all, or those with these codes. */
  retry(codes?: readonly string[]): Promise<void>;
  /** Follows it anew: after an error, or where somebody else has begun it again. */
  refresh(): void;
}

/**
 * A batch of images: how it goes on, live or by asking where live events do not come through, and what can be done with it.
 *
 * @param id null while there is none
 */
export function useBatch(id: string | null): BatchView {
  const { batches } = useFovea();
  const wait = useCallback(
    (batch: string, options: Parameters<typeof batches.wait>[1]) => batches.wait(batch, options),
    [batches],
  );
  const { state: progress, live, isOver, error, refresh } = useFollowed(id, wait);
  const actions = useActions();
  const { run } = actions;

  const act = useCallback(
    async (name: string, work: (batch: string) => PromiseLike<unknown>) => {
      if (id === null) return;
      await run(name, async () => {
        await work(id);
        refresh();
      });
    },
    [id, run, refresh],
  );

  return {
    progress,
    live,
    isOver,
    error: actions.error ?? error,
    pending: actions.pending,
    pause: useCallback(() => act("pause", (batch) => batches.pause(batch)), [act, batches]),
    resume: useCallback(
      (options) => act("resume", (batch) => batches.resume(batch, options)),
      [act, batches],
    ),
    cancel: useCallback(() => act("cancel", (batch) => batches.cancel(batch)), [act, batches]),
    retry: useCallback((codes) => act("retry", (batch) => batches.retry(batch, { codes })), [act, batches]),
    refresh,
  };
}
