import type { Batch } from "./records.ts";

export interface Progress {
  readonly processed: number;
  readonly remaining: number;
  /** 0 to 100. */
  readonly percent: number;
  /** Items a second over the last 15 to 30 seconds of work; null while there is nothing to tell it from. */
  readonly rate: number | null;
  /** Milliseconds from the start to the end or to now, without pauses; null before the start. */
  readonly elapsedMs: number | null;
  /** An estimate: when the rest is done if the rate holds; null where no rate is known, or nothing moves. */
  readonly estimatedCompletion: Date | null;
}

/** What one row tells of how far a batch is: the same cost for fifty items and for a million. */
export function progressOf(batch: Batch, now: Date): Progress {
  const processed = batch.succeeded + batch.failed;
  const remaining = batch.items - processed;
  const active = batch.state === "processing" || batch.state === "queued";
  const rate = active ? windowRate(batch, processed, now) : null;
  return {
    processed,
    remaining,
    percent: batch.items === 0 ? 100 : (processed / batch.items) * 100,
    rate,
    elapsedMs: elapsed(batch, now),
    estimatedCompletion:
      rate === null || rate === 0 ? null : new Date(now.getTime() + (remaining / rate) * 1000),
  };
}

function windowRate({ windowAt, windowProcessed }: Batch, processed: number, now: Date): number | null {
  if (windowAt === null) return null;
  const seconds = (now.getTime() - windowAt.getTime()) / 1000;
  const moved = processed - windowProcessed;
  // Retried items leave the counters again, so a window may have gone back.
  return seconds <= 0 || moved < 0 ? null : moved / seconds;
}

function elapsed({ startedAt, completedAt, pausedAt, pausedMs }: Batch, now: Date): number | null {
  if (startedAt === null) return null;
  const end = completedAt ?? pausedAt ?? now;
  return Math.max(0, end.getTime() - startedAt.getTime() - pausedMs);
}
