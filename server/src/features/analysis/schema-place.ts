/** Names on the way from the top of a schema to a part of it. */
export type Place = readonly string[];

const longestPlace = 200;

/** What is wrong, and where in the schema. */
export const placed = (place: Place, problem: string): string => {
  const where = place.join(".").slice(0, longestPlace);
  return where === "" ? problem : `${where}: ${problem}`;
};

/** A schema or a part of one; `true` and `false` are schemas too, which nobody can be asked for. */
export type SchemaNode = Readonly<Record<string, unknown>>;

export const isNode = (value: unknown): value is SchemaNode =>
  typeof value === "object" && value !== null && !Array.isArray(value);
