import { isNode, type Place, placed, type SchemaNode } from "./schema-place.ts";

const typeNames = ["object", "array", "string", "number", "integer", "boolean", "null"];

const notChecked = "cannot be checked; say it in the description";
const unnamed =
  "names of properties have to be known; write an array of objects, each with a name and a value";
const topOnly = "belongs at the top of the schema only";

/** What to write instead of keywords that people and libraries use. */
const advice: Readonly<Record<string, string>> = {
  $id: topOnly,
  $schema: topOnly,
  allOf: "write one schema that says all of it",
  const: "expected text, a number, true, false or null, and one of the enum where there is one",
  contains: notChecked,
  exclusiveMaximum: "is taken for integers only; write maximum",
  exclusiveMinimum: "is taken for integers only; write minimum",
  if: notChecked,
  maxProperties: notChecked,
  minProperties: notChecked,
  multipleOf: notChecked,
  not: notChecked,
  nullable: 'write null as a type, as in ["string", "null"]',
  oneOf: "an answer may fit several of these; write anyOf, or objects that a required enum tells apart",
  pattern: "cannot be checked; say in the description what the text looks like",
  patternProperties: unnamed,
  prefixItems: "write an object with a property for each of them",
  propertyNames: unnamed,
  uniqueItems: notChecked,
};

/**
 * What is wrong with a schema that cannot be asked in, in words for whoever wrote it, with the place in it. Only the
 * mistakes that people make: a checker that tries one form of a schema after the other blames the wrong one for these.
 *
 * @returns null where the checker's own words are as good
 */
export function explainSchema(node: unknown, place: Place = []): string | null {
  const at = (problem: string, ...more: readonly string[]) => placed([...place, ...more], problem);
  const members = (keyword: string, nodes: object) =>
    firstOf(Object.entries(nodes), ([name, inner]) => explainSchema(inner, [...place, keyword, name]));

  if (!isNode(node)) return at("expected a schema, which is an object");
  const { type, properties, items, anyOf } = node;
  const other = firstOf(Object.keys(node), (keyword) => {
    const instead = adviceFor(keyword, node);
    return instead === null ? null : at(instead, keyword);
  });
  if (other !== null) return other;
  if ("anyOf" in node)
    return Array.isArray(anyOf) ? members("anyOf", anyOf) : at("expected a list of schemas", "anyOf");
  if ("enum" in node) return Array.isArray(node["enum"]) ? null : at("expected a list of values", "enum");
  if (type === undefined) {
    const keywords = Object.keys(node).join(", ").slice(0, 100);
    return at(`has neither type nor enum nor anyOf${keywords === "" ? "" : `, but ${keywords}`}`);
  }
  const unknown = [type].flat().find((name) => !typeNames.includes(name as string));
  if (unknown !== undefined)
    return at(`${JSON.stringify(unknown).slice(0, 100)} is none of ${typeNames.join(", ")}`, "type");
  if (properties !== undefined && !isNode(properties))
    return at("expected an object of schemas", "properties");
  return (
    (properties === undefined ? null : members("properties", properties)) ??
    (items === undefined ? null : explainSchema(items, [...place, "items"]))
  );
}

function adviceFor(keyword: string, node: SchemaNode): string | null {
  const value = node[keyword];
  if (keyword === "additionalProperties") return isNode(value) ? unnamed : null;
  if (keyword === "format")
    return value === "date" || value === "date-time"
      ? null
      : `only date and date-time can be checked; say in the description that it is ${JSON.stringify(value)?.slice(0, 100)}`;
  return Object.hasOwn(advice, keyword) ? (advice[keyword] ?? null) : null;
}

function firstOf<Item>(items: readonly Item[], problemOf: (item: Item) => string | null): string | null {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== null) return problem;
  }
  return null;
}
