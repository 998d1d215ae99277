import { createHash } from "node:crypto";
import type { Instruction, VisionModel } from "../../models/contract.ts";
import { checkOf, UnsupportedSchema } from "../../models/hosted/answer-schema.ts";
import { storeFacts } from "../../models/instructions.ts";
import type { Question } from "./batch-options.ts";
import { invalidField } from "./errors.ts";
import { explainSchema } from "./explain-schema.ts";
import { plainSchema } from "./plain-schema.ts";
import { type Place, placed } from "./schema-place.ts";

const maxTextLength = 8_000;
const maxSchemaBytes = 16 * 1024;
const maxProperties = 50;
/** Of JSON values within each other; each level of an answer takes two. */
const maxDepth = 24;

/**
 * What the caller asks instead of the default question. Of the instruction and the schema each can be replaced alone; the
 * other one is then that of the default question. Equal questions have one version, so their batches share the cache.
 *
 * @param texts as they came, without the white space around them; nothing stands for the default
 * @param asked the model that the batch would get, null where none is configured; the names of all that there are, and of
 *   those that answer the default question only
 * @returns null for the default question
 * @throws {AppError} `validation_error` that names the field, and the place in the schema
 */
export function readQuestion(
  texts: { readonly text: string; readonly schema: string },
  asked: {
    readonly model: string | null;
    readonly models: readonly string[];
    readonly defaultOnly?: readonly string[];
  },
): Question | null {
  if (texts.text === "" && texts.schema === "") return null;
  const field = texts.text === "" ? "schema" : "instruction";
  const { model, models, defaultOnly = [] } = asked;
  const others = models.filter((name) => !defaultOnly.includes(name));
  const unable = defaultOnly.find((name) => name === model || (model === null && others.length === 0));
  if (unable !== undefined) {
    const advice = others.length === 0 ? ", and no other model is configured" : "; name another model";
    throw invalidField(field, `${readsNothing(unable)}${advice}`);
  }
  const text = texts.text === "" ? storeFacts.text : readText(texts.text);
  const schema = texts.schema === "" ? JSON.stringify(storeFacts.schema) : readSchema(texts.schema);
  const digest = createHash("sha256")
    .update(JSON.stringify([text, schema]))
    .digest("hex");
  return { version: `custom-${digest}`, text, schema };
}

const readsNothing = (model: string) =>
  `the model ${model} recognises text and measures pictures; it answers the default question only, whatever it is told`;

/** Why a batch is paused whose question the model that is there now cannot be asked; null where it can. */
export const unaskable = (
  { name, answers }: Pick<VisionModel, "name" | "answers">,
  question: Question | null,
): string | null =>
  question !== null && answers === "the default question"
    ? `The batch asks a question of its own, and ${readsNothing(name)}. Configure another model and resume the batch.`
    : null;

const parsed = new WeakMap<Question, Instruction>();

/** One object for each question that is stored, so that its schema is compiled once; null for the default question. */
export function instructionOf(question: Question | null): Instruction | null {
  if (question === null) return null;
  const instruction = parsed.get(question) ?? { ...question, schema: JSON.parse(question.schema) };
  parsed.set(question, instruction);
  return instruction;
}

function readText(text: string): string {
  if (text.length > maxTextLength) throw invalidField("instruction", `at most ${maxTextLength} characters`);
  const problem = problemOfText(text);
  if (problem !== null) throw invalidField("instruction", problem);
  return text;
}

/** @returns the schema as JSON, in its plain form and without white space */
function readSchema(text: string): string {
  if (Buffer.byteLength(text) > maxSchemaBytes)
    throw invalidField("schema", `at most ${maxSchemaBytes} bytes of JSON`);
  const written = parseJson(text);
  refuse(problemOfJson(written, []));
  const plain = plainSchema(written, maxSchemaBytes);
  if ("problem" in plain) throw invalidField("schema", plain.problem);
  // Deeper than it was written, where it refers to parts of itself.
  refuse(problemOfJson(plain.schema, []));
  // What it is, is found out here.
  const schema = plain.schema as Instruction["schema"];
  refuse(problemOfSchema(schema));
  return JSON.stringify(schema);
}

function refuse(problem: string | null): void {
  if (problem !== null) throw invalidField("schema", problem);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidField("schema", `is no JSON (${(error as SyntaxError).message.slice(0, 150)})`);
  }
}

/** Checked first: what is nested without end would end the stack of whoever looks at it, and some text no database takes. */
function problemOfJson(value: unknown, place: Place): string | null {
  if (place.length > maxDepth) return at(place, "is nested too deep");
  if (typeof value === "string") return at(place, problemOfText(value));
  if (typeof value !== "object" || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    // Libraries take it for the prototype of the object it is in, and overlook it.
    if (name === "__proto__") return at(place, "__proto__ is no name of a property");
    const problem = at(place, problemOfText(name)) ?? problemOfJson(member, [...place, name]);
    if (problem !== null) return problem;
  }
  return null;
}

/** PostgreSQL keeps neither in JSON, and answers would have them as names. */
const problemOfText = (text: string): string | null =>
  text.includes("\u0000")
    ? "holds a NUL character"
    : text.isWellFormed()
      ? null
      : "holds half of a surrogate pair";

const at = (place: Place, problem: string | null) => (problem === null ? null : placed(place, problem));

function problemOfSchema(schema: Instruction["schema"]): string | null {
  try {
    checkOf(schema);
  } catch (error) {
    if (!(error instanceof UnsupportedSchema)) throw error;
    return explainSchema(schema) ?? error.message;
  }
  if (Object.keys(schema["properties"] ?? {}).length === 0)
    return "names no properties, so nothing would be asked";
  const count = countProperties(schema);
  return count > maxProperties ? `has ${count} properties; at most ${maxProperties} can be asked for` : null;
}

/** At every level, since each of them is something to answer. Of a schema that is supported. */
function countProperties(schema: object): number {
  return Object.entries(schema).reduce((count, [keyword, value]) => {
    if (keyword === "properties") {
      const nodes: readonly object[] = Object.values(value);
      return nodes.reduce<number>((sum, node) => sum + 1 + countProperties(node), count);
    }
    if (keyword === "items") return count + countProperties(value);
    if (keyword !== "anyOf") return count;
    return value.reduce((sum: number, node: object) => sum + countProperties(node), count);
  }, 0);
}
