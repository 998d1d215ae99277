import type { Api } from "../api.ts";
import type { ApiPromise } from "../api-promise.ts";
import type { ListModelsAnswer } from "../generated/operations.ts";
import type { CallOptions } from "../settings.ts";

/** What is known of each vision model: limits, sizes, tokens, prices, and since when. */
export class Models {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  list(call?: CallOptions): ApiPromise<ListModelsAnswer> {
    return this.#api.json({ method: "GET", path: "/api/v1/models" }, call);
  }
}
