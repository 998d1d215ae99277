import type { Schema } from "./document.ts";

/**
 * @param way steps into the schema: names of properties, `[]` for what a list holds, `{}` for what a map holds
 * @returns what is there; where null is possible too, the other alternative
 */
export function findSchema(schema: Schema, way: readonly string[]): Schema | undefined {
  const here = notNull(schema);
  const [step, ...rest] = way;
  if (step === undefined) return here;
  const inside = into(here, step);
  return typeof inside === "object" ? findSchema(inside, rest) : undefined;
}

function into(
  { items, additionalProperties, properties }: Schema,
  step: string,
): Schema | boolean | undefined {
  if (step === "[]") return items;
  return step === "{}" ? additionalProperties : properties?.[step];
}

function notNull(schema: Schema): Schema {
  const [other, ...more] = schema.anyOf?.filter(({ type }) => type !== "null") ?? [];
  return other && more.length === 0 ? other : schema;
}
