import { posix, win32 } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkFileName, isFileName } from "./file-name.ts";
import { hostileNames } from "./testing/hostile-names.ts";

test.each([
  "a",
  "0",
  "a.png",
  "generated/660e8400-e29b-41d4-a716-446655440000.png",
  "ab/cd_ef-1.tar.gz",
  "a..b",
])("%s is a name", (name) => expect(isFileName(name)).toBe(true));

test.each(hostileNames.map((name) => [name]))("%j is none", (name) => {
  expect(isFileName(name)).toBe(false);
  expect(() => checkFileName(name)).toThrow(/is not a name that a stored file can have/);
});

test("whatever is a name stays below any folder, on every system, and in every address", () => {
  const pieces = fc.constantFrom(
    "a",
    "b1",
    ".",
    "..",
    "/",
    "\\",
    "-",
    "_",
    "%2e",
    "%2f",
    "\0",
    "A",
    ":",
    " ",
  );
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 8 }), (parts) => {
      const name = parts.join("");
      fc.pre(isFileName(name));
      expect(posix.resolve("/root", name)).toBe(`/root/${name}`);
      expect(win32.resolve("c:\\root", name)).toBe(`c:\\root\\${name.replaceAll("/", "\\")}`);
      expect(new URL(name, "http://host/root/").href).toBe(`http://host/root/${name}`);
    }),
    { numRuns: 2000 },
  );
});
