import { z } from "zod";
import { isNode, type SchemaNode } from "./schema-place.ts";

/** The same in keywords that can be asked for, where it is the same: what a node says is never loosened here. */
export const inPlainKeywords = (node: SchemaNode): SchemaNode =>
  [constAsEnum, oneOfAsAnyOf, typesAsOne, wholeBounds, withoutKnownPattern, openObject].reduce(
    (said, plainer) => plainer(said),
    node,
  );

function constAsEnum({ const: only, ...rest }: SchemaNode): SchemaNode {
  if (only === undefined) return rest;
  const values = rest["enum"];
  const contradicts = Array.isArray(values) && !values.includes(only);
  return contradicts || (typeof only === "object" && only !== null)
    ? { const: only, ...rest }
    : { ...rest, enum: [only] };
}

/** They differ only for values that fit several members; so do no values where any two of them exclude each other. */
function oneOfAsAnyOf({ oneOf, ...rest }: SchemaNode): SchemaNode {
  if (oneOf === undefined) return rest;
  const excluding =
    Array.isArray(oneOf) &&
    oneOf.every((one, index) => oneOf.slice(index + 1).every((other) => areDisjoint(one, other)));
  return excluding && rest["anyOf"] === undefined ? { ...rest, anyOf: oneOf } : { oneOf, ...rest };
}

/** Text or nothing, as pydantic writes it. */
function typesAsOne({ anyOf, ...rest }: SchemaNode): SchemaNode {
  if (anyOf === undefined) return rest;
  const plain =
    rest["type"] === undefined &&
    Array.isArray(anyOf) &&
    anyOf.length > 0 &&
    anyOf.every((node) => isNode(node) && typeof node["type"] === "string" && Object.keys(node).length === 1);
  return plain
    ? { ...rest, type: [...new Set(anyOf.map((node: SchemaNode) => node["type"]))] }
    : { anyOf, ...rest };
}

function areDisjoint(one: unknown, other: unknown): boolean {
  if (!isNode(one) || !isNode(other)) return false;
  const [types, others] = [typesOf(one), typesOf(other)];
  const shared = types.filter((type) => others.includes(type));
  if (types.length > 0 && others.length > 0 && shared.length === 0) return true;
  return shared.join() === "object" && differInAName(one, other);
}

/** A whole number is a number; a node of no named type may be anything, and has none here. */
const typesOf = ({ type }: SchemaNode): readonly unknown[] =>
  type === undefined ? [] : [type].flat().map((name) => (name === "integer" ? "number" : name));

/** By the values of a property that both have to have, as those of a union that is told apart by one. */
function differInAName(one: SchemaNode, other: SchemaNode): boolean {
  const valuesOf = ({ properties, required }: SchemaNode, name: string): readonly unknown[] | null => {
    const property = isNode(properties) ? properties[name] : undefined;
    const values = isNode(property) ? property["enum"] : undefined;
    return Array.isArray(values) && Array.isArray(required) && required.includes(name) ? values : null;
  };
  return Object.keys(one["properties"] ?? {}).some((name) => {
    const [values, others] = [valuesOf(one, name), valuesOf(other, name)];
    return values !== null && others !== null && !values.some((value) => others.includes(value));
  });
}

/** Of integers: those that JSON can say exactly are checked to be such anyway, and need no bounds that say so. */
function wholeBounds(node: SchemaNode): SchemaNode {
  const types = typesOf(node);
  if (!types.includes("number") || [node["type"]].flat().includes("number")) return node;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, ...rest } = node;
  const lowest = Math.max(
    numberOr(minimum, Number.NEGATIVE_INFINITY),
    Math.floor(numberOr(exclusiveMinimum, Number.NEGATIVE_INFINITY)) + 1,
  );
  const highest = Math.min(
    numberOr(maximum, Number.POSITIVE_INFINITY),
    Math.ceil(numberOr(exclusiveMaximum, Number.POSITIVE_INFINITY)) - 1,
  );
  return {
    ...rest,
    ...(lowest > Number.MIN_SAFE_INTEGER && { minimum: lowest }),
    ...(highest < Number.MAX_SAFE_INTEGER && { maximum: highest }),
    // What is no number is for whoever explains it.
    ...unlessNumbers({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }),
  };
}

const numberOr = (value: unknown, otherwise: number) => (typeof value === "number" ? value : otherwise);

const unlessNumbers = (bounds: SchemaNode): SchemaNode =>
  Object.fromEntries(
    Object.entries(bounds).filter(([, value]) => value !== undefined && typeof value !== "number"),
  );

/** Zod says a date twice: as a format, which is checked, and as a regular expression. */
function withoutKnownPattern({ pattern, ...rest }: SchemaNode): SchemaNode {
  if (pattern === undefined) return rest;
  const known = { date: z.iso.date, "date-time": z.iso.datetime }[String(rest["format"])];
  const same = known !== undefined && z.toJSONSchema(known()).pattern === pattern;
  return same ? rest : { pattern, ...rest };
}

/** `{}` takes everything. */
function openObject(node: SchemaNode): SchemaNode {
  const more = node["additionalProperties"];
  return isNode(more) && Object.keys(more).length === 0 ? { ...node, additionalProperties: true } : node;
}
