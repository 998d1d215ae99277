import type { GetBatchResultsData } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { sentenceOf } from "../../../parts/error-notice.tsx";
import { count } from "../../../parts/format.ts";
import {
  type BatchResult,
  type BatchResultDetails,
  batchApi,
  countsKey,
  type Review,
  rowKey,
  rowsKey,
  type Verdict,
} from "./batch-api.ts";

export interface Reviewer {
  /** Shown at once; taken back, and told, where it cannot be stored. @param verdict null takes back what was said */
  say(result: BatchResult, verdict: Verdict | null, note?: string | null): void;
  /** Takes back what was said last. @returns the row; null where nothing was said since the page was opened */
  undo(): number | null;
}

/** How many verdicts can be taken back. */
const remembered = 100;

/** Who reviews by keys says several things a second; of a large batch, counting what matches takes longer than that. */
const countsRestMs = 400;

/** Says of results whether they are right. */
export function useReview(batchId: string): Reviewer {
  const fovea = useFovea();
  const queries = useQueryClient();
  const counting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const said = useRef<{ readonly row: number; readonly before: Review | null }[]>([]);

  const show = useCallback(
    (row: number, review: Review | null) => {
      queries.setQueriesData<GetBatchResultsData>({ queryKey: rowsKey(batchId) }, (page) =>
        page?.results.some((one) => one.row === row)
          ? { ...page, results: page.results.map((one) => (one.row === row ? { ...one, review } : one)) }
          : page,
      );
      queries.setQueryData<BatchResultDetails>(
        rowKey(batchId, row),
        (result) => result && { ...result, review },
      );
    },
    [queries, batchId],
  );

  const store = useCallback(
    async (row: number, before: Review | null, verdict: Verdict | null, note: string | null) => {
      // An answer that is under way was read before, and would undo what is shown now.
      await queries.cancelQueries({ queryKey: rowKey(batchId, row) });
      show(row, verdict && { verdict, note, by: before?.by ?? "", at: new Date().toISOString() });
      try {
        const { review } = await batchApi.review(fovea, batchId, row, { verdict, note });
        show(row, review);
        clearTimeout(counting.current);
        counting.current = setTimeout(
          () => void queries.invalidateQueries({ queryKey: countsKey(batchId) }),
          countsRestMs,
        );
      } catch (error) {
        show(row, before);
        notifications.show({
          color: "red",
          title: `Row ${count(row)} was not reviewed`,
          message: sentenceOf(error),
        });
      }
    },
    [queries, fovea, batchId, show],
  );

  return {
    say: useCallback(
      ({ row, review }, verdict, note = null) => {
        said.current = [...said.current, { row, before: review }].slice(-remembered);
        void store(row, review, verdict, note);
      },
      [store],
    ),
    undo: useCallback(() => {
      const last = said.current.pop();
      if (!last) return null;
      void store(last.row, last.before, last.before?.verdict ?? null, last.before?.note ?? null);
      return last.row;
    }, [store]),
  };
}
