import fc from "fast-check";
import { expect, test } from "vitest";
import { KeysUnreadable, parseKeys } from "./parse-keys.ts";

test("keys belong to the group before their colon, and to one of their own without", () => {
  const groups = parseKeys(
    "a:AIza-first-key-0001, b:AIza-other-key-0002 ,a:AIza-third-key-0003,AIza-alone-key-0004,",
  );
  expect(groups.map(({ name, keys }) => [name, keys.map(({ secret }) => secret)])).toEqual([
    ["a", ["AIza-first-key-0001", "AIza-third-key-0003"]],
    ["b", ["AIza-other-key-0002"]],
    [expect.stringMatching(/^key-[0-9a-f]{8}$/), ["AIza-alone-key-0004"]],
  ]);
});

test("a key without a group has the same one wherever it stands", () => {
  const alone = (text: string) =>
    parseKeys(text).find(({ keys }) => keys[0]?.secret === "AIza-alone-key-0004")?.name;
  expect(alone("AIza-alone-key-0004")).toBe(alone("a:AIza-first-key-0001,AIza-alone-key-0004"));
});

test("labels show the end of a key, at most a quarter of it, and tell keys apart", () => {
  const labels = parseKeys("AIza-first-key-0001,AIza-other-key-0001,key1").flatMap(({ keys }) =>
    keys.map(({ label }) => label),
  );
  expect(labels).toEqual(["…0001", "…0001 (2)", "…1"]);
});

test.each([
  ["a:", "key 1 is empty or holds a character that no key has"],
  ["one-key,b:two keys", "key 2 is empty or holds a character that no key has"],
  [":one-key", "key 1 should be group:key, where the group is up to 32 letters, digits or . _ -"],
  [
    "AIzaSyA1234567890123456789012345678901234:a",
    "key 1 should be group:key, where the group is up to 32 letters, digits or . _ -",
  ],
  ["a:same-key,other-key,b:same-key", "keys 1 and 3 are the same"],
])("%j is refused", (text, message) => {
  expect(() => parseKeys(text)).toThrow(new KeysUnreadable(message));
});

test("whatever is wrong, no error and no label holds a key", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ maxLength: 40 }), fc.stringMatching(/^[A-Za-z0-9 :,é-]{12,40}$/)), {
        maxLength: 5,
      }),
      (entries) => {
        try {
          const groups = parseKeys(entries.map(([group, key]) => `${group}:${key}`).join(","));
          for (const { keys } of groups)
            for (const { label, secret } of keys) expect(label).not.toContain(secret);
        } catch (error) {
          expect(error).toBeInstanceOf(KeysUnreadable);
          expect(error instanceof Error ? error.message : "").toMatch(
            /^keys? \d+ (and \d+ are the same|should be group:key, where the group is up to 32 letters, digits or \. _ -|is empty or holds a character that no key has)$/,
          );
        }
      },
    ),
  );
});
