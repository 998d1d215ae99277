import type { Api } from "../api.ts";
import type { ApiPromise } from "../api-promise.ts";
import type {
  ImageAnalysis,
  ImageValidation,
  ListProvidersAnswer,
  MakeThumbnailQuery,
  ProcessImageQuery,
  ValidateImageQuery,
} from "../generated/operations.ts";
import { type ImageInput, imageRequest } from "../inputs.ts";
import { PreparedImage, Thumbnail } from "../prepared-image.ts";
import type { CallOptions } from "../settings.ts";
import type { Call } from "../transport.ts";

/** What an image is fitted to, and how. Name a `model`, or a `provider` whose documented limits hold. */
export type ProcessOptions = ProcessImageQuery;
export type ValidateOptions = ValidateImageQuery;
export type ThumbnailOptions = MakeThumbnailQuery & { readonly width: number; readonly height: number };

// Pixels are worked on while the caller waits, and a large picture takes its time on the way.
const patienceMs = 120_000;

/** Bytes in, bytes that a given model accepts out. Nothing is kept, so every call may be repeated. */
export class Prepare {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Makes an image acceptable to a model or provider: what fits stays as it is, what does not is made smaller. */
  process(image: ImageInput, options: ProcessOptions, call?: CallOptions): ApiPromise<PreparedImage> {
    const { provider, ...rest } = options;
    const request = this.#request("/api/v1/process", image, options, (named) => ({
      image: named,
      provider,
      options: rest,
    }));
    return this.#api.picture(request, call, (bytes, headers) => new PreparedImage(bytes, headers));
  }

  /** Says whether an image is accepted as it is, and what a model would see of it. No pixel is decoded. */
  validate(image: ImageInput, options: ValidateOptions, call?: CallOptions): ApiPromise<ImageValidation> {
    const { provider, model } = options;
    const request = this.#request("/api/v1/validate", image, options, (named) => ({
      image: named,
      provider,
      options: { model },
    }));
    return this.#api.json(request, call);
  }

  /** Measures an image, and recommends a provider for it. */
  analyze(image: ImageInput, call?: CallOptions): ApiPromise<ImageAnalysis> {
    return this.#api.json(
      this.#request("/api/v1/analyze", image, {}, (named) => ({ image: named })),
      call,
    );
  }

  thumbnail(image: ImageInput, options: ThumbnailOptions, call?: CallOptions): ApiPromise<Thumbnail> {
    const { width, height, ...rest } = options;
    const request = this.#request("/api/v1/thumbnail", image, options, (named) => ({
      image: named,
      width,
      height,
      options: rest,
    }));
    return this.#api.picture(request, call, (bytes, headers) => new Thumbnail(bytes, headers));
  }

  /** The documented limits of each provider. */
  providers(call?: CallOptions): ApiPromise<ListProvidersAnswer> {
    return this.#api.json({ method: "GET", path: "/api/v1/providers" }, call);
  }

  async #request(
    path: string,
    image: ImageInput,
    options: object,
    asJson: (image: string) => unknown,
  ): Promise<Call> {
    const { body, query } = await imageRequest(image, options, asJson);
    return { method: "POST", path, query, body, repeatable: true, patienceMs };
  }
}
