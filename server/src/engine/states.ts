/** Life of a batch. `docs/concepts.md` draws it, check constraints of the `batches` table hold its invariants. */
export const batchStates = [
  "pending",
  "queued",
  "processing",
  "paused",
  "completed",
  "failed",
  "cancelled",
] as const;
export type BatchState = (typeof batchStates)[number];

/** In these, chunks of the batch are worked on. */
export const activeStates = ["queued", "processing"] as const satisfies readonly BatchState[];

/** What somebody can ask of a batch. */
export type Operation = "start" | "pause" | "resume" | "cancel" | "force-start" | "reset" | "retry";

const all = batchStates;
const except = (...states: readonly BatchState[]) => all.filter((state) => !states.includes(state));

/** The states an operation is legal in. What is not here is refused and changes nothing. */
export const legalFrom: Readonly<Record<Operation, readonly BatchState[]>> = {
  start: ["pending"],
  pause: ["queued", "processing"],
  resume: ["paused"],
  cancel: except("completed", "cancelled"),
  // A completed batch only with the caller's word that it is meant (`skipValidation`).
  "force-start": except("completed"),
  // Any other state only with force.
  reset: ["pending", "queued", "processing"],
  // A cancelled batch has rows that were never begun, in the same chunks; force-start goes on with all of them.
  retry: ["queued", "processing", "paused", "completed", "failed"],
};
