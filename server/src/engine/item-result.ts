import { sql } from "kysely";
import type { Json } from "./kind.ts";
import type { ItemResult } from "./records.ts";

/** A row of `results`, as {@link resultColumns} reads it. */
export interface StoredResult {
  readonly position: number;
  readonly succeeded: boolean;
  readonly code: string | null;
  readonly message: string | null;
  readonly output: Json;
  readonly tookMs: number;
  readonly createdAt: Date;
}

/** All of a result but its position and its input, which are not of it alone. */
export const resultColumns = sql.raw(`
  succeeded, code, message, output, took_ms as "tookMs", created_at as "createdAt"
`);

export function itemResult(
  { position, succeeded, code, message, output, tookMs, createdAt }: StoredResult,
  input: Json,
): ItemResult {
  const item = { position, input, tookMs, createdAt, output };
  return succeeded
    ? { ...item, succeeded: true }
    : { ...item, succeeded: false, code: code ?? "", message: message ?? "" };
}
