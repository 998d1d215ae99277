import { expect, test } from "vitest";
import { createLiterals } from "./literal.ts";

test("every accepted literal is found, and nothing else", () => {
  const literals = createLiterals(["one", "two", "drei ü"]);
  for (const accepted of ["one", "two", "drei ü"]) expect(literals.has(accepted)).toBe(true);
  for (const other of ["", "on", "onee", "ONE", "one,two", "three"]) expect(literals.has(other)).toBe(false);
});

test("an empty literal in the configuration lets nobody in", () => {
  expect(createLiterals([""]).has("")).toBe(false);
  expect(createLiterals([]).has("")).toBe(false);
});
