import { describe, expect, it } from "vitest";
import { mergeLines, scaled } from "./merge-lines.ts";
import { textContent } from "./text-content.ts";
import { type TextLine, textLines } from "./text-lines.ts";

const box = { left: 0, top: 0, right: 100, bottom: 20 };
const words = (...list: (readonly [text: string, confidence: number])[]) => ({
  words: list.map(([text, confidence]) => ({ text, confidence, box })),
});
const line = (text: string, top: number, left = 0): TextLine => ({
  text,
  confidence: 95,
  box: { left, top, right: left + 100, bottom: top + 20 },
  letterHeight: 20,
  whole: true,
});
const texts = (lines: readonly TextLine[]) => lines.map(({ text }) => text);

describe("lines that are believed", () => {
  it("leave out words that were not surely read, and say so", () => {
    const [read] = textLines([words(["Harbor", 96], ["|o", 20], ["Bakery", 95])], "page");
    expect(read).toMatchObject({ text: "Harbor Bakery", whole: false });
  });

  it("are whole where only marks were left out", () => {
    const [read] = textLines([words(["~", 10], ["BLUE", 96], ["MOON", 96])], "page");
    expect(read).toMatchObject({ text: "BLUE MOON", whole: true });
  });

  it("are not what texture looks like", () => {
    expect(textLines([words(["LL", 76], ["0", 76]), words(["&", 95]), words(["«dw", 52])], "page")).toEqual(
      [],
    );
    expect(textLines([words(["it", 84]), words(["ISCOVERY", 66]), words(["83333", 82])], "sparse")).toEqual(
      [],
    );
  });

  it("have their white space and accents in one form", () => {
    const [read] = textLines([words(["Cafe\u0301 ", 95], [" Lumen", 95])], "page");
    expect(read?.text).toBe("Café Lumen");
  });
});

describe("two looks at a picture", () => {
  it("keep what only one of them read, from top to bottom", () => {
    const merged = mergeLines(
      [line("first", 0), line("third", 200)],
      [line("second", 100), line("fourth", 300)],
    );
    expect(texts(merged)).toEqual(["first", "second", "third", "fourth"]);
  });

  it("keep the longer of two readings of one place", () => {
    expect(texts(mergeLines([line("Oak", 0)], [line("Oak Pharmacy", 2)]))).toEqual(["Oak Pharmacy"]);
    expect(texts(mergeLines([line("Oak Pharmacy", 0)], [line("Oak", 2)]))).toEqual(["Oak Pharmacy"]);
  });

  it("leave columns as the first look found them", () => {
    const columns = [line("left top", 0), line("left bottom", 100), line("right top", 0, 300)];
    expect(texts(mergeLines(columns, []))).toEqual(["left top", "left bottom", "right top"]);
  });

  it("are brought to one scale", () => {
    expect(scaled(line("sign", 50), 2)).toMatchObject({ letterHeight: 40, box: { top: 100, bottom: 140 } });
  });
});

describe("the text of a picture", () => {
  it("is null without lines", () => {
    expect(textContent([])).toBeNull();
  });

  it("has a line for each line", () => {
    expect(textContent([line("Harbor", 0), line("Bakery", 30)])).toBe("Harbor\nBakery");
  });

  it("is cut at 4 000 characters without breaking one", () => {
    const text = textContent([line("𝒜".repeat(5_000), 0)]);
    expect([...(text ?? "")]).toHaveLength(4_000);
    expect(text?.isWellFormed()).toBe(true);
  });
});
