export { ApiPromise, type WithResponse } from "./api-promise.ts";
export { type CacheOptions, cachePrepared, type PreparedCache } from "./cache-prepared.ts";
export { Fovea, type GetOptions, type PostOptions } from "./client.ts";
export type { CsvRecord } from "./csv.ts";
export { Download } from "./download.ts";
export {
  ApiConnectionError,
  ApiError,
  ApiTimeoutError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  FoveaError,
  GoneError,
  NotFoundError,
  OverloadedError,
  PayloadTooLargeError,
  PermissionDeniedError,
  RateLimitError,
  type Refusal,
  ServerError,
  UnprocessableEntityError,
  WebhookVerificationError,
} from "./errors.ts";
export type { OnProgress, WaitOptions } from "./follow.ts";
export type * from "./generated/operations.ts";
export type { FileInput, ImageInput, RepeatableImage, TableInput } from "./inputs.ts";
export { type ConcurrencyOptions, mapConcurrent, type Settled } from "./map-concurrent.ts";
export { type Page, Pages } from "./pages.ts";
export { PreparedImage, Thumbnail } from "./prepared-image.ts";
export { processInStages, type Stage } from "./process-in-stages.ts";
export {
  AllProvidersFailedError,
  type FallbackFailure,
  type FallbackResult,
  processWithFallback,
} from "./process-with-fallback.ts";
export type { BatchWaitOptions, CreateBatchOptions, ResultFilters } from "./resources/batches.ts";
export type { CatalogOptions, CatalogSummary } from "./resources/catalog.ts";
export type { FoveaEvent, StreamOptions } from "./resources/events.ts";
export type { IconProgress } from "./resources/icon-batches.ts";
export type { ProcessOptions, ThumbnailOptions, ValidateOptions } from "./resources/prepare.ts";
export { selectProvider } from "./select-provider.ts";
export type { CallOptions, FoveaOptions, TokenProvider } from "./settings.ts";
export {
  type VerifyOptions,
  verifyWebhook,
  type WebhookEvent,
  type WebhookHeaders,
} from "./verify-webhook.ts";
