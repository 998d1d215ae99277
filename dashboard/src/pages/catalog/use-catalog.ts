import type { GetCatalogAnswer } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

/** Of larger ones all products are read at the end only, to say what they came to. */
const mostReadOnTheWay = 5_000;
const everyMs = 3_000;
const rarelyMs = 60_000;
/** What was under way when somebody cancelled it ends by then. */
const settlingMs = 60_000;

export interface CatalogView {
  readonly catalog: GetCatalogAnswer | undefined;
  readonly error: unknown;
  readonly isOver: boolean;
  /** Nothing of it changes any more. */
  readonly isSettled: boolean;
  /** Told as it happens (true), asked for (false), or not known yet. */
  readonly live: boolean | undefined;
  refresh(): Promise<void>;
}

/** One catalog as a whole, and how it goes on until it ends. */
export function useCatalog(id: string): CatalogView {
  const fovea = useFovea();
  const queries = useQueryClient();
  const [live, setLive] = useState<boolean | undefined>(undefined);
  const key = ["catalog", id];
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      fovea.get<GetCatalogAnswer>(`/api/v1/requests/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state: { data } }) =>
      data === undefined || isSettled(data)
        ? false
        : data.products.total > mostReadOnTheWay
          ? rarelyMs
          : everyMs,
  });
  const over = query.data !== undefined && isOver(query.data);
  const follows = query.data !== undefined && !over;

  useEffect(() => {
    if (!follows) return;
    const controller = new AbortController();
    const { signal } = controller;
    fovea.catalog
      .wait(id, {
        signal,
        onProgress({ progress: { total, completed, failed, remaining }, saved_bytes, status }, how) {
          if (signal.aborted) return;
          setLive(how.live);
          queries.setQueryData<GetCatalogAnswer>(
            ["catalog", id],
            (known) =>
              // The end is asked for: what was under way when somebody cancelled it counts too.
              known && {
                ...known,
                state: status === "received" ? "received" : "processing",
                products: { total, done: completed, failed, remaining },
                saved_bytes,
              },
          );
        },
      })
      .catch(() => undefined)
      .finally(() => {
        if (signal.aborted) return;
        void queries.invalidateQueries({ queryKey: ["catalog", id] });
        void queries.invalidateQueries({ queryKey: ["catalog-products", id] });
      });
    return () => controller.abort();
  }, [fovea, queries, id, follows]);

  return {
    catalog: query.data,
    error: query.error,
    isOver: over,
    isSettled: query.data !== undefined && isSettled(query.data),
    live,
    async refresh() {
      await queries.invalidateQueries({ queryKey: key });
      await queries.invalidateQueries({ queryKey: ["catalog-products", id] });
    },
  };
}

const isOver = ({ state }: GetCatalogAnswer): boolean =>
  state === "completed" || state === "failed" || state === "cancelled";

const isSettled = (catalog: GetCatalogAnswer): boolean =>
  isOver(catalog) &&
  (catalog.state !== "cancelled" || Date.now() - Date.parse(catalog.completed_at ?? "") > settlingMs);
