import { expect, test } from "vitest";
import { createDistinctNames } from "./distinct-names.ts";

const append = () => createDistinctNames((name, suffix) => name + suffix);

test("a name that is taken gets the next number that is free", () => {
  const distinct = append();
  const names = ["a", "a", "a (3)", "a", "a", "b"].map(distinct);
  expect(names).toEqual(["a", "a (2)", "a (3)", "a (4)", "a (5)", "b"]);
});

test("names that a file system takes for the same are the same", () => {
  const distinct = append();
  expect(["Café", "CAFÉ", "Cafe\u0301"].map(distinct)).toEqual(["Café", "CAFÉ (2)", "Cafe\u0301 (3)"]);
});
