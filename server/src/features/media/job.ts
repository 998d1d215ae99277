import type { ImageFormat, Warning } from "../../models/images/contract.ts";

/** In the order in which the API lists them. */
export const jobStates = ["pending", "processing", "retrying", "completed", "failed", "cancelled"] as const;
export type JobState = (typeof jobStates)[number];

export const hasEnded = (state: JobState) =>
  state === "completed" || state === "failed" || state === "cancelled";

/** Something that the caller should know of how the request was followed, in the words of the API. */
export interface JobWarning {
  readonly code:
    | Warning["code"]
    /** Withheld by the provider's policy after it was made. */
    | "withheld"
    /** Asked for, and not there. */
    | "missing";
  /** The parameter that it is about: `num_inference_steps`. */
  readonly parameter: string;
  readonly message: string;
}

/** How pictures are stored. */
export interface Storing {
  readonly format: ImageFormat;
  /** 1 to 100; null for what is usual. */
  readonly quality: number | null;
}

/** A prompt that becomes pictures. */
export interface MediaJob {
  readonly id: string;
  readonly owner: string;
  readonly state: JobState;
  readonly prompt: string;
  /** As they were supplied; null where there were none. */
  readonly parameters: object | null;
  readonly metadata: object | null;
  readonly webhookUrl: string | null;
  /** Prefix of the addresses that its webhook names, without a slash at the end. */
  readonly baseUrl: string;
  readonly provider: string;
  readonly model: string;
  readonly storing: Storing;
  readonly warnings: readonly JobWarning[];
  /** 0 to 100. */
  readonly progress: number;
  /** Failures of the provider after which it was tried again. */
  readonly retryCount: number;
  readonly maxRetries: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** Pictures that were stored, also of those that are gone. */
  readonly pictures: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
}
