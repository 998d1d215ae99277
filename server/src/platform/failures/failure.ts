/**
 * Who can do something about a failure; the error analysis of a batch counts by it.
 *
 * - `network_errors`: the other side could not be reached, or did not answer as a server of pictures does.
 * - `invalid_urls`: the address itself. It is none, must not be fetched, or leads to nothing that may be read.
 * - `processing_errors`: the picture, the model, or this service.
 */
export type FailureCategory = "network_errors" | "invalid_urls" | "processing_errors";

/** What is told about a code, in plain text, wherever it appears. */
export interface Failure {
  /** What happened to the row, or to the job. */
  readonly sentence: string;
  /** The likely reason. */
  readonly cause: string;
  /** What to do about it. */
  readonly fix: string;
  /** Whether the same row may succeed if it is tried again and nothing else is changed. */
  readonly retryable: boolean;
  readonly category: FailureCategory;
}
