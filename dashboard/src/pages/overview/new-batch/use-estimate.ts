import type { BatchEstimate, CreateBatchOptions, PreviewBatchData } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ChosenFile } from "./chosen-file.ts";
import { previewedBytes } from "./preview-file.ts";

/** A larger file is not sent twice: what it holds is told by its beginning. */
const mostCountedBytes = 20e6;

export interface Load {
  readonly rows: number;
  /** Distinct addresses. */
  readonly questions: number;
  /** Whether it was counted; else it was told by the beginning of the file. */
  readonly exact: boolean;
}

/** How much there is to do in a file. */
export function useLoad({ id, file }: ChosenFile, preview: PreviewBatchData) {
  const fovea = useFovea();
  const { total_urls: rows, invalid_urls, duplicate_urls, partial } = preview;
  const counting = partial && file.size <= mostCountedBytes;
  const counted = useQuery({
    queryKey: ["count", id],
    queryFn: ({ signal }) => fovea.batches.estimate(file, {}, { signal }),
    enabled: counting,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  const questions = rows - invalid_urls - duplicate_urls;
  const share = partial ? file.size / previewedBytes : 1;
  const load: Load | undefined = !counting
    ? { rows: about(rows * share, partial), questions: about(questions * share, partial), exact: !partial }
    : counted.data && { rows: counted.data.total_urls, questions: counted.data.questions, exact: true };
  return { load, error: counted.error, retry: counted.refetch };
}

/** No more digits than a guess has. */
const about = (number: number, isGuess: boolean): number =>
  isGuess ? Number(number.toPrecision(2)) : number;

type Question = Pick<CreateBatchOptions, "model" | "lane" | "instruction" | "schema">;

/** What a batch of so much would cost, and how long it would take. */
export function useEstimate(load: Load | undefined, question: Question) {
  const fovea = useFovea();
  // One is still typing.
  const [asked] = useDebouncedValue(question, 400);
  const { data, error, isFetching } = useQuery({
    queryKey: ["estimate", load?.questions, asked],
    queryFn: async ({ signal }) => {
      const json = { ...asked, rows: load?.questions };
      const answer = await fovea.post<{ readonly data: BatchEstimate }>("/api/v1/batches/estimate", {
        json,
        signal,
      });
      return answer.data;
    },
    enabled: load !== undefined && load.questions > 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return { estimate: data, error, isFetching };
}
