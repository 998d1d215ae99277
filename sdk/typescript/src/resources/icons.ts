import type { Api } from "../api.ts";
import type { ApiPromise } from "../api-promise.ts";
import { jsonBody } from "../body.ts";
import type { Download } from "../download.ts";
import type { CachedIcon, GenerateIconBody, Icon, IconStatistics } from "../generated/operations.ts";
import { Pages } from "../pages.ts";
import type { CallOptions } from "../settings.ts";
import type { Events } from "./events.ts";
import { IconBatches } from "./icon-batches.ts";

// One icon is answered when it is made, and a model takes up to some minutes for it.
const generatePatienceMs = 300_000;
const perPage = 100;

/** A category in, an icon out. */
export class Icons {
  readonly batches: IconBatches;
  readonly #api: Api;

  constructor(api: Api, events: Events) {
    this.#api = api;
    this.batches = new IconBatches(api, events);
  }

  /** Makes an icon, or finds the one that was made before for the same words. */
  generate(body: GenerateIconBody, call?: CallOptions): ApiPromise<Icon> {
    const request = { path: "/api/icons/generate", body: jsonBody(body), patienceMs: generatePatienceMs };
    // Asked for twice it is made once: the service finds what it has for the same words, or is about to have.
    return this.#api.json({ method: "POST", repeatable: true, ...request }, call);
  }

  /** Categories that are known by these letters; all of them for none. */
  suggestions(q = "", call?: CallOptions): ApiPromise<string[]> {
    return this.#api.json({ method: "GET", path: "/api/icons/categories/suggestions", query: { q } }, call);
  }

  /** What was made before and is kept, newest first. */
  cached(query: { readonly category?: string | undefined } = {}, call?: CallOptions): Pages<CachedIcon> {
    return new Pages((offset) =>
      this.#api
        .json<CachedIcon[]>(
          {
            method: "GET",
            path: "/api/icons/cached",
            query: { ...query, limit: perPage, offset: offset ?? 0 },
          },
          call,
        )
        .map((items) => ({ items, next: items.length < perPage ? null : Number(offset ?? 0) + perPage })),
    );
  }

  stats(call?: CallOptions): ApiPromise<IconStatistics> {
    return this.#api.json({ method: "GET", path: "/api/icons/stats" }, call);
  }

  /** @param imageUrl as `image_url` of an icon has it */
  download(imageUrl: string, call?: CallOptions): ApiPromise<Download> {
    return this.#api.download({ method: "GET", path: imageUrl }, call);
  }
}
