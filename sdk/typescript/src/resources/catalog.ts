import { type Api, segment, withBody } from "../api.ts";
import type { ApiPromise } from "../api-promise.ts";
import { jsonBody } from "../body.ts";
import type { Download } from "../download.ts";
import { type WaitOptions, waitForEnd } from "../follow.ts";
import type {
  CancelCatalogAnswer,
  CatalogProduct,
  CatalogStatus,
  ConfigureCatalogWebhookAnswer,
  ConfigureCatalogWebhookBody,
  GetCatalogStatusQuery,
  UploadCatalogAnswer,
  UploadCatalogForm,
} from "../generated/operations.ts";
import { type TableInput, tableRequest } from "../inputs.ts";
import { Pages } from "../pages.ts";
import type { CallOptions } from "../settings.ts";
import type { Events } from "./events.ts";

/** How images become smaller. */
export type CatalogOptions = {
  readonly [Field in keyof UploadCatalogForm]?: UploadCatalogForm[Field] | number | undefined;
};

/** An upload without its products: what it has come to so far. */
export type CatalogSummary = Pick<CatalogStatus, "request_id" | "status" | "progress" | "saved_bytes">;

const uploadPatienceMs = 600_000;
const over = (state: CatalogSummary) =>
  // One that was cancelled is `completed` or `failed` by what it came to, like any other.
  state.status === "completed" || state.status === "failed";

/** A CSV of products in, their images smaller and at addresses of their own out. */
export class Catalog {
  readonly #api: Api;
  readonly #events: Events;

  constructor(api: Api, events: Events) {
    this.#api = api;
    this.#events = events;
  }

  upload(
    table: TableInput,
    options: CatalogOptions = {},
    call?: CallOptions,
  ): ApiPromise<UploadCatalogAnswer> {
    const path = "/api/v1/upload";
    return this.#api.json(
      withBody(
        { method: "POST", path, once: true, patienceMs: uploadPatienceMs },
        tableRequest(table, options),
      ),
      call,
    );
  }

  /** With all its products, or with a page of them. */
  status(id: string, query: GetCatalogStatusQuery = {}, call?: CallOptions): ApiPromise<CatalogStatus> {
    return this.#api.json({ method: "GET", path: statusPath(id), query }, call);
  }

  /** Its products, in the order of the file. */
  products(
    id: string,
    query: { readonly per_page?: number | undefined } = {},
    call?: CallOptions,
  ): Pages<CatalogProduct> {
    return new Pages((page) =>
      this.status(id, { per_page: 100, ...query, page: Number(page ?? 1) }, call).map((status) => {
        const { products, page: at = 1, total_pages: pages = 1 } = status;
        return { items: products, next: at < pages ? at + 1 : null };
      }),
    );
  }

  /**
   * Waits until it has ended, and tells how it goes on. Leaving it (`signal`, `timeout`) leaves the upload at work.
   *
   * @returns what it came to; `products` and `csv` have the rest
   */
  wait(id: string, options: WaitOptions<CatalogSummary> = {}): Promise<CatalogSummary> {
    return waitForEnd(
      this.#events,
      {
        topic: `catalog/${id}`,
        // As the guide to events has it.
        stateOf: (data) => ("status" in data ? (data as unknown as CatalogSummary) : undefined),
        ask: async (signal) => {
          const answer = await this.status(id, { page: 1, per_page: 1 }, { signal });
          const { request_id, status, progress, saved_bytes } = answer;
          return { state: { request_id, status, progress, saved_bytes }, interval: null };
        },
        isOver: over,
      },
      options,
    );
  }

  /** The uploaded rows with the addresses of what came of them. */
  csv(id: string, call?: CallOptions): ApiPromise<Download> {
    return this.#api.download({ method: "GET", path: `${statusPath(id)}/csv` }, call);
  }

  /** What is not begun stays as it is. */
  cancel(id: string, call?: CallOptions): ApiPromise<CancelCatalogAnswer> {
    return this.#api.json({ method: "POST", path: `${statusPath(id)}/cancel` }, call);
  }

  /** The one receiver of the service's catalog events; replaces the one before. */
  configureWebhook(
    body: ConfigureCatalogWebhookBody,
    call?: CallOptions,
  ): ApiPromise<ConfigureCatalogWebhookAnswer> {
    return this.#api.json(
      { method: "POST", path: "/api/v1/webhook/configure", body: jsonBody(body), repeatable: true },
      call,
    );
  }
}

const statusPath = (id: string) => `/api/v1/status/${segment(id)}`;
