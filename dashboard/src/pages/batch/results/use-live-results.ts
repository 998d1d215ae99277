import type { BatchProgress } from "@fovea/client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { liveKey } from "./batch-api.ts";

/** A batch stores a hundred results a second; nobody reads so fast. */
const everyMs = 2_000;

/** While a batch is at work, what is shown of its results is asked for again: at once, then at most every two seconds. */
export function useLiveResults(batchId: string, { processed_count, status }: BatchProgress): void {
  const queries = useQueryClient();
  const now = `${processed_count} ${status}`;
  const seen = useRef({ state: now, at: 0 });
  useEffect(() => {
    if (seen.current.state === now) return;
    const refresh = () => {
      seen.current = { state: now, at: Date.now() };
      void queries.invalidateQueries({ queryKey: liveKey(batchId) });
    };
    const rest = seen.current.at + everyMs - Date.now();
    if (rest <= 0) return refresh();
    const timer = setTimeout(refresh, rest);
    return () => clearTimeout(timer);
  }, [batchId, now, queries]);
}
