import type { BatchProgress, Fovea } from "@fovea/client";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { count } from "../terminal/units.ts";
import { visible } from "../terminal/visible.ts";
import { patience } from "./patience.ts";

export interface FollowOptions {
  /** Seconds; undefined: as long as it takes. */
  readonly timeout?: number | undefined;
  /** Is told each state that is. */
  readonly onProgress?: (progress: BatchProgress) => void;
}

/** Waits until nothing of a batch moves any more. Ctrl-C, or the end of one's patience, leaves it at work. */
export async function followBatch(
  context: Context,
  fovea: Fovea,
  id: string,
  { timeout, onProgress = () => {} }: FollowOptions,
): Promise<BatchProgress> {
  const comeBack = `The batch goes on at the service; come back with: fovea batch watch ${id}`;
  context.onInterrupt(comeBack);
  const progress = context.terminal.progress("Analyzing");
  try {
    return await fovea.batches.wait(id, {
      until: "idle",
      signal: patience(context.signal, timeout, comeBack),
      onProgress(state) {
        progress.show({ done: state.processed_count, total: state.total_urls, note: noteOn(state) });
        onProgress(state);
      },
    });
  } finally {
    progress.end();
  }
}

function noteOn({ failed_count, waiting_until }: BatchProgress): string | undefined {
  const notes = [
    ...(failed_count > 0 ? [`${count(failed_count)} failed`] : []),
    ...(waiting_until === null ? [] : [`waits for its model until ${waiting_until.slice(11, 16)} UTC`]),
  ];
  return notes.length > 0 ? notes.join(", ") : undefined;
}

/** What became of a batch: for people, and for scripts. */
export function endOfBatch(state: BatchProgress): { readonly exitCode: ExitCode; readonly sentence: string } {
  const { batch_id: id, status, processed_count: done, failed_count: failed, error_message: why } = state;
  const reason = why === null ? "" : ` ${visible(why)}`;
  if (status === "completed") {
    const rows = `${count(done)} rows, ${failed === 0 ? "none failed" : `${count(failed)} failed`}`;
    return {
      exitCode: failed === 0 ? exitCodes.ok : exitCodes.failedItems,
      sentence: `Completed: ${rows}.${failed === 0 ? "" : ` What failed: fovea batch export ${id} --failed-only`}`,
    };
  }
  if (status === "failed") return { exitCode: exitCodes.failedItems, sentence: `Failed.${reason}` };
  const next =
    status === "paused"
      ? ` Go on with: fovea batch resume ${id}`
      : status === "pending"
        ? ` It waits to be started: fovea batch resume ${id}`
        : "";
  return {
    exitCode: exitCodes.unfinished,
    sentence: `${status === "cancelled" ? "Cancelled" : status === "paused" ? "Paused" : "Not started"} after ${count(done)} of ${count(state.total_urls)} rows.${reason}${next}`,
  };
}
