import { z } from "zod";
import type { Described, Instruction } from "../contract.ts";

const count = z.int().nonnegative();
const typeName = z.enum(["object", "array", "string", "number", "integer", "boolean", "null"]);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const words = { title: z.string().optional(), description: z.string().optional() };

/**
 * The JSON Schema that an answer may be asked in: what all providers take, and what is checked here as it is written.
 * On these keywords `z.fromJSONSchema` agreed with ajv wherever the two were compared; beyond them it let through
 * `required` names that are no properties, schemas without a type, and members that only a `default` filled in.
 * `pattern` is left out because a regular expression of a user's can take for ever.
 */
const schemaNode: z.ZodType<SchemaNode> = z.lazy(() =>
  z.union([
    z.strictObject({ ...words, anyOf: z.array(schemaNode).min(1) }),
    z.strictObject({ ...words, enum: z.array(scalar).min(1), type: typeNames.optional() }),
    z
      .strictObject({
        ...words,
        type: typeNames,
        properties: z.record(z.string(), schemaNode).optional(),
        required: z.array(z.string()).optional(),
        additionalProperties: z.boolean().optional(),
        items: schemaNode.optional(),
        minItems: count.optional(),
        maxItems: count.optional(),
        minLength: count.optional(),
        maxLength: count.optional(),
        minimum: z.number().optional(),
        maximum: z.number().optional(),
        format: z.enum(["date", "date-time"]).optional(),
      })
      .refine(
        ({ required = [], properties = {} }) => required.every((name) => Object.hasOwn(properties, name)),
        "every required name has to be among the properties",
      ),
  ]),
);
/** Each once: the library compiles all members again for every repetition, and for those within once more. */
const typeNames = z.union([
  typeName,
  z
    .array(typeName)
    .min(1)
    .refine((names) => new Set(names).size === names.length, "every type has to be named once"),
]);

type SchemaNode = { readonly [keyword: string]: unknown };

const objectSchema = schemaNode.refine(({ type }) => type === "object", "an answer is an object");

/** A schema that answers cannot be asked in. */
export class UnsupportedSchema extends Error {
  override readonly name = "UnsupportedSchema";
}

/** What an answer is, or in one sentence why it is none. */
type CheckedAnswer = { readonly output: Described["output"] } | { readonly problem: string };

export type CheckAnswer = (value: unknown) => CheckedAnswer;

const compiled = new WeakMap<object, CheckAnswer>();

/**
 * Compiles a schema, once for each object that holds it.
 *
 * @throws {UnsupportedSchema} with the place in the schema
 */
export function checkOf(schema: Instruction["schema"]): CheckAnswer {
  const check = compiled.get(schema) ?? compile(schema);
  compiled.set(schema, check);
  return check;
}

function compile(schema: Instruction["schema"]): CheckAnswer {
  const supported = objectSchema.safeParse(schema);
  if (!supported.success) throw new UnsupportedSchema(issueOf(supported.error));
  // The subset above is a part of what the parameter's type describes.
  const parser = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  return (value) => {
    const parsed = parser.safeParse(value);
    // The value itself is JSON, obeys an object schema, and keeps its members in the model's order.
    return parsed.success ? { output: value as Described["output"] } : { problem: issueOf(parsed.error) };
  };
}

/** The first problem, with its place; of the ways a value could have been right, the one that came furthest. */
function issueOf(error: { readonly issues: readonly z.core.$ZodIssue[] }): string {
  const { path, message } = deepest(error.issues[0]);
  const place = path.map(String).join(".").slice(0, 100);
  return `${place === "" ? "" : `${place}: `}${message.slice(0, 120)}`;
}

function deepest(issue: z.core.$ZodIssue | undefined): { path: readonly PropertyKey[]; message: string } {
  if (issue === undefined) return { path: [], message: "not valid" };
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors
    .map((issues) => deepest(issues[0]))
    .reduce<{ path: readonly PropertyKey[]; message: string } | null>(
      (best, each) => (best === null || each.path.length > best.path.length ? each : best),
      null,
    );
  return inner === null ? issue : { path: [...issue.path, ...inner.path], message: inner.message };
}
