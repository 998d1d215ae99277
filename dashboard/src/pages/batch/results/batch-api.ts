import type {
  BatchErrors,
  BatchResult,
  BatchResultDetails,
  CountReviewsData,
  ExportPreview,
  Fovea,
  GetBatchResultsData,
  ListFailuresData,
  ReviewResultBody,
  ReviewResultData,
} from "@fovea/client";
import { apiUrl } from "../../../service/api-url.ts";
import type { ResultFilters } from "./results-view.ts";

/** The API wraps what it answers. */
interface Envelope<Data> {
  readonly data: Data;
}

export type Review = NonNullable<BatchResult["review"]>;
export type Verdict = Review["verdict"];
export type { BatchResult, BatchResultDetails };
export type FailureFacts = ListFailuresData["failures"][number];

const of = (batchId: string) => `/api/v1/batches/${batchId}`;

/** What the pages of results ask of the service. */
export const batchApi = {
  results: async (
    fovea: Fovea,
    batchId: string,
    query: ResultFilters & { readonly limit: string; readonly after: string },
    signal: AbortSignal,
  ) => (await fovea.get<Envelope<GetBatchResultsData>>(`${of(batchId)}/results`, { query, signal })).data,
  result: async (fovea: Fovea, batchId: string, row: number, signal: AbortSignal) =>
    (await fovea.get<Envelope<BatchResultDetails>>(`${of(batchId)}/results/${row}`, { signal })).data,
  matching: async (fovea: Fovea, batchId: string, filters: ResultFilters, signal: AbortSignal) => {
    const { data } = await fovea.get<Envelope<ExportPreview>>(`/api/v1/export/batch/${batchId}/preview`, {
      query: { ...filters, count: true },
      signal,
    });
    return data.total_matching ?? 0;
  },
  reviews: async (fovea: Fovea, batchId: string, signal: AbortSignal) =>
    (await fovea.get<Envelope<CountReviewsData>>(`${of(batchId)}/reviews`, { signal })).data,
  review: async (fovea: Fovea, batchId: string, row: number, json: ReviewResultBody) =>
    (await fovea.post<Envelope<ReviewResultData>>(`${of(batchId)}/results/${row}/review`, { json })).data,
  errors: async (fovea: Fovea, batchId: string, signal: AbortSignal) =>
    (await fovea.get<Envelope<BatchErrors>>(`${of(batchId)}/analyze`, { signal })).data.errors,
  failures: async (fovea: Fovea, signal: AbortSignal) =>
    (await fovea.get<Envelope<ListFailuresData>>("/api/v1/failures", { signal })).data.failures,
  retry: async (
    fovea: Fovea,
    batchId: string,
    which: { readonly codes?: readonly string[]; readonly rows?: readonly number[] },
  ) =>
    (await fovea.post<Envelope<{ readonly retried: number }>>(`${of(batchId)}/retry`, { json: which })).data,
} as const;

/** @param size pixels of the longer side */
export const pictureOf = (batchId: string, row: number, size: 256 | 1024): string =>
  apiUrl(`${of(batchId)}/results/${row}/image?size=${size}`);

export const exportOf = (batchId: string, query: ResultFilters): string =>
  apiUrl(`/api/v1/export/batch/${batchId}?${new URLSearchParams(query)}`);

/** Begins the keys of what changes while a batch is at work. */
export const liveKey = (batchId: string) => ["batch", batchId, "live"] as const;
export const rowsKey = (batchId: string) => [...liveKey(batchId), "rows"] as const;
export const rowKey = (batchId: string, row: number) => [...liveKey(batchId), "row", row] as const;
export const countsKey = (batchId: string) => [...liveKey(batchId), "counts"] as const;
