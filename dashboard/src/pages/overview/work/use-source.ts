import { useInfiniteQuery } from "@tanstack/react-query";
import { isRefusal } from "./is-refusal.ts";
import type { WorkItem, WorkKind } from "./work-item.ts";

export interface WorkPage {
  readonly items: readonly WorkItem[];
  /** Where the next page begins; null on the last. */
  readonly next: string | number | null;
}

/** While something is under way, which may be somebody else's: nothing is told live of that. */
const busyMs = 5_000;

/** One kind of work, newest first, a page at a time. @param everyMs between two looks where nothing is under way */
export function useSource(
  kind: WorkKind,
  read: (from: string | number | null, signal: AbortSignal) => Promise<WorkPage>,
  everyMs: number,
) {
  const query = useInfiniteQuery({
    queryKey: ["work", kind],
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: null as string | number | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: ({ state: { data, error } }) => {
      if (isRefusal(error)) return false;
      return data?.pages.some(({ items }) => items.some(({ isOver }) => !isOver)) ? busyMs : everyMs;
    },
  });
  // While one reads on, new work moves other work to a later page.
  const items = new Map(query.data?.pages.flatMap((page) => page.items).map((item) => [item.id, item]));
  return {
    kind,
    items: [...items.values()],
    hasMore: query.hasNextPage,
    isPending: query.isPending,
    isReadingOn: query.isFetchingNextPage,
    error: query.error,
    readOn: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  };
}
