import { type Api, segment } from "../api.ts";
import type { ApiPromise } from "../api-promise.ts";
import { jsonBody } from "../body.ts";
import type { Download } from "../download.ts";
import { type WaitOptions, waitForEnd } from "../follow.ts";
import type {
  CancelIconBatchAnswer,
  GenerateIconBatchAnswer,
  GenerateIconBatchBody,
  IconBatchProgress,
  IconBatchResult,
  IconBatchSummary,
} from "../generated/operations.ts";
import { Pages } from "../pages.ts";
import type { CallOptions } from "../settings.ts";
import type { Events } from "./events.ts";

/** What is told while a batch of icons is at work: live events tell less of it than its status does. */
export interface IconProgress {
  readonly batch_id: string;
  /** Per cent. */
  readonly progress: number;
  readonly current_category: string | null;
  readonly status?: IconBatchProgress["status"] | undefined;
  /** Icons that have ended, of `total`; asked for rather than told, they are the successful and the failed ones. */
  readonly completed: number;
  readonly total: number;
}

const over = new Set<string | undefined>(["completed", "failed", "cancelled"]);
const perPage = 100;

/** Many categories in, a set of icons that belongs together out. */
export class IconBatches {
  readonly #api: Api;
  readonly #events: Events;

  constructor(api: Api, events: Events) {
    this.#api = api;
    this.#events = events;
  }

  create(body: GenerateIconBatchBody, call?: CallOptions): ApiPromise<GenerateIconBatchAnswer> {
    return this.#api.json(
      { method: "POST", path: "/api/icons/generate/batch", body: jsonBody(body), once: true },
      call,
    );
  }

  get(id: string, call?: CallOptions): ApiPromise<IconBatchProgress> {
    return this.#api.json({ method: "GET", path: `${path(id)}/status` }, call);
  }

  /** What came of each icon, once it has ended; `ConflictError` before. */
  result(id: string, call?: CallOptions): ApiPromise<IconBatchResult> {
    return this.#api.json({ method: "GET", path: `${path(id)}/result` }, call);
  }

  /** One's own, newest first. */
  list(call?: CallOptions): Pages<IconBatchSummary> {
    return new Pages((offset) =>
      this.#api
        .json<IconBatchSummary[]>(
          { method: "GET", path: "/api/icons/batches", query: { limit: perPage, offset: offset ?? 0 } },
          call,
        )
        .map((items) => ({ items, next: items.length < perPage ? null : Number(offset ?? 0) + perPage })),
    );
  }

  cancel(id: string, call?: CallOptions): ApiPromise<CancelIconBatchAnswer> {
    return this.#api.json({ method: "POST", path: `${path(id)}/cancel` }, call);
  }

  /** All its files as a ZIP, with a contact sheet. */
  download(id: string, call?: CallOptions): ApiPromise<Download> {
    return this.#api.download({ method: "GET", path: `${path(id)}/download` }, call);
  }

  /**
   * Waits until it has ended, and tells how it goes on. Leaving it (`signal`, `timeout`) leaves the batch at work.
   *
   * @returns its status, which says how it ended
   */
  async wait(id: string, options: WaitOptions<IconProgress> = {}): Promise<IconBatchProgress> {
    await waitForEnd(
      this.#events,
      {
        topic: `icons/${id}`,
        stateOf: (data) => progressOf(id, data),
        ask: async (signal) => ({ state: asProgress(await this.get(id, { signal })), interval: null }),
        isOver: ({ status }) => over.has(status),
      },
      options,
    );
    return await this.get(id, { signal: options.signal });
  }
}

const path = (id: string) => `/api/icons/batch/${segment(id)}`;

const asProgress = ({
  batch_id,
  progress,
  current_category,
  status,
  ...of
}: IconBatchProgress): IconProgress => ({
  batch_id,
  progress,
  current_category,
  status,
  completed: of.successful + of.failed,
  total: of.total_icons,
});

/** Of its events, one tells of an icon that ended (`job_output`), which is no state. */
function progressOf(id: string, data: Readonly<Record<string, unknown>>): IconProgress | undefined {
  // As the guide to events has it.
  if ("progress" in data) return data as unknown as IconProgress;
  if ("summary" in data) {
    const { status, total, successful, failed } = data["summary"] as Record<
      "total" | "successful" | "failed",
      number
    > &
      Pick<IconBatchProgress, "status">;
    return {
      batch_id: id,
      progress: 100,
      current_category: null,
      status,
      completed: successful + failed,
      total,
    };
  }
  if ("error" in data)
    return { batch_id: id, progress: 100, current_category: null, status: "failed", completed: 0, total: 0 };
  return undefined;
}
