import { type Api, segment } from "../api.ts";
import type { ApiPromise } from "../api-promise.ts";
import type { Download } from "../download.ts";
import type { DownloadMediaQuery, MediaInfo } from "../generated/operations.ts";
import type { CallOptions } from "../settings.ts";

/** Stored pictures. */
export class Media {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The picture, or a copy of it in another size and format. */
  download(
    id: string,
    query: Omit<DownloadMediaQuery, "expires" | "signature"> = {},
    call?: CallOptions,
  ): ApiPromise<Download> {
    return this.#api.download({ method: "GET", path: mediaPath(id), query }, call);
  }

  info(id: string, call?: CallOptions): ApiPromise<MediaInfo> {
    return this.#api.json({ method: "GET", path: `${mediaPath(id)}/info` }, call);
  }

  delete(id: string, call?: CallOptions): ApiPromise<void> {
    return this.#api.nothing({ method: "DELETE", path: mediaPath(id) }, call);
  }
}

const mediaPath = (id: string) => `/api/v1/media/${segment(id)}`;
