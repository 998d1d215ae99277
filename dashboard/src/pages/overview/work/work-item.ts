import type { BatchSummary, IconBatchSummary, ListCatalogsAnswer, MediaJob } from "@fovea/client";

export const workKinds = ["analysis", "icons", "media", "catalog"] as const;
export type WorkKind = (typeof workKinds)[number];

/** Something that takes time, of whichever kind. */
export interface WorkItem {
  readonly kind: WorkKind;
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly isOver: boolean;
  /** 0 to 100. */
  readonly percent: number;
  /** Null where it is one thing. */
  readonly counts: {
    readonly noun: "row" | "category" | "product";
    /** Those that have ended, however. */
    readonly done: number;
    readonly total: number;
    /** Null where a list does not tell it. */
    readonly failed: number | null;
  } | null;
  /** Why it stands still, or what it ended with. */
  readonly note: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
}

const over = new Set(["completed", "failed", "cancelled"]);

export const batchItem = (batch: BatchSummary): WorkItem => ({
  kind: "analysis",
  id: batch.batch_id,
  name: batch.batch_name,
  state: batch.status,
  isOver: over.has(batch.status),
  percent: batch.progress_percentage,
  counts: {
    noun: "row",
    done: batch.processed_count,
    total: batch.total_urls,
    failed: batch.failed_count,
  },
  note: batch.error_message,
  createdAt: batch.created_at,
});

export const iconItem = (batch: IconBatchSummary): WorkItem => ({
  kind: "icons",
  id: batch.batch_id,
  name: `Set of ${batch.total_categories} ${batch.total_categories === 1 ? "category" : "categories"}`,
  state: batch.status,
  isOver: over.has(batch.status),
  percent: batch.progress,
  counts: {
    noun: "category",
    done: batch.completed_categories,
    total: batch.total_categories,
    failed: null,
  },
  note: null,
  createdAt: batch.created_at,
});

export const mediaItem = (job: MediaJob): WorkItem => ({
  kind: "media",
  id: job.id,
  name: job.prompt,
  state: job.status,
  isOver: over.has(job.status),
  percent: job.progress,
  counts: null,
  note: job.error_message,
  createdAt: job.created_at,
});

export const catalogItem = (request: ListCatalogsAnswer["requests"][number]): WorkItem => ({
  kind: "catalog",
  id: request.request_id,
  name: request.file_name ?? "Catalog",
  state: request.state,
  isOver: over.has(request.state),
  percent: shareOf(request.products),
  counts: {
    noun: "product",
    done: request.products.total - request.products.remaining,
    total: request.products.total,
    failed: request.products.failed,
  },
  note: null,
  createdAt: request.created_at,
});

const shareOf = ({ total, remaining }: { readonly total: number; readonly remaining: number }): number =>
  total === 0 ? 100 : ((total - remaining) / total) * 100;
