import type {
  IconBatchSummary,
  ListBatchesData,
  ListCatalogsAnswer,
  ListMediaJobsAnswer,
} from "@fovea/client";
import { useFovea } from "@fovea/react";
import { mergeWork } from "./merge-work.ts";
import { useLiveWork } from "./use-live-work.ts";
import { useSource } from "./use-source.ts";
import { batchItem, catalogItem, iconItem, mediaItem } from "./work-item.ts";

const pageSize = 10;
const pollMs = 5_000;
/** Live events tell of one's own work; whether others have begun some is looked at now and then. */
const liveMs = 15_000;

export type Work = ReturnType<typeof useWork>;

/** Work of all kinds: what is under way, and what has ended, newest first. */
export function useWork() {
  const fovea = useFovea();
  const live = useLiveWork();
  const everyMs = live ? liveMs : pollMs;

  const analysis = useSource(
    "analysis",
    async (from, signal) => {
      const { data } = await fovea.get<{ readonly data: ListBatchesData }>("/api/v1/batches", {
        query: { page: from ?? 1, per_page: pageSize },
        signal,
      });
      const { has_next, page } = data.pagination;
      return { items: data.batches.map(batchItem), next: has_next ? page + 1 : null };
    },
    everyMs,
  );
  const icons = useSource(
    "icons",
    async (from, signal) => {
      const offset = Number(from ?? 0);
      const batches = await fovea.get<IconBatchSummary[]>("/api/icons/batches", {
        query: { limit: pageSize, offset },
        signal,
      });
      return { items: batches.map(iconItem), next: batches.length < pageSize ? null : offset + pageSize };
    },
    everyMs,
  );
  const media = useSource(
    "media",
    async (from, signal) => {
      const { jobs, has_next, page } = await fovea.get<ListMediaJobsAnswer>("/api/v1/jobs", {
        query: { page: from ?? 1, per_page: pageSize },
        signal,
      });
      return { items: jobs.map(mediaItem), next: has_next ? page + 1 : null };
    },
    everyMs,
  );
  const catalog = useSource(
    "catalog",
    async (from, signal) => {
      const { requests, next_after } = await fovea.get<ListCatalogsAnswer>("/api/v1/requests", {
        query: { limit: pageSize, after: from ?? undefined },
        signal,
      });
      return { items: requests.map(catalogItem), next: next_after };
    },
    everyMs,
  );

  const sources = [analysis, icons, media, catalog];
  const { underWay, ended, next } = mergeWork(sources);
  return {
    live,
    underWay,
    ended,
    isPending: sources.some(({ isPending }) => isPending),
    /** Kinds that cannot be listed, and why. */
    missing: sources.flatMap(({ kind, error, retry }) => (error ? [{ kind, error, retry }] : [])),
    hasMore: next.length > 0,
    isReadingOn: sources.some(({ isReadingOn }) => isReadingOn),
    readOn: () => {
      for (const index of next) sources[index]?.readOn();
    },
  };
}
