import { type Api, createApi } from "./api.ts";
import type { ApiPromise } from "./api-promise.ts";
import { jsonBody } from "./body.ts";
import { Batches } from "./resources/batches.ts";
import { Catalog } from "./resources/catalog.ts";
import { Events } from "./resources/events.ts";
import { Icons } from "./resources/icons.ts";
import { Jobs } from "./resources/jobs.ts";
import { Media } from "./resources/media.ts";
import { Models } from "./resources/models.ts";
import { Prepare } from "./resources/prepare.ts";
import { Webhooks } from "./resources/webhooks.ts";
import { type CallOptions, type FoveaOptions, readSettings } from "./settings.ts";
import { createTransport, type Query } from "./transport.ts";

export interface GetOptions extends CallOptions {
  readonly query?: Query | undefined;
}

export interface PostOptions extends GetOptions {
  /** Sent as JSON. */
  readonly json?: unknown;
}

/**
 * A client of one Fovea service.
 *
 * ```ts
 * const fovea = new Fovea();
 * const image = await fovea.prepare.process(file, { model: "claude-sonnet-5-5" });
 * ```
 */
export class Fovea {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly prepare: Prepare;
  readonly models: Models;
  readonly batches: Batches;
  readonly jobs: Jobs;
  readonly media: Media;
  readonly icons: Icons;
  readonly catalog: Catalog;
  readonly webhooks: Webhooks;
  readonly events: Events;
  readonly #api: Api;

  constructor(options: FoveaOptions = {}) {
    const settings = readSettings(options);
    const send = createTransport(settings);
    const api = createApi(send);
    const events = new Events(send);
    this.baseUrl = settings.baseUrl;
    this.#api = api;
    this.prepare = new Prepare(api);
    this.models = new Models(api);
    this.batches = new Batches(api, events);
    this.jobs = new Jobs(api, events);
    this.media = new Media(api);
    this.icons = new Icons(api, events);
    this.catalog = new Catalog(api, events);
    this.webhooks = new Webhooks(api);
    this.events = events;
  }

  /** For routes that have no method here; the answer is JSON as it is. */
  get<Answer>(path: string, options: GetOptions = {}): ApiPromise<Answer> {
    const { query, ...call } = options;
    return this.#api.json({ method: "GET", path, query }, call);
  }

  /** As `get`. It is repeated only where the service refused it unseen, unless it has an `idempotencyKey`. */
  post<Answer>(path: string, options: PostOptions = {}): ApiPromise<Answer> {
    const { query, json, ...call } = options;
    const body = json === undefined ? undefined : jsonBody(json);
    return this.#api.json({ method: "POST", path, query, body }, call);
  }

  /** As `get`, of what is answered with JSON or with nothing: the answer is not read. */
  delete(path: string, options: GetOptions = {}): ApiPromise<void> {
    const { query, ...call } = options;
    return this.#api.nothing({ method: "DELETE", path, query }, call);
  }
}
