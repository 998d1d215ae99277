import { type Location, type Problem, problem, Refusal, type Rule } from "./pydantic.ts";

/** Reads the fields of an object one after the other, and collects what is wrong with them in that order. */
interface Fields {
  /** A field that may be absent. What it reads as counts only if there are no problems in the end. */
  optional<Value>(name: string, rule: Rule<Value>, absent: Value): Value;
  /** A field that is a problem where it is absent. */
  required<Value>(name: string, rule: Rule<Value>, absent: Value): Value;
}

/** @param problems is added to */
export function fieldsOf(
  source: Readonly<Record<string, unknown>>,
  location: Location,
  problems: Problem[],
): Fields {
  const read = <Value>(name: string, rule: Rule<Value>, absent: Value): Value => {
    const input = source[name];
    const value = rule(input);
    if (!(value instanceof Refusal)) return value;
    problems.push(problem(value, [...location, name], input));
    return absent;
  };
  return {
    optional: (name, rule, absent) => (Object.hasOwn(source, name) ? read(name, rule, absent) : absent),
    required(name, rule, absent) {
      if (Object.hasOwn(source, name)) return read(name, rule, absent);
      problems.push({ type: "missing", loc: [...location, name], msg: "Field required", input: source });
      return absent;
    },
  };
}
