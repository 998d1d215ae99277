import type { Operation, Schema } from "./document.ts";
import { shapeOf } from "./type-text.ts";

/** A type that an operation has. */
export interface Part {
  readonly name: string;
  readonly about: string;
  readonly schema: Schema;
  /** Whether callers give it, rather than get it. */
  readonly input: boolean;
}

const kinds = {
  Query: "Query of",
  Body: "JSON body of",
  Form: "Fields of the form, beside the file, of",
  Data: "The `data` of the answer of",
  Answer: "Answer of",
} as const;

/** What callers of an operation give and get. */
export function partsOf(operation: Operation): Part[] {
  const { operationId, method, path, summary } = operation;
  const prefix = `${operationId[0]?.toUpperCase()}${operationId.slice(1)}`;
  const about = `\`${method.toUpperCase()} ${path}\`: ${summary}.`;
  const part = (kind: keyof typeof kinds, schema: Schema | undefined, input: boolean): Part[] =>
    schema ? [{ name: `${prefix}${kind}`, about: `${kinds[kind]} ${about}`, schema, input }] : [];
  const query = queryOf(operation);
  const body = operation.requestBody?.content;
  const form = withoutFile(body?.["multipart/form-data"]?.schema);
  const answer = answerOf(operation);
  const data = isEnvelope(answer) ? answer?.properties?.["data"] : undefined;
  return [
    ...part("Query", query, true),
    ...part("Body", body?.["application/json"]?.schema, true),
    ...part("Form", sameShape(query, form) ? undefined : form, true),
    ...part("Data", data, false),
    ...part("Answer", data ? undefined : answer, false),
  ];
}

function queryOf({ parameters }: Operation): Schema | undefined {
  const query = parameters.filter((each) => each.in === "query");
  if (query.length === 0) return undefined;
  const fields = query.map(({ name, schema, description }) => [name, { ...schema, description }]);
  // The document calls required what has a default; all may be left out but the topic of events.
  return { type: "object", properties: Object.fromEntries(fields) };
}

function withoutFile(form: Schema | undefined): Schema | undefined {
  const fields = Object.entries(form?.properties ?? {}).filter(([, { format }]) => format !== "binary");
  return form && fields.length > 0 ? { ...form, properties: Object.fromEntries(fields) } : undefined;
}

function answerOf({ responses }: Operation): Schema | undefined {
  const success = Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1];
  const schema = success?.content?.["application/json"]?.schema;
  // An export that may be JSON is a file.
  return schema?.type === "string" ? undefined : schema;
}

/** The analysis API wraps its answers, and clients take them out. */
const isEnvelope = (answer: Schema | undefined) =>
  ["success", "data", "timestamp"].every((name) => answer?.required?.includes(name));

/** The prepare API takes the same fields in its query and in its forms. */
const sameShape = (query: Schema | undefined, form: Schema | undefined) =>
  query !== undefined &&
  form !== undefined &&
  shapeOf({ ...query, required: [] }, true) === shapeOf({ ...form, required: [] }, true);
