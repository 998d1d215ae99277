import { z } from "zod";
import { plainReason } from "./reason.ts";

export interface GeminiBatchStatus {
  /** `missing`: Google knows no such job, or not with this key. */
  readonly state: "waiting" | "running" | "succeeded" | "failed" | "cancelled" | "expired" | "missing";
  /** Name of the file of answers, `files/…`; a job that did not succeed seldom has one. */
  readonly output: string | null;
  /** What Google says of a job that did not succeed, or what is odd about one that goes on. */
  readonly reason: string | null;
  /** Counts of requests; null where Google says nothing. */
  readonly requests: number | null;
  readonly succeeded: number | null;
  readonly failed: number | null;
}

const text = z.string().nullable().catch(null);
/** 64-bit numbers come as texts, and zero is left out. */
const count = z.coerce.number().int().nonnegative().catch(0);
const output = z
  .object({ responsesFile: z.string().regex(/^files\/[\w.-]+$/) })
  .nullable()
  .catch(null);

/** A long-running operation, with the job as its metadata; what of it is missing or strange is left out. */
export const operationSchema = z.object({
  name: z.string().regex(/^batches\/[\w.-]+$/),
  done: z.boolean().catch(false),
  error: z
    .object({ code: z.number().catch(0), message: text })
    .nullable()
    .catch(null),
  response: output,
  metadata: z
    .object({
      displayName: text,
      createTime: text,
      state: z.string().catch(""),
      output,
      batchStats: z
        .object({ requestCount: count, successfulRequestCount: count, failedRequestCount: count })
        .nullable()
        .catch(null),
    })
    .nullable()
    .catch(null),
});

export type Operation = z.infer<typeof operationSchema>;

export const missingBatch: GeminiBatchStatus = {
  ...{ state: "missing", output: null, reason: null },
  ...{ requests: null, succeeded: null, failed: null },
};

export function statusOf(operation: Operation, apiKey: string | null): GeminiBatchStatus {
  const { metadata, response, error } = operation;
  const stats = metadata?.batchStats;
  const { state, odd } = stateOf(operation);
  const otherwise = "Gemini gives no reason.";
  const secrets = { apiKey, instruction: "" };
  return {
    state,
    output: response?.responsesFile ?? metadata?.output?.responsesFile ?? null,
    reason: error ? plainReason(error.message, otherwise, secrets) : odd,
    requests: stats?.requestCount ?? null,
    succeeded: stats?.successfulRequestCount ?? null,
    failed: stats?.failedRequestCount ?? null,
  };
}

/** The API says `BATCH_STATE_…`; Google's SDKs and some answers say `JOB_STATE_…`. */
const states: Readonly<Record<string, GeminiBatchStatus["state"]>> = {
  UNSPECIFIED: "waiting",
  QUEUED: "waiting",
  PENDING: "waiting",
  RUNNING: "running",
  CANCELLING: "running",
  SUCCEEDED: "succeeded",
  PARTIALLY_SUCCEEDED: "succeeded",
  FAILED: "failed",
  CANCELLED: "cancelled",
  EXPIRED: "expired",
};

const cancelled = 1;

function stateOf({ metadata, done, error }: Operation): {
  state: GeminiBatchStatus["state"];
  odd: string | null;
} {
  const word = metadata?.state ?? "";
  const known = states[word.replace(/^(?:BATCH|JOB)_STATE_/, "")];
  if (known) return { state: known, odd: null };
  if (done && error) return { state: error.code === cancelled ? "cancelled" : "failed", odd: null };
  if (done) return { state: "succeeded", odd: null };
  // What cannot be read is not over: it is paid for, and may yet succeed.
  const odd = /^\w{1,60}$/.test(word) ? `Gemini calls its state ${word}.` : "Gemini names no state of it.";
  return { state: "running", odd };
}
