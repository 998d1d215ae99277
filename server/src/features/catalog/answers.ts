import { type CatalogStatus, type ImageOutcome, type ProductResult, productStatus } from "./statuses.ts";
import type { WebhookEvent } from "./webhook-config.ts";

/** A request as a whole; the counts are of products. */
export interface RequestSummary {
  readonly id: string;
  readonly status: CatalogStatus;
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  /** Those that have not ended. */
  readonly remaining: number;
  readonly savedBytes: number;
}

/** Part of a request's products. */
export interface ProductPage {
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
}

/** The answer to an upload: the document shows two, and this is both. */
export const uploaded = (id: string) => ({
  request_id: id,
  status: "received" as const,
  message: "Processing started",
});

export const configured = () => ({ message: "Webhook configured successfully" });

/** A request without its products. */
export const summaryAnswer = (request: RequestSummary) => ({
  request_id: request.id,
  status: request.status,
  ...totalsOf(request),
});

export const totalsOf = ({ total, completed, failed, remaining, savedBytes }: RequestSummary) => ({
  progress: { total, completed, failed, remaining },
  saved_bytes: savedBytes,
});

/** What of a request's products an answer holds. */
export const pageAnswer = ({ total }: RequestSummary, { page, perPage }: ProductPage) => ({
  page,
  per_page: perPage,
  total_pages: Math.ceil(total / perPage),
});

/** One product; `output_urls` is empty until all of its images have ended, so that nobody takes a part for the whole. */
export function productAnswer(product: ProductResult) {
  const { hasEnded } = product;
  const ended = endedImages(product);
  return {
    serial_number: product.serial,
    product_name: product.name,
    input_urls: product.urls,
    output_urls: hasEnded ? ended.flatMap(({ output_url }) => output_url ?? []) : [],
    processing_status: productStatus(product),
    outputs: ended,
    errors: hasEnded && product.urls.length === 0 ? [noImages] : errorsOf(ended),
    saved_bytes: savedBytes(product),
  };
}

export const noImagesMessage = "The product names no image.";

const noImages = { input_url: "", error: noImagesMessage, error_code: "no_images" };

const errorsOf = (ended: ReturnType<typeof endedImages>) =>
  ended.flatMap(({ input_url, error, error_code }) =>
    error === null ? [] : [{ input_url, error, error_code }],
  );

const endedImages = ({ urls, outcomes }: ProductResult) =>
  urls.flatMap((input_url, index) => {
    const outcome = outcomes[index];
    return outcome ? [{ input_url, ...outputOf(outcome) }] : [];
  });

function outputOf(outcome: ImageOutcome) {
  if (outcome.state === "failed") {
    const { code, message } = outcome;
    return { output_url: null, error: message, error_code: code, saved_bytes: 0 };
  }
  const { outputUrl, inputBytes, outputBytes, format, width, height, quality, similarity, why } = outcome;
  return {
    ...{ output_url: outputUrl, error: null, error_code: null, saved_bytes: inputBytes - outputBytes },
    ...{
      input_bytes: inputBytes,
      output_bytes: outputBytes,
      format,
      width,
      height,
      quality,
      similarity,
      why,
    },
  };
}

/** Of all images of the product that were made. */
export const savedBytes = ({ outcomes }: Pick<ProductResult, "outcomes">): number =>
  outcomes.reduce((sum, outcome) => sum + (outcome ? outputOf(outcome).saved_bytes : 0), 0);

const statusAt = {
  "processing.started": "processing",
  "processing.completed": "completed",
  "processing.failed": "failed",
} as const;

/**
 * What is told of a request. Its status is that of the event, which may be sent again long after.
 *
 * @param at of the event, not of the attempt to tell it
 */
export const webhookPayload = (event: WebhookEvent, request: RequestSummary, at: Date) => ({
  request_id: request.id,
  status: statusAt[event],
  event,
  timestamp: at.toISOString(),
  ...(event === "processing.started" ? { total: request.total } : totalsOf(request)),
});
