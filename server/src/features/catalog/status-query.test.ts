import { expect, test } from "vitest";
import { readStatusQuery } from "./status-query.ts";

test("a status without a page is that of all products", () => {
  expect(readStatusQuery({})).toBeNull();
  expect(readStatusQuery({ page: "", colour: "red" })).toBeNull();
});

test("one of the two parameters is enough, and of a repeated one the last counts", () => {
  expect(readStatusQuery({ page: "7" })).toEqual({ page: 7, perPage: 100 });
  expect(readStatusQuery({ per_page: "1000" })).toEqual({ page: 1, perPage: 1_000 });
  expect(readStatusQuery({ page: ["1", "2"], per_page: " 50 " })).toEqual({ page: 2, perPage: 50 });
});

test.each([
  ["page", ["0", "-1", "1.5", "two", "1000001"]],
  ["per_page", ["0", "1001", "all", "1e2"]],
])("%s is refused with what it may be", (name, values) => {
  const wanted = expect.objectContaining({
    status: 400,
    message: expect.stringMatching(new RegExp(`^${name}: expected a whole number from 1 to 1000`)),
  });
  for (const value of values) expect(() => readStatusQuery({ [name]: value })).toThrow(wanted);
});
