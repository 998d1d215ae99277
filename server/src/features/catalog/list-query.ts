import type { Batch } from "../../engine/records.ts";
import { invalidField } from "./refusals.ts";
import { whole } from "./status-query.ts";

export const usualLimit = 20;
export const mostLimit = 100;

export interface ListQuery {
  readonly limit: number;
  readonly after: Pick<Batch, "createdAt" | "id"> | null;
}

/** As {@link cursorOf} writes it. */
const cursorForm =
  /^(2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

export const cursorOf = ({ createdAt, id }: Pick<Batch, "createdAt" | "id">): string =>
  `${createdAt.toISOString()}_${id}`;

/** @throws {AppError} `validation_error` that names the parameter and what it may be */
export function readListQuery(query: Readonly<Record<string, unknown>>): ListQuery {
  return {
    limit: whole("limit", query["limit"], mostLimit) ?? usualLimit,
    after: readCursor(query["after"]),
  };
}

function readCursor(value: unknown): ListQuery["after"] {
  const text = String((Array.isArray(value) ? value.at(-1) : value) ?? "").trim();
  if (text === "") return null;
  const [, at = "", id = ""] = cursorForm.exec(text) ?? [];
  const createdAt = new Date(at);
  if (Number.isNaN(createdAt.getTime()))
    throw invalidField("after", "expected next_after of the page before, as it was sent");
  return { createdAt, id };
}
