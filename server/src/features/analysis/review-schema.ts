import { z } from "zod";
import { envelope, review } from "./schema.ts";

const count = z.int().nonnegative();

export const reviewResponse = envelope(
  z.object({ batch_id: z.uuid(), row: count, review: review.nullable() }),
);

export const reviewsResponse = envelope(
  z.object({
    batch_id: z.uuid(),
    reviewed: count.describe("Rows that have the verdict now, or none any more."),
    without_result: z.array(count).describe("Rows of the request of which there is nothing to say yet."),
  }),
);

export const reviewCountsResponse = envelope(
  z.object({
    batch_id: z.uuid(),
    accepted: count,
    flagged: count,
    needs_review: count.describe("Rows that succeeded and of which nobody said anything."),
  }),
);

export const failuresResponse = envelope(
  z.object({
    failures: z.array(
      z.object({
        error_type: z.string(),
        sentence: z.string().describe("What happened."),
        cause: z.string().describe("The likely reason."),
        fix: z.string().describe("What to do about it."),
        retryable: z.boolean().describe("Whether the same row may succeed when it is tried again as it is."),
        category: z.enum(["network_errors", "invalid_urls", "processing_errors"]),
      }),
    ),
  }),
);
