import { expect, test } from "vitest";
import type { ResultAnswer } from "../answers.ts";
import { answerColumns } from "./answer-columns.ts";
import { factColumns } from "./columns.ts";

const text = { type: "string" };
const columnsOf = (properties: Record<string, object>) =>
  answerColumns(
    { type: "object", properties } as Parameters<typeof answerColumns>[0],
    factColumns({ metadata: true }),
  );
const headers = (properties: Record<string, object>) => columnsOf(properties).map(({ header }) => header);

test("each property has a column, in the order of the schema", () => {
  expect(headers({ zebra: text, b: { type: "object" }, aa: { anyOf: [text] } })).toEqual([
    "zebra",
    "b",
    "aa",
  ]);
});

test("a documented fact has its column already, unless its values have another type", () => {
  expect(headers({ store_name: { type: ["string", "null"] }, store_image: { type: "boolean" } })).toEqual([]);
  expect(headers({ text_content: { type: "null" }, image_description: { ...text, enum: ["a"] } })).toEqual(
    [],
  );
  expect(
    headers({
      store_image: { type: ["boolean", "string"] },
      store_name: { type: "array", items: text },
      business_contact: { enum: ["a", 1] },
    }),
  ).toEqual(["answer_store_image", "answer_store_name", "answer_business_contact"]);
});

test("one that is called like another column gives way, in capitals or not", () => {
  expect(headers({ url: text, Row: text, colour: text, Colour: text, answer_url: text })).toEqual([
    ...["answer_url", "answer_Row", "colour", "answer_Colour", "answer_answer_url"],
  ]);
});

test("a cell has a plain value as it is, anything else as JSON, and nothing where there is nothing", () => {
  const [column] = columnsOf({ toString: text });
  const cellOf = (answer: unknown) => column?.cell({ analysis_result: answer } as ResultAnswer);
  const values = ["=x", "", 0, -1.5, true, false, null, ["a", 1], { b: null }, []];
  expect(values.map((value) => cellOf({ toString: value }))).toEqual([
    ...["=x", "", 0, -1.5, true, false, null, '["a",1]', '{"b":null}', "[]"],
  ]);
  expect(cellOf({})).toBeNull();
  expect(cellOf(null)).toBeNull();
});
