import { isObjectNode, nodesOf, type SchemaNode } from "./schema-nodes.ts";

/** OpenAI's own limits of what its strict mode compiles. */
const mostProperties = 5_000;
const mostEnumValues = 1_000;

/**
 * Whether OpenAI takes a schema in its strict mode, in which no answer can break it: every object closed, every property
 * required, every value of a named type, and no lengths of texts.
 *
 * Other schemas are sent all the same, as advice to the model: the answers are checked here in any case, and an
 * optional property is no reason to refuse a question.
 */
export function obeysStrictMode(schema: SchemaNode): boolean {
  const nodes = nodesOf(schema);
  const properties = nodes.flatMap((node) => namesOf(node["properties"]));
  const values = nodes.flatMap((node) => (Array.isArray(node["enum"]) ? node["enum"] : []));
  return nodes.every(isStrict) && properties.length <= mostProperties && values.length <= mostEnumValues;
}

function isStrict(node: SchemaNode): boolean {
  const { type, anyOf, properties, required, additionalProperties, minLength, maxLength, items } = node;
  if (type === undefined && anyOf === undefined) return false;
  if (minLength !== undefined || maxLength !== undefined) return false;
  if (type === "array" && items === undefined) return false;
  if (!isObjectNode(node)) return true;
  return (
    additionalProperties === false &&
    properties !== undefined &&
    Array.isArray(required) &&
    namesOf(properties).every((name) => required.includes(name))
  );
}

const namesOf = (properties: SchemaNode[string] | undefined): readonly string[] =>
  typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
