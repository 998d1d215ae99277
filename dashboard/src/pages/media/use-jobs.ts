import type { ListMediaJobsAnswer, MediaJob } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { useInfiniteQuery } from "@tanstack/react-query";

export type JobFilter = "all" | "completed" | "failed";

const perPage = 24;
const over = new Set(["completed", "failed", "cancelled"]);

export const isOver = ({ status }: Pick<MediaJob, "status">): boolean => over.has(status);

/** Jobs, newest first, a page at a time; asked again while some are under way. */
export function useJobs(filter: JobFilter) {
  const fovea = useFovea();
  return useInfiniteQuery({
    queryKey: ["media-jobs", filter],
    queryFn: ({ pageParam, signal }) =>
      fovea.get<ListMediaJobsAnswer>("/api/v1/jobs", {
        query: { page: pageParam, per_page: perPage, ...(filter !== "all" && { status: filter }) },
        signal,
      }),
    initialPageParam: 1,
    getNextPageParam: ({ has_next, page }) => (has_next ? page + 1 : null),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ jobs }) => jobs.some((job) => !isOver(job))) ? 4_000 : false,
  });
}

/** While one looks, new jobs push others over to the next page. */
export function jobsOf(pages: readonly ListMediaJobsAnswer[]): readonly MediaJob[] {
  const jobs = new Map(pages.flatMap((page) => page.jobs).map((job) => [job.id, job]));
  return [...jobs.values()];
}
