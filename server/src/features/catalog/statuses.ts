import type { BatchState } from "../../engine/states.ts";
import type { CatalogProduct } from "./product-rows.ts";

/** Of a request and of a product: the document has these four words. */
export const catalogStatuses = ["received", "processing", "completed", "failed"] as const;

export type CatalogStatus = (typeof catalogStatuses)[number];

/** What became of one image. */
export type ImageOutcome =
  | {
      readonly state: "made";
      readonly outputUrl: string;
      readonly inputBytes: number;
      /** At most `inputBytes`. */
      readonly outputBytes: number;
      readonly format: string;
      /** Pixels, upright. */
      readonly width: number;
      readonly height: number;
      /** 1 to 100; null where no detail was given up. */
      readonly quality: number | null;
      /** 0 to 1; null where it was not measured. */
      readonly similarity: number | null;
      /** Why it is not what was asked for; null where it is. */
      readonly why: string | null;
    }
  | { readonly state: "failed"; readonly code: string; readonly message: string };

/** A product with what became of its images. */
export interface ProductResult extends CatalogProduct {
  /** Somebody has taken it up, or one of those beside it. */
  readonly begun: boolean;
  /** Nothing more comes of it. */
  readonly hasEnded: boolean;
  /** For each of `urls`, in their order; null where there is none yet. */
  readonly outcomes: readonly (ImageOutcome | null)[];
}

/** A request failed only where nothing came of any product; one that was stopped with something made has that. */
export function requestStatus(request: {
  readonly state: BatchState;
  readonly startedAt: Date | null;
  readonly succeeded: number;
}): CatalogStatus {
  switch (request.state) {
    case "pending":
    case "queued":
    case "processing":
    case "paused":
      return request.startedAt === null ? "received" : "processing";
    case "completed":
    case "failed":
    case "cancelled":
      return request.succeeded > 0 ? "completed" : "failed";
  }
}

/** Of a product; one of a request that has ended has ended too. */
export function productStatus({ begun, hasEnded, outcomes }: ProductResult): CatalogStatus {
  if (hasEnded) return outcomes.some((outcome) => outcome?.state === "made") ? "completed" : "failed";
  return begun ? "processing" : "received";
}
