import { types } from "pg";
import { UnstorableValue } from "./errors.ts";

/**
 * How values cross between JavaScript and SQL. Both engines are read and written by the same code, in the text format
 * and with {@link sessionSettings}, so that they cannot differ.
 *
 * | SQL | JavaScript |
 * | --- | --- |
 * | `int2` `int4` `int8` `oid` | number; an `int8` beyond 2^53 is an error, never a wrong number |
 * | `float4` `float8` | number |
 * | `numeric` | string, exact |
 * | `boolean` | boolean |
 * | `text`, `uuid`, `date`, `timestamp`, `interval`, anything else | string, as PostgreSQL writes it |
 * | `timestamptz` | Date (milliseconds; microseconds are cut off) |
 * | `bytea` | Buffer |
 * | `json` `jsonb` | what JSON.parse makes of it |
 * | arrays of these | arrays |
 */
export const sessionSettings: Readonly<Record<string, string>> = {
  timezone: "UTC",
  datestyle: "ISO, YMD",
  intervalstyle: "iso_8601",
  bytea_output: "hex",
  extra_float_digits: "1",
  standard_conforming_strings: "on",
  client_encoding: "UTF8",
};

type Parse = (text: string) => unknown;

const scalars: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [16, (text) => text === "t"],
  [17, (text) => Buffer.from(text.slice(2), "hex")],
  [20, safeInteger],
  [21, Number],
  [23, Number],
  [26, Number],
  [114, (text) => JSON.parse(text)],
  [700, Number],
  [701, Number],
  [1184, timestamp],
  [3802, (text) => JSON.parse(text)],
]);

/** Array type → element type; arrays that are not here arrive as text. */
const elements: ReadonlyMap<number, number> = new Map([
  [199, 114],
  [1000, 16],
  [1001, 17],
  [1005, 21],
  [1007, 23],
  [1009, 25],
  [1015, 1043],
  [1016, 20],
  [1021, 700],
  [1022, 701],
  [1028, 26],
  [1115, 1114],
  [1182, 1082],
  [1185, 1184],
  [1231, 1700],
  [2951, 2950],
  [3807, 3802],
]);

type Nested = readonly (string | null | Nested)[];

/** pg's own splitter of `{a,"b c",NULL}`, nested as deep as the array is. Its enumeration of types has no arrays. */
const textArrayType: number = 1009;
const textArray: (text: string) => Nested = types.getTypeParser(textArrayType);

const asText: Parse = (text) => text;

/** The parser of results, in the form that pg asks for. */
export const resultTypes = {
  getTypeParser(type: number): Parse {
    const element = elements.get(type);
    if (element === undefined) return scalars.get(type) ?? asText;
    const parse = scalars.get(element) ?? asText;
    const each = (items: Nested): unknown[] =>
      items.map((item) => (item === null ? null : typeof item === "string" ? parse(item) : each(item)));
    return (text) => each(textArray(text));
  },
};

function safeInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`The int8 ${text} is beyond 2^53 and would lose digits; select it as text.`);
}

/** With `timezone` UTC it is always `2026-11-21 06:44:08.123456+00`. */
function timestamp(text: string): Date {
  const date = new Date(`${text.replace(" ", "T").replace(/\+00$/, "")}Z`);
  if (Number.isNaN(date.getTime()))
    throw new RangeError(`The timestamptz ${text} has no Date; select it as text.`);
  return date;
}

/**
 * The text of a JSON value, to be bound and cast: `sql\`… ${jsonText(value)}::jsonb\``. A bound array would become a
 * PostgreSQL array, and a bound string would have to be JSON already.
 *
 * @throws {UnstorableValue} for `undefined` and for a NUL character, which `jsonb` refuses
 */
export function jsonText(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new UnstorableValue(`${typeof value} has no JSON.`);
  if (hasEscapedNul(text)) throw new UnstorableValue("A JSON value holds a NUL character.");
  return text;
}

/** In JSON a NUL character is `\u0000`; behind an even number of backslashes it is only text that looks like it. */
function hasEscapedNul(json: string): boolean {
  return json.includes("\\u0000") && /(?<!\\)(?:\\\\)*\\u0000/.test(json);
}

/**
 * Parameters as pg may send them.
 *
 * @throws {UnstorableValue} for a NUL character in text (PostgreSQL's text has none), an invalid Date, or a value that
 *   is none: a function or a symbol
 */
export function bindable(values: readonly unknown[]): unknown[] {
  return values.map((value, index) => bind(value, () => `parameter $${index + 1}`));
}

function bind(value: unknown, name: () => string): unknown {
  switch (typeof value) {
    case "string":
      if (value.includes("\0")) throw new UnstorableValue(`Text with a NUL character in ${name()}.`);
      return value;
    case "number":
    case "boolean":
    case "undefined":
      return value;
    case "bigint":
      return value.toString();
    case "object":
      return value === null ? null : bindObject(value, name);
    default:
      throw new UnstorableValue(`A ${typeof value} in ${name()}.`);
  }
}

function bindObject(value: object, name: () => string): unknown {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new UnstorableValue(`An invalid Date in ${name()}.`);
    // pg would write local time with an offset in minutes, which is wrong for zones before they had whole minutes.
    return value.toISOString();
  }
  if (ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((item) => bind(item, name));
  const json = JSON.stringify(value);
  if (hasEscapedNul(json)) throw new UnstorableValue(`JSON with a NUL character in ${name()}.`);
  return json;
}
