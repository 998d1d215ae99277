import { useFovea } from "@fovea/react";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { sentenceOf } from "../../../parts/error-notice.tsx";
import { counted } from "../../../parts/format.ts";
import { batchApi, liveKey } from "./batch-api.ts";

export interface Retry {
  /** What is being asked for: a code, or `rows`; null where nothing is. */
  readonly pending: string | null;
  ofCode(code: string): void;
  ofRow(row: number): void;
}

/** Runs failed rows again, and tells once with the exact number what came of asking. */
export function useRetry(batchId: string, onRestarted: (() => void) | undefined): Retry {
  const fovea = useFovea();
  const queries = useQueryClient();
  const [pending, setPending] = useState<string | null>(null);
  const run = useCallback(
    async (name: string, which: Parameters<typeof batchApi.retry>[2]) => {
      setPending(name);
      try {
        const { retried } = await batchApi.retry(fovea, batchId, which);
        notifications.show({
          message: `${counted(retried, "row is", "rows are")} tried again.`,
        });
        onRestarted?.();
        await queries.invalidateQueries({ queryKey: liveKey(batchId) });
      } catch (error) {
        notifications.show({ color: "red", title: "Nothing is tried again", message: sentenceOf(error) });
      } finally {
        setPending(null);
      }
    },
    [fovea, queries, batchId, onRestarted],
  );
  return {
    pending,
    ofCode: useCallback((code) => void run(code, { codes: [code] }), [run]),
    ofRow: useCallback((row) => void run("rows", { rows: [row] }), [run]),
  };
}
