import type { z } from "zod";
import type { JsonObject } from "../../models/images/contract.ts";
import { folded, normaliseCategory } from "./categories.ts";
import { type ColorScheme, type IconFormat, type IconStyle, usual, usualIcoSides } from "./choices.ts";
import { invalidRequest } from "./errors.ts";
import * as wire from "./schema.ts";

/** In what an icon is handed out. */
export interface IconOutput {
  readonly format: IconFormat;
  /** Pixels, ascending, each once; none: one file, as it was made. */
  readonly sizes: readonly number[];
}

interface Look {
  readonly style: IconStyle;
  readonly colorScheme: ColorScheme;
}

export interface GenerateRequest extends Look, IconOutput {
  /** On one line, and never empty. */
  readonly category: string;
  readonly customElements: readonly string[];
}

export interface BatchRequest extends Look, IconOutput {
  /** 1 to 50, each once, as they were written. */
  readonly categories: readonly string[];
  /** 1 to 10. */
  readonly variations: number;
  /** For each of `categories`, in their order. */
  readonly customElements: readonly (readonly string[])[];
  readonly metadata: JsonObject;
}

interface ClearRequest {
  /** A key; null for all. */
  readonly category: string | null;
  /** Null for any age. */
  readonly olderThanDays: number | null;
}

interface CachedQuery {
  /** A key; null for all. */
  readonly category: string | null;
  /** 1 to 1,000. */
  readonly limit: number;
  readonly offset: number;
}

/** @throws {AppError} `validation_error` with the first field that is wrong */
export function readGenerateRequest(body: unknown): GenerateRequest {
  const read = parsed(wire.generateBody, body, "first");
  return {
    category: read.category,
    customElements: read.custom_elements ?? [],
    ...lookOf(read),
    ...outputOf(read),
  };
}

/** @throws {AppError} `validation_error` with all that is wrong */
export function readBatchRequest(body: unknown): BatchRequest {
  const read = parsed(wire.batchBody, body, "all");
  const elementsOf = elementsByCategory(read.custom_elements ?? {});
  return {
    categories: read.categories,
    variations: read.variations_per_category ?? 1,
    customElements: read.categories.map(elementsOf),
    // It came as JSON, and was checked to be an object.
    metadata: (read.metadata ?? {}) as JsonObject,
    ...lookOf(read),
    ...outputOf(read),
  };
}

/** @throws {AppError} `validation_error`; a blank category is one, since without it everything would be cleared */
export function readClearRequest(body: unknown): ClearRequest {
  const { category, older_than_days } = parsed(wire.clearBody, body ?? {}, "first");
  return {
    category: category == null ? null : normaliseCategory(category).key,
    olderThanDays: older_than_days ?? null,
  };
}

/** @throws {AppError} `validation_error` */
export function readCachedQuery(query: unknown): CachedQuery {
  const { category = "", limit, offset } = parsed(wire.cachedQuery, lastOfEach(query), "first");
  return { category: category.trim() === "" ? null : normaliseCategory(category).key, limit, offset };
}

/** @throws {AppError} `validation_error` */
export function readBatchesQuery(query: unknown): { readonly limit: number; readonly offset: number } {
  return parsed(wire.batchesQuery, lastOfEach(query), "first");
}

/** @throws {AppError} `validation_error` */
export function readResultQuery(query: unknown): { readonly partial: boolean } {
  return { partial: parsed(wire.resultQuery, lastOfEach(query), "first").partial === "true" };
}

/** @throws {AppError} `validation_error` */
export function readSuggestionsQuery(query: unknown): { readonly q: string } {
  const { q, query: text, partial } = parsed(wire.suggestionsQuery, lastOfEach(query), "first");
  return { q: (q ?? text ?? partial ?? "").trim() };
}

const lookOf = (read: {
  style?: IconStyle | null | undefined;
  color_scheme?: ColorScheme | null | undefined;
}): Look => ({
  style: read.style ?? usual.style,
  colorScheme: read.color_scheme ?? usual.colorScheme,
});

function outputOf(read: {
  format?: IconFormat | null | undefined;
  sizes?: readonly number[] | null | undefined;
}): IconOutput {
  const format = read.format ?? usual.format;
  const sizes = [...new Set(read.sizes ?? [])].sort((one, other) => one - other);
  return { format, sizes: format === "ico" && sizes.length === 0 ? usualIcoSides : sizes };
}

/** By the words of a category first, and then by what they mean: `tools` is found for “Tools”, and for “hand tools” too. */
function elementsByCategory(given: Readonly<Record<string, readonly string[] | null | undefined>>) {
  const byWords = new Map<string, readonly string[]>();
  const byKey = new Map<string, readonly string[]>();
  for (const [name, elements] of Object.entries(given)) {
    if (!elements) continue;
    byWords.set(wordsOf(name), elements);
    byKey.set(normaliseCategory(name).key, elements);
  }
  return (category: string): readonly string[] =>
    byWords.get(wordsOf(category)) ?? byKey.get(normaliseCategory(category).key) ?? [];
}

/** What of a category has no Latin letters is compared as it is. */
const wordsOf = (category: string) => folded(category) || category.trim();

/** Of a name that stands twice in a query the last one counts. */
const lastOfEach = (query: unknown) =>
  Object.fromEntries(
    Object.entries(query ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]),
  );

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  tell: "first" | "all",
): z.output<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw invalidRequest(read.error.issues, tell);
}
