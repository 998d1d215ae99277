import type { FailureCode } from "../../platform/failures.ts";
import type { Failure } from "./contract.ts";

/** Why nothing came of a start, by the codes of `docs/errors.md`. */
export const failureCodes = {
  refused: "refused",
  invalid_output: "invalid_output",
  unavailable: "model_unavailable",
  rejected: "request_rejected",
  model_unknown: "model_unusable",
  unusable: "model_unusable",
  gone: "picture_lost",
} as const satisfies Record<Failure["kind"], FailureCode>;

/** A failure that says nothing of the request: the same may succeed later. What was lost was repeated once, and no more. */
export const mayBeMended = ({
  failure: { kind },
  lost,
}: {
  readonly failure: Failure;
  readonly lost: number;
}): boolean => (kind === "unavailable" || kind === "invalid_output") && lost < 2;
