import { nulCharacter, type Refusal, valueError } from "./pydantic.ts";

/**
 * What of a JSON value the database would refuse: a NUL character or half of a surrogate pair in a text or a key, however
 * deep. Null where there is nothing.
 */
export function unstorable(value: unknown): Refusal | null {
  // A list of what is left instead of recursion: how deep it goes is the caller's choice.
  const left: unknown[] = [value];
  while (left.length > 0) {
    const each = left.pop();
    if (typeof each === "string") {
      if (each.includes("\u0000")) return valueError(nulCharacter);
      if (!each.isWellFormed()) return valueError("Halves of surrogate pairs cannot be stored");
    } else if (Array.isArray(each)) {
      for (const item of each) left.push(item);
    } else if (each !== null && typeof each === "object") {
      for (const [name, item] of Object.entries(each)) left.push(name, item);
    }
  }
  return null;
}

/** Whether a JSON value has more than so many levels of lists and objects. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  let level = [value].filter(isNest);
  for (let depth = 0; depth < levels && level.length > 0; depth += 1) {
    level = level.flatMap((nest): unknown[] => Object.values(nest)).filter(isNest);
  }
  return level.length > 0;
}

const isNest = (value: unknown): value is object => value !== null && typeof value === "object";
