import type { Schema } from "./document.ts";

export interface Wording {
  /** Names of types by their shape: what has that shape is called so. */
  readonly names: ReadonlyMap<string, string>;
  /** Callers give it, and may say `undefined` for what they may leave out. */
  readonly input: boolean;
  readonly comments: boolean;
}

/** The type without names and comments, which is the same for whatever looks the same. */
export function shapeOf(schema: Schema, input: boolean): string {
  return write(schema, { names: new Map(), input, comments: false });
}

/** The TypeScript type of what the schema describes: its name, if it has one. */
export function typeText(schema: Schema, wording: Wording, indent = ""): string {
  return wording.names.get(shapeOf(schema, wording.input)) ?? write(schema, wording, indent);
}

/** The same, written out even if it has a name. */
export function write(schema: Schema, wording: Wording, indent = ""): string {
  const each = (schemas: readonly Schema[]) => schemas.map((inner) => typeText(inner, wording, indent));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return union(each(alternatives));
  if (schema.allOf) return `(${each(schema.allOf).join(") & (")})`;
  if (typeof schema.type === "object") return union(each(schema.type.map((type) => ({ ...schema, type }))));
  switch (schema.type) {
    case "string":
      return schema.format === "binary" ? "Blob" : "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
    case "null":
      return schema.type;
    case "array":
      return list(schema, wording, indent);
    case "object":
      return isRecordType(schema) ? record(schema, wording, indent) : map(schema, wording, indent);
    case undefined:
      return "unknown";
    default:
      throw new Error(`${JSON.stringify(schema.type)} is no type of JSON Schema.`);
  }
}

/** Whether it has properties by name. */
export const isRecordType = ({ type, properties }: Schema) =>
  type === "object" && Object.keys(properties ?? {}).length > 0;

const union = (types: readonly string[]) => [...new Set(types)].join(" | ");

function list({ items, prefixItems }: Schema, wording: Wording, indent: string): string {
  if (prefixItems) return `[${prefixItems.map((item) => typeText(item, wording, indent)).join(", ")}]`;
  const item = typeof items === "object" ? typeText(items, wording, indent) : "unknown";
  return /^\w+$/.test(item) ? `${item}[]` : `Array<${item}>`;
}

function map({ additionalProperties, propertyNames }: Schema, wording: Wording, indent: string): string {
  const key = propertyNames ? typeText(propertyNames, wording, indent) : "string";
  if (additionalProperties === false) return `Record<${key}, never>`;
  return `Record<${key}, ${typeof additionalProperties === "object" ? typeText(additionalProperties, wording, indent) : "unknown"}>`;
}

function record(schema: Schema, wording: Wording, indent: string): string {
  const { properties = {}, required = [], additionalProperties } = schema;
  const inner = `${indent}  `;
  const lines = Object.entries(properties).flatMap(([name, property]) => {
    const optional = !required.includes(name);
    const type = typeText(property, wording, inner);
    const orUndefined = optional && wording.input && type !== "unknown" ? " | undefined" : "";
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
    return [
      ...(wording.comments ? comment(wordsOf(property), inner) : []),
      `${inner}${key}${optional ? "?" : ""}: ${type}${orUndefined};`,
    ];
  });
  // Next to properties of other types TypeScript allows nothing narrower.
  if (typeof additionalProperties === "object") lines.push(`${inner}[name: string]: unknown;`);
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function wordsOf(schema: Schema): string {
  // Where null is possible too, the other alternative has the words.
  const words = schema.description ?? schema.anyOf?.find(({ description }) => description)?.description ?? "";
  const otherwise = schema.default === undefined ? "" : `Default: ${JSON.stringify(schema.default)}.`;
  return `${words} ${otherwise}`.trim();
}

/** The lines of a documentation comment; none where there are no words. */
export function comment(words: string, indent = ""): string[] {
  const safe = words.replaceAll("*/", "*\\/").replace(/\s+/g, " ");
  return safe === "" ? [] : [`${indent}/** ${safe} */`];
}
