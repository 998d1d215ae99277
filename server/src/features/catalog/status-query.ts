import type { ProductPage } from "./answers.ts";
import { invalidField } from "./refusals.ts";

export const usualPerPage = 100;
export const mostPerPage = 1_000;
const lastPage = 1_000_000;

/**
 * Which products a status is asked for: null for all, as the document has it. One of the two parameters is enough for
 * a page; of one that stands twice the last counts.
 *
 * @throws {AppError} `validation_error` that names the parameter and what it may be
 */
export function readStatusQuery(query: Readonly<Record<string, unknown>>): ProductPage | null {
  const page = whole("page", query["page"], lastPage);
  const perPage = whole("per_page", query["per_page"], mostPerPage);
  if (page === null && perPage === null) return null;
  return { page: page ?? 1, perPage: perPage ?? usualPerPage };
}

/** A parameter from 1 on; null where it is absent, and of one that stands twice the last. */
export function whole(name: string, value: unknown, most: number): number | null {
  const text = String((Array.isArray(value) ? value.at(-1) : value) ?? "").trim();
  if (text === "") return null;
  const number = /^\d{1,12}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw invalidField(name, `expected a whole number from 1 to ${most}`);
}
