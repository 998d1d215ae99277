import type { BatchProgress } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { batchApi, countsKey } from "./batch-api.ts";
import { filtersOf, isFiltered, type ResultsView, type ResultTab } from "./results-view.ts";

export interface ResultCounts {
  /** Of each tab without filters; null where it is not known yet. */
  readonly tabs: Readonly<Record<ResultTab, number | null>>;
  /** Results that are shown, filters and all: what an export holds. */
  readonly matching: number | null;
  readonly error: unknown;
}

/** Exact numbers: of the counters where they know, else counted by the service. */
export function useResultCounts(batchId: string, progress: BatchProgress, view: ResultsView): ResultCounts {
  const fovea = useFovea();
  const filters = filtersOf(view);
  const reviews = useQuery({
    queryKey: [...countsKey(batchId), "reviews"],
    queryFn: ({ signal }) => batchApi.reviews(fovea, batchId, signal),
  });
  const { accepted = null, flagged = null, needs_review = null } = reviews.data ?? {};
  const counted = isFiltered(view) && !(view.tab === "reviewed" && onlyVerdict(view));
  const matching = useQuery({
    queryKey: [...countsKey(batchId), "matching", filters],
    queryFn: ({ signal }) => batchApi.matching(fovea, batchId, filters, signal),
    enabled: counted,
    placeholderData: keepPreviousData,
  });
  const tabs = {
    all: progress.processed_count,
    failed: progress.failed_count,
    "needs-review": needs_review,
    reviewed: accepted === null || flagged === null ? null : accepted + flagged,
  };
  const verdict = view.verdict === "accepted" ? accepted : flagged;
  const known = view.tab === "reviewed" && view.verdict !== null ? verdict : tabs[view.tab];
  return {
    tabs,
    matching: counted ? (matching.isPlaceholderData ? null : (matching.data ?? null)) : known,
    error: reviews.error ?? matching.error,
  };
}

const onlyVerdict = (view: ResultsView) => !isFiltered({ ...view, verdict: null });
