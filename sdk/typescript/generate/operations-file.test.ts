import { expect, test } from "vitest";
import { operationsFile } from "./operations-file.ts";

const json = (schema: object) => ({ content: { "application/json": { schema } } });
const state = { type: "string", enum: ["new", "done"] };
const envelope = {
  type: "object",
  required: ["success", "data", "timestamp"],
  properties: { success: {}, data: { type: "object", properties: { state } }, timestamp: {} },
};

/** A document with one operation. */
const documentOf = (described: object) => ({
  paths: {
    "/things": { post: { operationId: "findThing", summary: "Finds one", responses: {}, ...described } },
  },
});

test("an operation has the types of what it takes and of what it answers", () => {
  const file = operationsFile(
    documentOf({
      parameters: [
        { name: "id", in: "path", schema: { type: "string" } },
        { name: "state", in: "query", required: true, schema: state, description: "Which." },
      ],
      requestBody: {
        content: {
          "multipart/form-data": {
            schema: {
              type: "object",
              required: ["file", "name"],
              properties: { file: { type: "string", format: "binary" }, name: { type: "string" } },
            },
          },
        },
      },
      responses: { "201": json({ type: "array", items: state }), "4XX": json({ type: "object" }) },
    }),
    { State: "FindThingQuery.state" },
  );
  expect(file.split("\n\n").slice(1)).toEqual([
    '/** Which. */\nexport type State = "new" | "done";',
    "/** Query of `POST /things`: Finds one. */\nexport interface FindThingQuery {\n  /** Which. */\n  state?: State | undefined;\n}",
    "/** Fields of the form, beside the file, of `POST /things`: Finds one. */\nexport interface FindThingForm {\n  name: string;\n}",
    "/** Answer of `POST /things`: Finds one. */\nexport type FindThingAnswer = State[];\n",
  ]);
});

test("of an answer that is wrapped there is the type of what is in it", () => {
  const file = operationsFile(documentOf({ responses: { "200": json(envelope) } }), {});
  expect(file).toContain("export interface FindThingData {\n  state?:");
  expect(file).not.toContain("FindThingAnswer");
});

test("a file has no type, whatever kind it is of", () => {
  const file = { type: "string", format: "binary" };
  expect(operationsFile(documentOf({ responses: { "200": json(file) } }), {})).not.toContain("export");
});

test("a name for what the document has no more says where it is given", () => {
  expect(() => operationsFile(documentOf({}), { State: "FindThingQuery.state" })).toThrow(
    "The document has no FindThingQuery.state: see State in named-shapes.ts.",
  );
});

test("a reference, of which no type would be made, is refused", () => {
  expect(() => operationsFile(documentOf({ responses: { "200": json({ $ref: "#/x" }) } }), {})).toThrow(
    "$ref",
  );
});
