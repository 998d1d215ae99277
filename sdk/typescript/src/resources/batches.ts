import { type Api, segment, withBody } from "../api.ts";
import type { ApiPromise } from "../api-promise.ts";
import { jsonBody } from "../body.ts";
import type { Download } from "../download.ts";
import { type WaitOptions, waitForEnd } from "../follow.ts";
import type {
  Batch,
  BatchChange,
  BatchErrors,
  BatchEstimate,
  BatchProgress,
  BatchResult,
  BatchResultDetails,
  BatchSummary,
  CloneBatchBody,
  CloneBatchData,
  CreateBatchData,
  CreateBatchForm,
  DeleteBatchData,
  ExportBatchQuery,
  ExportPreview,
  GetBatchResultsData,
  GetBatchResultsQuery,
  ListBatchesData,
  ListBatchesQuery,
  PreviewExportQuery,
  RetryBatchData,
} from "../generated/operations.ts";
import { type TableInput, tableRequest } from "../inputs.ts";
import { Pages } from "../pages.ts";
import type { CallOptions } from "../settings.ts";
import type { Events } from "./events.ts";

/** How a batch is made. Numbers, booleans and the schema are sent as the form has them. */
export type CreateBatchOptions = Omit<CreateBatchForm, "auto_start" | "max_cost_usd" | "schema"> & {
  readonly auto_start?: boolean | undefined;
  readonly max_cost_usd?: number | string | undefined;
  /** JSON Schema of the answers. */
  readonly schema?: Readonly<Record<string, unknown>> | string | undefined;
};

export interface BatchWaitOptions extends WaitOptions<BatchProgress> {
  /** `end`, as is usual: a paused batch is waited for. `idle`: nothing moves any more, which a paused batch is. */
  readonly until?: "end" | "idle" | undefined;
}

export type ResultFilters = Omit<GetBatchResultsQuery, "after">;

const uploadPatienceMs = 600_000;
const over = new Set(["completed", "failed", "cancelled"]);
const idle = new Set([...over, "paused", "pending"]);

/** A CSV of image addresses in, facts per image out. */
export class Batches {
  readonly #api: Api;
  readonly #events: Events;

  constructor(api: Api, events: Events) {
    this.#api = api;
    this.#events = events;
  }

