import { Refusal, type Rule } from "./pydantic.ts";

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The reference's names: those of pydantic are `greater_than_equal` and `less_than_equal`. */
function within({ min, max }: Bounds, value: number): number | Refusal {
  // Not `value > max`: pydantic finds that NaN, which can come as text, is not at most anything.
  if (!(value <= max)) return new Refusal("less_equal", `Input should be less than or equal to ${max}`);
  if (value < min) return new Refusal("greater_equal", `Input should be greater than or equal to ${min}`);
  return value;
}

/** Whole numbers, also as text; `true` is 1, as it is in Python. */
export const integer =
  (bounds: Bounds): Rule<number> =>
  (input) => {
    const value = readInteger(input);
    return value instanceof Refusal ? value : within(bounds, value);
  };

/** Digits in groups, and zeros behind a point: `512`, `1_000`, `512.0`. */
const wholeText = /^[+-]?(\d+(?:_\d+)*)(?:\.0+)?$/;
/** Python's own limit: it takes quadratic time to read more. */
const maxDigits = 4_300;

function readInteger(input: unknown): number | Refusal {
  if (typeof input === "boolean") return Number(input);
  if (typeof input === "number") {
    if (!Number.isFinite(input)) return new Refusal("finite_number", "Input should be a finite number");
    return Number.isInteger(input)
      ? input
      : new Refusal("int_from_float", "Input should be a valid integer, got a number with a fractional part");
  }
  if (typeof input !== "string") return new Refusal("int_type", "Input should be a valid integer");
  const trimmed = input.trim();
  const digits = wholeText.exec(trimmed)?.[1];
  if (digits === undefined) {
    const message = "Input should be a valid integer, unable to parse string as an integer";
    return new Refusal("int_parsing", message);
  }
  if (digits.replaceAll("_", "").length > maxDigits) {
    const message = "Unable to parse input string as an integer, exceeded maximum size";
    return new Refusal("int_parsing_size", message);
  }
  return Number(trimmed.replaceAll("_", ""));
}

/** Numbers, also as text; `true` is 1. */
export const number =
  (bounds: Bounds): Rule<number> =>
  (input) => {
    const value = readNumber(input);
    return value instanceof Refusal ? value : within(bounds, value);
  };

const decimalText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const infiniteText = /^([+-]?)inf(?:inity)?$/i;

function readNumber(input: unknown): number | Refusal {
  if (typeof input === "boolean") return Number(input);
  if (typeof input === "number") return input;
  if (typeof input !== "string") return new Refusal("float_type", "Input should be a valid number");
  const plain = input.includes("_") ? withoutGroups(input) : input.trim();
  if (decimalText.test(plain)) return Number(plain);
  const sign = infiniteText.exec(plain)?.[1];
  if (sign !== undefined) return Number(`${sign}Infinity`);
  if (/^[+-]?nan$/i.test(plain)) return Number.NaN;
  return new Refusal("float_parsing", "Input should be a valid number, unable to parse string as a number");
}

/** In pydantic, space around a number and groups of digits do not go together. */
const withoutGroups = (text: string) => (/^_|__|_$/.test(text) ? "" : text.replaceAll("_", ""));

const truths = new Map([
  ...["1", "on", "t", "true", "y", "yes"].map((word) => [word, true] as const),
  ...["0", "off", "f", "false", "n", "no"].map((word) => [word, false] as const),
]);

/** True and false, also as 1 and 0 and in the usual words. */
export const boolean: Rule<boolean> = (input) => {
  if (typeof input === "boolean") return input;
  const readable = typeof input === "string" || Number.isInteger(input);
  if (!readable) return new Refusal("bool_type", "Input should be a valid boolean");
  const unreadable = new Refusal(
    "bool_parsing",
    "Input should be a valid boolean, unable to interpret input",
  );
  return truths.get(String(input).toLowerCase()) ?? unreadable;
};
