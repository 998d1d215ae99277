import type { Batch } from "../../engine/records.ts";
import { requestOptions } from "./request-options.ts";
import { summaryOf } from "./requests.ts";
import { savedPercent, type Tally } from "./tally.ts";

/** @param tally null where the products were not read */
export function listedAnswer(batch: Batch, tally: Tally | null) {
  const { id, status, total, completed, failed, remaining, savedBytes } = summaryOf(batch);
  return {
    request_id: id,
    state: batch.state === "cancelled" ? ("cancelled" as const) : status,
    file_name: requestOptions.parse(batch.options).fileName,
    created_at: batch.createdAt.toISOString(),
    completed_at: batch.completedAt?.toISOString() ?? null,
    products: { total, done: completed, failed, remaining },
    images: tally && { total: tally.images.total, done: tally.images.made, failed: tally.images.failed },
    bytes_before: tally?.inputBytes ?? null,
    bytes_after: tally?.outputBytes ?? null,
    saved_bytes: savedBytes,
    saved_percent: tally && savedPercent(tally),
  };
}

export function oneAnswer(batch: Batch, tally: Tally) {
  const { quality, format, maxDimension, targetBytes, effort } = requestOptions.parse(batch.options);
  return {
    ...listedAnswer(batch, tally),
    options: { quality, format, max_dimension: maxDimension, target_bytes: targetBytes, effort },
    failures: tally.failures.map(({ code, count, message, url }) => ({
      error_code: code,
      count,
      example: { error: message, input_url: url },
    })),
  };
}
