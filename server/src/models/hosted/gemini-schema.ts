import { ProviderError } from "./provider.ts";
import type { SchemaNode } from "./schema-nodes.ts";

/** Google's own form of a schema, a part of OpenAPI's: `Schema` of the Gemini API. */
export type GeminiSchema = { readonly [keyword: string]: unknown };

/**
 * The same in the form that Google's Batch API obeys. JSON Schema it takes and leaves unheeded: of 502 answers none had
 * the shape that was asked for, and with this form all did (crmne/ruby_llm#894). What the form cannot say, values that are
 * no texts and dates without a time, is said in words; answers are checked against the schema itself.
 *
 * @param schema that `checkFor` let through
 * @throws {ProviderError} `rejected` for objects without named members, which the form does not have
 */
export function toGeminiSchema(schema: SchemaNode): GeminiSchema {
  const { anyOf, enum: values, type, title, description, ...more } = schema;
  const words = { ...(title !== undefined && { title }), ...(description !== undefined && { description }) };
  if (Array.isArray(anyOf)) {
    const members = anyOf as readonly SchemaNode[];
    return either(
      members.filter((member) => !isNull(member)),
      members.some(isNull),
      words,
    );
  }
  if (Array.isArray(values)) return oneOf(values, words);
  const types = [type].flat().filter((name) => name !== "null");
  const isNullable = [type].flat().includes("null");
  const [only] = types;
  if (types.length !== 1 || typeof only !== "string")
    return either(
      types.map((name) => ({ ...more, type: name as string })),
      isNullable,
      words,
    );
  return {
    ...words,
    type: only.toUpperCase(),
    ...(isNullable && { nullable: true }),
    ...membersOf(only, more),
  };
}

const isNull = (node: SchemaNode): boolean => node["type"] === "null";

function either(members: readonly SchemaNode[], isNullable: boolean, words: object): GeminiSchema {
  const [only, ...others] = members.map(toGeminiSchema);
  const nullable = isNullable && { nullable: true };
  if (only === undefined) return { ...words, type: "NULL" };
  return others.length === 0
    ? { ...only, ...words, ...nullable }
    : { ...words, anyOf: [only, ...others], ...nullable };
}

function oneOf(values: readonly unknown[], words: { readonly description?: unknown }): GeminiSchema {
  const known = values.filter((value) => value !== null);
  const nullable = known.length < values.length && { nullable: true };
  if (known.length > 0 && known.every((value) => typeof value === "string"))
    return { ...words, type: "STRING", format: "enum", enum: known, ...nullable };
  const types = [...new Set(values.map((value) => (value === null ? "null" : typeof value)))];
  const said = `One of: ${known.map((value) => JSON.stringify(value)).join(", ")}.`;
  const { description } = words;
  return toGeminiSchema({
    ...words,
    type: types,
    description: typeof description === "string" ? `${description} ${said}` : said,
  });
}

/** What a schema of the type may say besides. */
function membersOf(type: string, node: SchemaNode): object {
  switch (type) {
    case "object":
      return ofObject(node);
    case "array":
      return {
        ...(node["items"] !== undefined && { items: toGeminiSchema(node["items"] as SchemaNode) }),
        ...chosen(node, ["minItems", "maxItems"]),
      };
    case "string":
      return {
        ...chosen(node, ["minLength", "maxLength"]),
        ...(node["format"] === "date-time" && { format: "date-time" }),
      };
    default:
      return chosen(node, ["minimum", "maximum"]);
  }
}

function ofObject(node: SchemaNode): object {
  const properties = Object.entries((node["properties"] ?? {}) as Readonly<Record<string, SchemaNode>>);
  if (properties.length === 0) {
    const reason = "Gemini's batch API cannot be asked for an object whose members the schema does not name.";
    throw new ProviderError({ kind: "rejected", reason });
  }
  return {
    properties: Object.fromEntries(properties.map(([name, each]) => [name, toGeminiSchema(each)])),
    // Without it Google orders members by their names, and a model answers in that order.
    propertyOrdering: properties.map(([name]) => name),
    ...chosen(node, ["required"]),
  };
}

const chosen = (node: SchemaNode, keywords: readonly string[]): object =>
  Object.fromEntries(keywords.flatMap((word) => (node[word] === undefined ? [] : [[word, node[word]]])));
