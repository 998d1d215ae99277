import { expect, test } from "vitest";
import { cutToCell, xmlText } from "./xml-text.ts";

test.each([
  ["plain text, 1_x", "plain text, 1_x"],
  ["a & b < c > d \"e\" 'f'", "a &amp; b &lt; c &gt; d &quot;e&quot; 'f'"],
  ["tab\tline\nend", "tab\tline\nend"],
  ["one\r\ntwo", "one&#13;\ntwo"],
  ["nul \0 bell \u0007 \ufffe", "nul \ufffd bell \ufffd \ufffd"],
  ["halves \ud83d and \ude00", "halves \ufffd and \ufffd"],
  ["whole 😀", "whole 😀"],
  ["_x000D_ _x000d_", "_x005F_x000D_ _x005F_x000d_"],
  ["__x0041_x0042_", "__x005F_x0041_x005F_x0042_"],
  ["_x00G0_ _xD_", "_x00G0_ _xD_"],
])("%j is written as XML", (text, xml) => {
  expect(xmlText(text)).toBe(xml);
});

test("a cell is cut, with a mark, where Excel's limit would be passed", () => {
  const full = "x".repeat(32_767);
  expect(cutToCell(full)).toBe(full);
  expect(cutToCell(`${full}x`)).toBe(`${"x".repeat(32_760)}… [cut]`);
});

test.each([32_759, 32_760])("no character is cut in two: %j before the pairs", (before) => {
  const cut = cutToCell("x".repeat(before) + "😀".repeat(10));
  expect(cut.isWellFormed()).toBe(true);
  expect(cut.length).toBeLessThanOrEqual(32_767);
  expect(cut.endsWith("x… [cut]")).toBe(true);
});
