import type { Failure } from "./failures/failure.ts";
import { invalidUrls } from "./failures/invalid-urls.ts";
import { networkErrors } from "./failures/network-errors.ts";
import { processingErrors } from "./failures/processing-errors.ts";

/**
 * Every code that a failed row can have: in results and exports, in the dashboard and in the error analysis; and every one
 * of a failed media job, as its `error_code`. The page `docs/errors.md` is generated from it.
 */
export const failures = {
  ...invalidUrls,
  ...networkErrors,
  ...processingErrors,
} as const satisfies Readonly<Record<string, Failure>>;

export type FailureCode = keyof typeof failures;

const isListed = (code: string): code is FailureCode => Object.hasOwn(failures, code);

/** Of a code that was read from a database, where another version of the service may have written it. */
export function failureOf(code: string): Failure {
  return isListed(code) ? failures[code] : unlisted;
}

const unlisted: Failure = {
  sentence: "The row failed for a reason that this version of the service does not know.",
  cause: "Another version of the service stored it.",
  fix: "Read the message of the row, and retry.",
  retryable: true,
  category: "processing_errors",
};
