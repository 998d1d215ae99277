import type { Batch } from "./records.ts";

/** What was done to a batch. */
export type BatchChange =
  | { readonly as: LastingChange }
  /** Gone for everybody, and so the last that can be said of it. */
  | { readonly as: "removed"; readonly kind: string; readonly owner: string };

/** One after which the batch can still be read. */
export type LastingChange =
  | "created"
  | "started"
  | "paused"
  | "resumed"
  | "completed"
  | "failed"
  | "cancelled"
  | "reset"
  | "retried"
  /** Hidden from lists, and removed later. */
  | "deleted";

/** @param batch as the change has left it: one that had nothing left to do was complete as soon as it was started */
export const changesOf = (
  { state }: Pick<Batch, "state">,
  as: Exclude<LastingChange, "completed" | "failed">,
): readonly BatchChange[] =>
  state === "completed" && begins.has(as) ? [{ as }, { as: "completed" }] : [{ as }];

const begins: ReadonlySet<LastingChange> = new Set(["created", "started", "resumed"]);
