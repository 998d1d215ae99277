import type { BatchState, Operation } from "./states.ts";

/** Why an operation on a batch was refused. Nothing was changed. */
export type RefusalReason =
  | { readonly reason: "not_found" }
  | { readonly reason: "wrong_state"; readonly operation: Operation | "remove"; readonly state: BatchState }
  | { readonly reason: "deleted"; readonly operation: Operation }
  | { readonly reason: "resetting"; readonly operation: Operation }
  | { readonly reason: "too_many_active"; readonly limit: number }
  | { readonly reason: "nothing_to_retry" };

/** Features word it in the dialect of their API. */
export class BatchRefusal extends Error {
  readonly refusal: RefusalReason;

  constructor(refusal: RefusalReason) {
    super(`batch: ${refusal.reason}`);
    this.name = "BatchRefusal";
    this.refusal = refusal;
  }
}
