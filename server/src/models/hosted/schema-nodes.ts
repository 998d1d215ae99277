import type { Instruction } from "../contract.ts";

export type SchemaNode = Instruction["schema"];

/** A schema and all schemas in it; of a schema that `checkFor` let through. */
export function nodesOf(schema: SchemaNode): readonly SchemaNode[] {
  const { properties, items, anyOf } = schema;
  const inside = [
    ...(isNode(properties) ? Object.values(properties) : []),
    ...(Array.isArray(anyOf) ? anyOf : []),
    items,
  ];
  return [schema, ...inside.filter(isNode).flatMap(nodesOf)];
}

export const isObjectNode = ({ type }: SchemaNode): boolean =>
  type === "object" || (Array.isArray(type) && type.includes("object"));

const isNode = (value: SchemaNode[string] | undefined): value is SchemaNode =>
  typeof value === "object" && value !== null && !Array.isArray(value);
