import type { IconBatchProgress, IconBatchResult } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

const over = new Set<string | undefined>(["completed", "failed", "cancelled"]);

export interface IconSet {
  readonly progress: IconBatchProgress | undefined;
  /** Those icons that have ended. */
  readonly result: IconBatchResult | undefined;
  readonly isOver: boolean;
  readonly live: boolean | undefined;
  readonly error: unknown;
  refresh(): void;
}

/** A set as it goes on, with each icon as soon as it is done. */
export function useIconSet(id: string): IconSet {
  const fovea = useFovea();
  const queries = useQueryClient();
  const [heard, setHeard] = useState({ completed: 0, status: "", live: undefined as boolean | undefined });
  const [lost, setLost] = useState<unknown>(undefined);
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another round follows it anew
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    setLost(undefined);
    fovea.icons.batches
      .wait(id, {
        signal,
        onProgress: ({ completed, status = "" }, { live }) => setHeard({ completed, status, live }),
      })
      .then(
        ({ status }) => {
          if (signal.aborted) return;
          setHeard((before) => ({ ...before, status }));
          void queries.invalidateQueries({ queryKey: ["icon-sets"] });
          void queries.invalidateQueries({ queryKey: ["cached-icons"] });
        },
        (error: unknown) => {
          if (!signal.aborted) setLost(error);
        },
      );
    return () => controller.abort();
  }, [fovea, queries, id, round]);

  // Whatever is told, what is shown is read: an icon more, or another state, and it is read again.
  const known = useQuery({
    queryKey: ["icon-set", id, heard.completed, heard.status],
    queryFn: async ({ signal }) => {
      const [progress, result] = await Promise.all([
        fovea.icons.batches.get(id, { signal }),
        fovea.get<IconBatchResult>(`/api/icons/batch/${encodeURIComponent(id)}/result`, {
          query: { partial: "true" },
          signal,
        }),
      ]);
      return { progress, result };
    },
    placeholderData: keepPreviousData,
  });
  // Another set's state is not this one's, though it may be shown for a moment.
  const data = known.data?.progress.batch_id === id ? known.data : undefined;
  const refresh = () => {
    setRound((before) => before + 1);
    void known.refetch();
  };
  return {
    ...{ progress: data?.progress, result: data?.result, live: heard.live, refresh },
    isOver: over.has(data?.progress.status),
    error: known.error ?? lost,
  };
}
