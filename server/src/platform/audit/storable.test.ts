import { expect, test } from "vitest";
import { storableDetails, storableText } from "./storable.ts";

test("details that fit are what JSON makes of them", () => {
  const details = { format: "csv", at: new Date(0), missing: undefined, list: [undefined, 1.5] };
  expect(storableDetails(details)).toBe(JSON.stringify(details));
});

test("of larger ones the long members are cut with a mark, and the facts stay", () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => `batch "${index}"`);
  const stored = storableDetails({ format: "csv", ids, missing: undefined, bytes: 12 });
  const text = JSON.stringify(ids);
  expect(JSON.parse(stored)).toEqual({
    format: "csv",
    ids: { cut: true, bytes: text.length, beginning: text.slice(0, 300) },
    bytes: 12,
  });
});

test.each([
  ["many members", Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`name ${index}`, index]))],
  ["a long name", { ["語".repeat(20_000)]: 1 }],
])("%s are cut as a whole", (_name, details) => {
  const text = JSON.stringify(details);
  expect(JSON.parse(storableDetails(details))).toEqual({
    cut: true,
    bytes: Buffer.byteLength(text),
    beginning: text.slice(0, 300),
  });
});

test.each([
  ["characters of four bytes", "🌍"],
  ["quotes", '"'],
  ["NUL characters", "\u0000"],
  ["halves of characters", "\ud83d"],
])("however it is cut, %s are storable and no more than 8 KB", (_name, character) => {
  // Each length cuts the beginning elsewhere.
  for (let offset = 0; offset < 12; offset += 1) {
    const stored = storableDetails({ text: `${"a".repeat(offset)}${character.repeat(9_000)}` });
    expect(Buffer.byteLength(stored)).toBeLessThanOrEqual(8 * 1024);
    expect(stored).toContain('"cut":true');
    const { text } = JSON.parse(stored) as { text: { beginning: string } };
    expect(text.beginning).not.toContain("\u0000");
    expect(text.beginning.isWellFormed()).toBe(true);
  }
});

test("text that is too long is cut, and holds no half of a character", () => {
  expect(storableText("a".repeat(500))).toBe("a".repeat(500));
  expect(storableText(`${"a".repeat(498)}🌍z`)).toBe(`${"a".repeat(498)}\uFFFD…`);
});
