import type { Fovea } from "./client.ts";
import { type ApiError, BadRequestError, FoveaError, UnprocessableEntityError } from "./errors.ts";
import type { Provider } from "./generated/operations.ts";
import type { RepeatableImage } from "./inputs.ts";
import type { PreparedImage } from "./prepared-image.ts";
import type { ProcessOptions } from "./resources/prepare.ts";
import type { CallOptions } from "./settings.ts";

export interface FallbackResult {
  readonly image: PreparedImage;
  /** The one that it was made for. */
  readonly provider: Provider;
  /** Of those before it. */
  readonly failures: readonly FallbackFailure[];
}

export interface FallbackFailure {
  readonly provider: Provider;
  readonly error: ApiError;
}

/** No provider of the list takes the image; `failures` says why of each. */
export class AllProvidersFailedError extends FoveaError {
  override readonly name = "AllProvidersFailedError";
  readonly failures: readonly FallbackFailure[];

  constructor(failures: readonly FallbackFailure[]) {
    super(failures.map(({ provider, error }) => `${provider}: ${error.message}`).join("; "));
    this.failures = failures;
  }
}

/**
 * Prepares an image for the first provider, in the order given, that it can be prepared for. Only what another provider may
 * take is tried with the next one: a wrong credential, or a service that is away, ends it.
 *
 * @param image is sent once for each provider, so no stream
 */
export async function processWithFallback(
  client: Fovea,
  image: RepeatableImage,
  providers: readonly Provider[],
  options: Omit<ProcessOptions, "provider" | "model"> = {},
  call?: CallOptions,
): Promise<FallbackResult> {
  if (providers.length === 0) throw new TypeError("Name one provider at least.");
  const failures: FallbackFailure[] = [];
  for (const provider of providers) {
    try {
      return {
        image: await client.prepare.process(image, { ...options, provider }, call),
        provider,
        failures,
      };
    } catch (error) {
      if (!(error instanceof UnprocessableEntityError || error instanceof BadRequestError)) throw error;
      failures.push({ provider, error });
    }
  }
  throw new AllProvidersFailedError(failures);
}
