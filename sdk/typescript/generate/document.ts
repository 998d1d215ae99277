import { z } from "zod";

/** What the types are made of, of JSON Schema as the service's OpenAPI document uses it. Other keywords say nothing about types. */
export interface Schema {
  readonly type?: string | readonly string[] | undefined;
  readonly format?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly allOf?: readonly Schema[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: Schema | boolean | undefined;
  readonly propertyNames?: Schema | undefined;
  readonly items?: Schema | boolean | undefined;
  readonly prefixItems?: readonly Schema[] | undefined;
}

const text = z.string().optional();
const schema: z.ZodType<Schema> = z.lazy(() => {
  const several = z.array(schema).optional();
  return z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    format: text,
    description: text,
    default: z.unknown().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    anyOf: several,
    oneOf: several,
    allOf: several,
    properties: z.record(z.string(), schema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), schema]).optional(),
    propertyNames: schema.optional(),
    items: z.union([z.boolean(), schema]).optional(),
    prefixItems: several,
    // Would be a type that this generator does not make.
    $ref: z.never().optional(),
  });
});

const content = z.partialRecord(z.string(), z.object({ schema }));
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), description: text, schema })).default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ content: content.optional() })),
});

const document = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });

/** One way to call the service, as its OpenAPI document has it. */
export interface Operation extends z.output<typeof operation> {
  readonly method: string;
  readonly path: string;
}

/**
 * @param openapi the document, parsed from JSON
 * @returns its operations, in its order
 */
export function readOperations(openapi: unknown): Operation[] {
  return Object.entries(document.parse(openapi).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ ...described, method, path })),
  );
}
