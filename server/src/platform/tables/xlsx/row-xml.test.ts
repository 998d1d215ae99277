import { expect, test } from "vitest";
import { columnName, createRowWriter } from "./row-xml.ts";
import { BOLD } from "./styles.ts";

test("columns have Excel's letters", () => {
  const names = [0, 25, 26, 51, 52, 701, 702, 16_383].map(columnName);
  expect(names).toEqual(["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
});

test("a row names each cell that holds something", () => {
  expect(createRowWriter()(["a", null, 1, "", true, "=b"], 7)).toBe(
    '<row r="7"><c r="A7" t="inlineStr"><is><t>a</t></is></c><c r="C7"><v>1</v></c><c r="E7" t="b"><v>1</v></c>' +
      '<c r="F7" s="2" t="inlineStr"><is><t>=b</t></is></c></row>',
  );
});

test("a style applies to all text of the row", () => {
  expect(createRowWriter()(["a", "=b"], 1, BOLD)).toBe(
    '<row r="1"><c r="A1" s="1" t="inlineStr"><is><t>a</t></is></c>' +
      '<c r="B1" s="3" t="inlineStr"><is><t>=b</t></is></c></row>',
  );
});

test.each([" a", "a ", "a\n", "a\tb", "a\nb", "\u00a0a"])(
  "blanks that XML readers drop are kept: %j",
  (text) => {
    expect(createRowWriter()([text], 1)).toContain(`<t xml:space="preserve">${text}</t>`);
  },
);
