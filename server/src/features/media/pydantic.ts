import type { JsonObject } from "../../models/images/contract.ts";
import { AppError } from "../../platform/errors.ts";

/** Where in a request a problem is: `["body", "parameters", "width"]`. */
export type Location = readonly (string | number)[];

/** One entry of `detail` in a 422. The order of its keys is the order in which FastAPI prints them. */
export interface Problem {
  readonly type: string;
  readonly loc: Location;
  readonly msg: string;
  /** What was sent there, as it was sent. */
  readonly input: unknown;
}

/** All that is wrong with a request, at once. */
export const validationFailed = (errors: readonly Problem[]) =>
  new AppError({
    code: "validation_error",
    status: 422,
    message: errors.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; "),
    details: { errors },
  });

/** Why a value is refused, in pydantic's words. */
export class Refusal {
  readonly type: string;
  readonly msg: string;

  constructor(type: string, msg: string) {
    this.type = type;
    this.msg = msg;
  }
}

export const problem = ({ type, msg }: Refusal, loc: Location, input: unknown): Problem => ({
  type,
  loc,
  msg,
  input,
});

/** Reads a value of parsed JSON as pydantic's lax mode does: the clients of this API were written against that. */
export type Rule<Value> = (input: unknown) => Value | Refusal;

/** As a validator of the model's own refuses: it raises a `ValueError`. */
export const valueError = (message: string) => new Refusal("value_error", `Value error, ${message}`);

/** A value that reads as `null` where it is null. */
export const nullable =
  <Value>(rule: Rule<Value>): Rule<Value | null> =>
  (input) =>
    input === null ? null : rule(input);

/** A rule that goes on where the first one ends. */
export const refined =
  <Value, Next>(rule: Rule<Value>, next: (value: Value) => Next | Refusal): Rule<Next> =>
  (input) => {
    const value = rule(input);
    return value instanceof Refusal ? value : next(value);
  };

const characters = (count: number) => (count === 1 ? "1 character" : `${count} characters`);

/** @param bounds in Unicode characters, as Python counts them: an emoji is one */
export const text =
  ({
    min = 0,
    max = Number.POSITIVE_INFINITY,
  }: {
    readonly min?: number;
    readonly max?: number;
  }): Rule<string> =>
  (input) => {
    if (typeof input !== "string") return new Refusal("string_type", "Input should be a valid string");
    if (!input.isWellFormed()) {
      const message = "Input should be a valid string, unable to parse raw data as a unicode string";
      return new Refusal("string_unicode", message);
    }
    const length = input.length > max ? [...input].length : input.length;
    if (length < min)
      return new Refusal("string_too_short", `String should have at least ${characters(min)}`);
    if (length > max) return new Refusal("string_too_long", `String should have at most ${characters(max)}`);
    return input.includes("\u0000") ? valueError(nulCharacter) : input;
  };

/** PostgreSQL has no place for one, neither in text nor in JSON. */
export const nulCharacter = "NUL characters cannot be stored";

/** What is read was parsed from JSON, so that an object holds nothing else. */
const isObject = (input: unknown): input is JsonObject =>
  input !== null && typeof input === "object" && !Array.isArray(input);

export const dictionary: Rule<JsonObject> = (input) =>
  isObject(input) ? input : new Refusal("dict_type", "Input should be a valid dictionary");

/** What FastAPI says where the fields of a model are expected. */
export const model: Rule<JsonObject> = (input) =>
  isObject(input)
    ? input
    : new Refusal(
        "model_attributes_type",
        "Input should be a valid dictionary or object to extract fields from",
      );

/** `'a', 'b' or 'c'` */
export const listed = (names: readonly string[], quote = "'") =>
  names
    .map((name) => quote + name + quote)
    .join(", ")
    .replace(/, ([^,]*)$/, " or $1");

export const oneOf =
  <const Name extends string>(names: readonly Name[]): Rule<Name> =>
  (input) =>
    names.find((name) => name === input) ?? new Refusal("enum", `Input should be ${listed(names)}`);
