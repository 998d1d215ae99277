import type { Instruction } from "../../../models/contract.ts";
import type { StoreFacts } from "../../../models/instructions.ts";
import type { Cell } from "../../../platform/tables/cell.ts";
import { type Column, freeNames } from "./columns.ts";

export type AnswerSchema = Instruction["schema"];

/** The documented facts have columns already, for values of their type. */
const factTypes: Readonly<Record<keyof StoreFacts, "boolean" | "string">> = {
  store_image: "boolean",
  text_content: "string",
  store_name: "string",
  business_contact: "string",
  image_description: "string",
};

/**
 * A column for each property of a question's answers, in the order of its schema. One that is called like a column
 * before it gets `answer_` in front; a documented fact has its column among those, unless its values would not all stand
 * there.
 */
export function answerColumns(schema: AnswerSchema, taken: readonly Column[]): readonly Column[] {
  const free = freeNames(taken, "answer");
  return Object.entries(schema["properties"] ?? {})
    .filter(([name, node]) => !isFact(name, node))
    .map(([name]) => ({
      header: free(name),
      cell: ({ analysis_result: answer }) =>
        answer !== null && Object.hasOwn(answer, name) ? toCell(answer[name]) : null,
    }));
}

function isFact(name: string, node: { readonly type?: unknown }): boolean {
  const expected = Object.entries(factTypes).find(([fact]) => fact === name)?.[1];
  const types = [node.type].flat();
  return expected !== undefined && types.every((type) => type === expected || type === "null");
}

function toCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return JSON.stringify(value);
}
