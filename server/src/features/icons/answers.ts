import { basename } from "node:path/posix";
import type { Batch } from "../../engine/records.ts";
import type { IconBatchOptions } from "./batch-plan.ts";
import { type IconProgress, iconProgressOf, statusOf } from "./batch-progress.ts";
import type { IconSubject } from "./prompt.ts";

/** A batch with what is stored of its request. */
export interface IconBatch extends Omit<Batch, "options"> {
  readonly options: IconBatchOptions;
}

const iso = (date: Date | null) => date?.toISOString() ?? null;
/** To the millisecond. */
const inSeconds = (milliseconds: number) => Math.round(milliseconds) / 1_000;
const percentOf = (part: number, whole: number) =>
  whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100;

const progressOf = (batch: IconBatch, now: Date) => iconProgressOf(batch, batch.options, now);

/** The answer to the start of a batch. */
export const created = (batch: IconBatch) => ({
  message: "Batch generation started",
  batch_id: batch.id,
  status: statusOf(batch),
  total_categories: batch.options.categories.length,
  total_icons: batch.items,
});

/** The seven fields of the reference first. */
export function status(batch: IconBatch, now: Date) {
  const progress = progressOf(batch, now);
  return {
    batch_id: batch.id,
    status: progress.status,
    progress: progress.progress,
    current_category: progress.currentCategory,
    total_categories: progress.totalCategories,
    completed_categories: progress.completedCategories,
    estimated_completion: iso(progress.estimatedCompletion),
    ...times(batch),
    total_icons: batch.items,
    successful: batch.succeeded,
    failed: batch.failed,
    ...(batch.reason === null ? {} : { reason: batch.reason }),
  };
}

const times = (batch: IconBatch) => ({
  created_at: batch.createdAt.toISOString(),
  started_at: iso(batch.startedAt),
  completed_at: iso(batch.completedAt),
});

/** One batch of the list. */
export function listed(batch: IconBatch, now: Date) {
  const { status, progress, totalCategories, completedCategories } = progressOf(batch, now);
  const { created_at, completed_at } = times(batch);
  return {
    batch_id: batch.id,
    status,
    progress,
    total_categories: totalCategories,
    completed_categories: completedCategories,
    created_at,
    completed_at,
  };
}

/** What the event `batch_progress` tells. */
export const batchProgress = (id: string, progress: IconProgress) => ({
  batch_id: id,
  progress: progress.progress,
  current_category: progress.currentCategory,
  completed: progress.completed,
  total: progress.total,
});

/** An icon that is there. */
export interface ReadyIcon {
  readonly imageUrl: string;
  readonly localPath: string;
  /** Near nothing for one that was there already. */
  readonly tookMs: number;
  /** What else is known of it, in the words of the API: `provider`, `model`, `cached`, `prompt`… */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** An icon that there is not. */
export interface FailedIcon {
  /** Of `docs/errors.md`. */
  readonly code: string;
  readonly message: string;
  readonly tookMs: number;
}

export const generated = (asked: IconSubject, icon: ReadyIcon) => ({
  success: true as const,
  image_url: icon.imageUrl,
  local_path: icon.localPath,
  generation_time: inSeconds(icon.tookMs),
  metadata: { ...metadataOf(asked), ...icon.facts },
});

const metadataOf = ({ style, colorScheme, category, customElements }: IconSubject) => ({
  style,
  color_scheme: colorScheme,
  category,
  ...(customElements.length === 0 ? {} : { custom_elements: customElements }),
});

/** One icon of the result of a batch. */
export const resultOf = (asked: IconSubject, icon: ReadyIcon | FailedIcon) =>
  "code" in icon
    ? {
        success: false as const,
        image_url: null,
        local_path: null,
        error: icon.message,
        metadata: { ...metadataOf(asked), error_code: icon.code },
        generation_time: inSeconds(icon.tookMs),
      }
    : { ...generated(asked, icon), error: null };

/** @param results of the icons that have ended, in the order of the batch */
export function result(batch: IconBatch, results: readonly ReturnType<typeof resultOf>[]) {
  const { startedAt, completedAt } = batch;
  return {
    batch_id: batch.id,
    total_requested: batch.items,
    successful: batch.succeeded,
    failed: batch.failed,
    start_time: iso(startedAt),
    end_time: iso(completedAt),
    duration: startedAt && completedAt ? inSeconds(completedAt.getTime() - startedAt.getTime()) : null,
    results,
    metadata: batch.options.metadata,
  };
}

export const cancelled = () => ({ message: "Batch cancelled successfully" });

export const cleared = (count: number) => ({ message: `Cleared ${count} cached icons`, cleared: count });

export interface CachedIcon {
  /** As `iconFileName` made it. */
  readonly name: string;
  /** A key. */
  readonly category: string;
  /** Bytes. */
  readonly size: number;
  readonly createdAt: Date;
}

export const cached = ({ name, category, size, createdAt }: CachedIcon, url: string, localPath: string) => ({
  filename: basename(name),
  category,
  path: localPath,
  size,
  created: createdAt.toISOString(),
  url,
});

export interface IconNumbers {
  readonly generated: number;
  readonly failed: number;
  readonly batches: number;
  /** Of all icons that were made; what was there already took no time. */
  readonly generationMs: number;
  readonly lastGeneration: Date | null;
  readonly activeBatches: number;
  /** Icons of them that have not ended, and single ones under way. */
  readonly activeIcons: number;
  readonly cache: {
    readonly items: number;
    readonly bytes: number;
    readonly hits: number;
    readonly misses: number;
  };
}

export const stats = ({ generated, failed, cache, ...numbers }: IconNumbers) => ({
  total_generated: generated,
  total_failed: failed,
  total_batches: numbers.batches,
  average_generation_time: generated === 0 ? 0 : inSeconds(numbers.generationMs / generated),
  last_generation: iso(numbers.lastGeneration),
  active_batches: numbers.activeBatches,
  total_active_jobs: numbers.activeIcons,
  cached_icons: cache.items,
  success_rate: percentOf(generated, generated + failed),
  cache: {
    items: cache.items,
    size_bytes: cache.bytes,
    hits: cache.hits,
    misses: cache.misses,
    hit_rate: percentOf(cache.hits, cache.hits + cache.misses),
  },
});
