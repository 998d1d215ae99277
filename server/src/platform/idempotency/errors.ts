import { AppError, retryAfter } from "../errors.ts";

// All are 400: the document of the analysis API knows neither 409 nor 422.

export const invalidIdempotencyKey = () =>
  new AppError({
    code: "invalid_idempotency_key",
    status: 400,
    message: "Idempotency-Key: send 1 to 255 visible ASCII characters, such as a UUID.",
  });

/** The key has an answer already, and that was to something else. */
export const idempotencyKeyReused = () =>
  new AppError({
    code: "idempotency_key_reused",
    status: 400,
    message:
      "This Idempotency-Key was used for a request with other content; send a new key with a new request.",
  });

/** The first request with the key is still at work; whoever asks again then gets its answer. */
export const requestInProgress = () =>
  new AppError({
    code: "request_in_progress",
    status: 400,
    message: "A request with this Idempotency-Key is still under way; send it again to get its answer.",
    headers: { "retry-after": retryAfter(2_000) },
  });
