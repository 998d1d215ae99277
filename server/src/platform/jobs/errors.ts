import { AppError } from "../errors.ts";

/** Thrown by a handler: trying again would not help, so the job goes to the dead letter at once. */
export class PermanentFailure extends Error {
  override readonly name = "PermanentFailure";
}

export const queueSchemaNewer = (found: number, known: number) =>
  new AppError({
    code: "schema_newer",
    status: 500,
    message:
      `The job queue of this database has schema ${found}, and this release knows it up to ${known}. ` +
      "Use the release that migrated it, or a newer one.",
  });

const longest = 1000;

/**
 * What is stored of a failure: its message, without stack, cause or credentials, and only characters that `jsonb`
 * takes.
 */
export function storedMessage(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message
    .replaceAll("\0", "")
    .replace(/\/\/[^/\s@]+@/g, "//…@")
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, "$1 …")
    .slice(0, longest)
    .toWellFormed();
}
