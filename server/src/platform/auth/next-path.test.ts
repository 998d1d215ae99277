import { expect, test } from "vitest";
import { safeNext } from "./next-path.ts";

test("a path of this origin is kept, with its query", () => {
  for (const path of ["/", "/admin", "/images/batch/1?tab=errors&x=%2F%2Fy", "/a//b"]) {
    expect(safeNext(path, "/home")).toBe(path);
  }
});

test.each([
  "https://example.com/",
  "//example.com",
  "/\\example.com",
  "\\\\example.com",
  "/\t/example.com",
  "/\n/example.com",
  "\t//example.com",
  " //example.com",
  "/.//example.com",
  "/a/..//example.com",
  "/%2e//example.com",
  "/.\\/example.com",
  "javascript:alert(1)",
  "admin",
  "",
])("%j leads home", (wanted) => {
  expect(safeNext(wanted, "/home")).toBe("/home");
});

test("what is not text leads home", () => {
  for (const wanted of [undefined, null, 7, ["/a", "/b"], {}])
    expect(safeNext(wanted, "/home")).toBe("/home");
});
