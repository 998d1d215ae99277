import { type Api, segment } from "../api.ts";
import type { ApiPromise } from "../api-promise.ts";
import { jsonBody } from "../body.ts";
import { type WaitOptions, waitForEnd } from "../follow.ts";
import type {
  CreateMediaJobAnswer,
  CreateMediaJobBody,
  ListMediaJobsAnswer,
  ListMediaJobsQuery,
  MediaJob,
} from "../generated/operations.ts";
import { Pages } from "../pages.ts";
import type { CallOptions } from "../settings.ts";
import type { Events } from "./events.ts";

const over = new Set(["completed", "failed", "cancelled"]);

/** A prompt in, stored pictures out, as a job. */
export class Jobs {
  readonly #api: Api;
  readonly #events: Events;

  constructor(api: Api, events: Events) {
    this.#api = api;
    this.#events = events;
  }

  /** Begins one. It is made once however often this is repeated with one `idempotencyKey`, which each call has of its own. */
  create(body: CreateMediaJobBody, call?: CallOptions): ApiPromise<CreateMediaJobAnswer> {
    return this.#api.json(
      { method: "POST", path: "/api/v1/jobs/generate", body: jsonBody(body), once: true },
      call,
    );
  }

  get(id: string, call?: CallOptions): ApiPromise<MediaJob> {
    return this.#api.json({ method: "GET", path: `/api/v1/jobs/status/${segment(id)}` }, call);
  }

  /** Newest first. */
  list(query: Omit<ListMediaJobsQuery, "page"> = {}, call?: CallOptions): Pages<MediaJob> {
    return new Pages((page) =>
      this.#api
        .json<ListMediaJobsAnswer>(
          { method: "GET", path: "/api/v1/jobs", query: { ...query, page: page ?? 1 } },
          call,
        )
        .map((answer) => ({ items: answer.jobs, next: answer.has_next ? answer.page + 1 : null })),
    );
  }

  cancel(id: string, call?: CallOptions): ApiPromise<void> {
    return this.#api.nothing({ method: "DELETE", path: `/api/v1/jobs/${segment(id)}` }, call);
  }

  /**
   * Waits until it has ended, and tells how it goes on. Leaving it (`signal`, `timeout`) leaves the job at work.
   *
   * @returns the job, whose `status` says how it ended
   */
  wait(id: string, options: WaitOptions<MediaJob> = {}): Promise<MediaJob> {
    return waitForEnd(
      this.#events,
      {
        topic: `media/${id}`,
        // As the guide to events has it: the data is that of the job's status.
        stateOf: (data) => ("status" in data ? (data as unknown as MediaJob) : undefined),
        ask: async (signal) => ({ state: await this.get(id, { signal }), interval: null }),
        isOver: ({ status }) => over.has(status),
      },
      options,
    );
  }
}