  /** Makes a batch of a CSV, of addresses or of records, and starts it unless `auto_start` is false. */
  create(
    table: TableInput,
    options: CreateBatchOptions = {},
    call?: CallOptions,
  ): ApiPromise<CreateBatchData> {
    const path = "/api/v1/batches";
    return this.#api.data(
      withBody(
        { method: "POST", path, once: true, patienceMs: uploadPatienceMs },
        tableRequest(table, options),
      ),
      call,
    );
  }

  /** What such a batch would cost, and how long it would take: an estimate. Nothing is stored. */
  estimate(
    table: TableInput,
    options: CreateBatchOptions = {},
    call?: CallOptions,
  ): ApiPromise<BatchEstimate> {
    const path = "/api/v1/batches/estimate";
    return this.#api.data(
      withBody(
        { method: "POST", path, repeatable: true, patienceMs: uploadPatienceMs },
        tableRequest(table, options),
      ),
      call,
    );
  }

  /** Newest first. */
  list(query: Omit<ListBatchesQuery, "page" | "limit"> = {}, call?: CallOptions): Pages<BatchSummary> {
    return new Pages((page) =>
      this.#api
        .data<ListBatchesData>(
          { method: "GET", path: "/api/v1/batches", query: { ...query, page: page ?? 1 } },
          call,
        )
        .map(({ batches, pagination }) => ({
          items: batches,
          next: pagination.has_next ? pagination.page + 1 : null,
        })),
    );
  }

  get(id: string, call?: CallOptions): ApiPromise<Batch> {
    return this.#api.data({ method: "GET", path: batchPath(id) }, call);
  }

  /** How far it is: one row is read for it, whatever the size of the batch. */
  progress(id: string, call?: CallOptions): ApiPromise<BatchProgress> {
    return this.#api.data({ method: "GET", path: `${batchPath(id)}/progress` }, call);
  }

  /**
   * Waits until it has ended, and tells how it goes on. Leaving it (`signal`, `timeout`) leaves the batch at work.
   *
   * @returns its progress at the end, whose `status` says how it ended
   */
  wait(id: string, options: BatchWaitOptions = {}): Promise<BatchProgress> {
    const ends = options.until === "idle" ? idle : over;
    return waitForEnd(
      this.#events,
      {
        topic: `batch/${id}`,
        stateOf: (data) => ("status" in data ? (data as unknown as BatchProgress) : undefined),
        ask: async (signal) => {
          const { data: state, response } = await this.progress(id, { signal }).withResponse();
          const interval = response.headers.get("x-polling-interval");
          return { state, interval: interval === null ? null : Number(interval) };
        },
        isOver: ({ status }) => ends.has(status),
      },
      options,
    );
  }

  /** What came of the rows, in the order of the file. */
  results(id: string, filters: ResultFilters = {}, call?: CallOptions): Pages<BatchResult> {
    return new Pages((after) =>
      this.#api
        .data<GetBatchResultsData>(
          {
            method: "GET",
            path: `${batchPath(id)}/results`,
            query: { ...filters, after: after ?? undefined },
          },
          call,
        )
        .map(({ results, next_after }) => ({ items: results, next: next_after })),
    );
  }

  /** @param row from 1, as in the file without its first line */
  result(id: string, row: number, call?: CallOptions): ApiPromise<BatchResultDetails> {
    return this.#api.data({ method: "GET", path: `${batchPath(id)}/results/${row}` }, call);
  }

  /** The results as a file: `csv`, `json`, `xlsx` or `ndjson`, of exactly the rows that the filters name. */
  export(id: string, query: ExportBatchQuery = {}, call?: CallOptions): ApiPromise<Download> {
    return this.#api.download({ method: "GET", path: `/api/v1/export/batch/${segment(id)}`, query }, call);
  }

  previewExport(id: string, query: PreviewExportQuery = {}, call?: CallOptions): ApiPromise<ExportPreview> {
    return this.#api.data(
      { method: "GET", path: `/api/v1/export/batch/${segment(id)}/preview`, query },
      call,
    );
  }

  /** What failed, by cause. */
  errors(id: string, call?: CallOptions): ApiPromise<BatchErrors> {
    return this.#api.data({ method: "GET", path: `${batchPath(id)}/analyze` }, call);
  }

  start(id: string, call?: CallOptions): ApiPromise<BatchChange> {
    return this.#change(id, "start", undefined, call);
  }

  pause(id: string, call?: CallOptions): ApiPromise<BatchChange> {
    return this.#change(id, "pause", undefined, call);
  }

  /** @param options `max_cost_usd` is a new budget, where the old one is used up */
  resume(
    id: string,
    options: { readonly max_cost_usd?: number | string | undefined } = {},
    call?: CallOptions,
  ): ApiPromise<BatchChange> {
    return this.#change(id, "resume", options, call);
  }

  cancel(id: string, call?: CallOptions): ApiPromise<BatchChange> {
    return this.#change(id, "cancel", undefined, call);
  }

  /** Runs failed rows again: all, those with these codes, or certain ones by their rows in the file. */
  retry(
    id: string,
    options: {
      readonly codes?: readonly string[] | undefined;
      readonly rows?: readonly number[] | undefined;
    } = {},
    call?: CallOptions,
  ): ApiPromise<RetryBatchData> {
    return this.#change(id, "retry", options, call);
  }

  /** A new batch of the same rows. */
  clone(id: string, options: CloneBatchBody, call?: CallOptions): ApiPromise<CloneBatchData> {
    return this.#change(id, "clone", options, call);
  }

  /** @param options `force` also where it is at work */
  delete(
    id: string,
    options: { readonly force?: boolean | undefined } = {},
    call?: CallOptions,
  ): ApiPromise<DeleteBatchData> {
    return this.#api.data({ method: "DELETE", path: batchPath(id), query: options }, call);
  }

  /** A file to begin with. */
  template(format: "csv" | "json" | "xlsx" | "ndjson" = "csv", call?: CallOptions): ApiPromise<Download> {
    return this.#api.download({ method: "GET", path: "/api/v1/export/template", query: { format } }, call);
  }

  #change<Data>(id: string, what: string, body: unknown, call: CallOptions | undefined): ApiPromise<Data> {
    return this.#api.data(
      {
        method: "POST",
        path: `${batchPath(id)}/${what}`,
        ...(body === undefined ? {} : { body: jsonBody(body) }),
      },
      call,
    );
  }
}

const batchPath = (id: string) => `/api/v1/batches/${segment(id)}`;
