import type { Cell } from "../../../platform/tables/cell.ts";
import type { ResultAnswer } from "../answers.ts";

export interface Column {
  readonly header: string;
  readonly cell: (record: ResultAnswer) => Cell;
}

type Fact = Exclude<keyof ResultAnswer, "cells" | "analysis_result" | "review">;

const column = (fact: Fact): Column => ({ header: fact, cell: (record) => record[fact] });

/** The columns of the document's preview. */
const lean: readonly Fact[] = [
  "url",
  "success",
  "store_image",
  "text_content",
  "store_name",
  "business_contact",
  "image_description",
  "error_message",
  "created_at",
];

/** With metadata. The first eleven stand where clients of the reference expect them; new ones go to the end. */
const full: readonly Fact[] = [
  "url",
  "success",
  "store_image",
  "text_content",
  "store_name",
  "business_contact",
  "image_description",
  "error_message",
  "processing_time_seconds",
  "created_at",
  "batch_id",
  "result_id",
  "chunk_id",
  "api_key_used",
  "cache_hit",
  "gemini_model_used",
  "row",
  "error_type",
  "content_hash",
  "input_tokens",
  "output_tokens",
  "estimated_cost_usd",
];

export const factColumns = ({ metadata }: { readonly metadata: boolean }): readonly Column[] =>
  (metadata ? full : lean).map(column);

/** What people said of results: behind what is documented of every export, and only where they said something. */
export const reviewColumns: readonly Column[] = [
  { header: "review", cell: ({ review }) => review?.verdict ?? null },
  { header: "review_note", cell: ({ review }) => review?.note ?? null },
];

/** What is known of the uploaded file. */
export interface InputTable {
  /** Its headers; null where it had none. */
  readonly columns: readonly string[] | null;
  readonly urlColumn: number;
}

/**
 * The columns of the uploaded file, in their order and with their names, but for the one with the address, which is
 * `url`. One that is called like a column before it gets `input_` in front.
 *
 * @param cells of a row, where the file had no headers: then the columns are numbered
 */
export function inputColumns(
  { columns, urlColumn }: InputTable,
  cells: number,
  taken: readonly Column[],
): readonly Column[] {
  const free = freeNames(taken, "input");
  const names = columns ?? Array.from({ length: cells }, () => "");
  return names
    .map((name, index) => ({ index, name: name || `column_${index + 1}` }))
    .filter(({ index }) => index !== urlColumn)
    .map(({ index, name }) => ({ header: free(name), cell: ({ cells: row }) => row[index] ?? null }));
}

/**
 * Names columns so that no two are called alike, in capitals or not.
 *
 * @param prefix what a name gets in front that is taken
 */
export function freeNames(taken: readonly Column[], prefix: string): (name: string) => string {
  const used = new Set(taken.map(({ header }) => header.toLowerCase()));
  return (name) => {
    let candidate = used.has(name.toLowerCase()) ? `${prefix}_${name}` : name;
    for (let number = 2; used.has(candidate.toLowerCase()); number += 1)
      candidate = `${prefix}_${name}_${number}`;
    used.add(candidate.toLowerCase());
    return candidate;
  };
}

/** The nine facts of the preview. */
export const previewRecord = (record: ResultAnswer) =>
  Object.fromEntries(lean.map((fact) => [fact, record[fact]])) as Pick<ResultAnswer, (typeof lean)[number]>;
