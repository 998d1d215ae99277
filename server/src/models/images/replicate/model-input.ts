import { z } from "zod";

const propertySchema = z.object({
  /** Null where it may be several. */
  type: z.enum(["string", "integer", "number", "boolean", "array", "object"]).nullable(),
  enum: z.array(z.union([z.string(), z.number()])).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  multipleOf: z.number().positive().optional(),
  default: z.json().optional(),
  /** Only of models in the table: one sentence for whoever chooses. */
  description: z.string().optional(),
});

/** What a model takes, as far as it has to be known: a part of its JSON Schema. */
export const modelInputSchema = z.object({
  required: z.array(z.string()),
  properties: z.record(z.string(), propertySchema),
});

export type Property = z.infer<typeof propertySchema>;
export type ModelInput = z.infer<typeof modelInputSchema>;

/** More than any model has; it is kept, and read for each request. */
const mostProperties = 200;
const mostChoices = 200;

const bound = z.number().optional().catch(undefined);
const node = z.object({
  type: z.string().nullable().catch(null),
  enum: z
    .array(z.union([z.string().max(200), z.number()]))
    .max(mostChoices)
    .optional()
    .catch(undefined),
  minimum: bound,
  maximum: bound,
  multipleOf: z.number().positive().optional().catch(undefined),
  default: z.json().optional(),
  $ref: z.string().optional().catch(undefined),
  allOf: z.array(z.json()).optional().catch(undefined),
  anyOf: z.array(z.json()).optional().catch(undefined),
});
const openApiSchema = z.object({
  components: z.object({
    schemas: z.looseObject({
      Input: z.object({
        required: z.array(z.string()).catch([]),
        properties: z.record(z.string(), z.json()),
      }),
    }),
  }),
});

/**
 * A model's own OpenAPI document → what it takes; null for what is no such document. Cog writes choices as a reference,
 * and what may be null as one of two types.
 */
export function modelInputOf(document: unknown): ModelInput | null {
  const { data } = openApiSchema.safeParse(document);
  if (data === undefined) return null;
  const { schemas } = data.components;
  const { required, properties } = schemas.Input;
  const known = Object.entries(properties).slice(0, mostProperties);
  return {
    required: required.slice(0, mostProperties),
    properties: Object.fromEntries(known.map(([name, written]) => [name, propertyOf(written, schemas)])),
  };
}

/** References within a document are one deep; two more are for what is wrapped once more. */
const deepest = 3;

function propertyOf(written: unknown, schemas: Readonly<Record<string, unknown>>, depth = 0): Property {
  const { data } = node.safeParse(written);
  if (data === undefined || depth > deepest) return { type: null };
  const { $ref, allOf = [], anyOf = [], type, ...own } = data;
  const referred = $ref?.replace("#/components/schemas/", "");
  const parts = [
    ...(referred !== undefined && Object.hasOwn(schemas, referred) ? [schemas[referred]] : []),
    ...allOf,
    ...(anyOf.filter((each) => !isNull(each)).length === 1 ? anyOf.filter((each) => !isNull(each)) : []),
  ].map((part) => propertyOf(part, schemas, depth + 1));
  const merged: Property = Object.assign({}, ...parts, withoutUndefined(own));
  const named = propertySchema.shape.type.safeParse(type).data ?? null;
  return { ...merged, type: named ?? parts.find((part) => part.type !== null)?.type ?? null };
}

const isNull = (part: unknown) =>
  typeof part === "object" && part !== null && "type" in part && part.type === "null";

const withoutUndefined = (given: object) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
