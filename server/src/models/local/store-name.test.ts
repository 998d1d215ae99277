import { describe, expect, it } from "vitest";
import { nameOf, storeNameLine } from "./store-name.ts";
import type { TextLine } from "./text-lines.ts";

const picture = { width: 1200, height: 800 };

function line(text: string, letterHeight: number, more: Partial<TextLine> = {}): TextLine {
  const box = { left: 100, top: 100, right: 500, bottom: 100 + letterHeight };
  return { text, letterHeight, confidence: 95, whole: true, box, ...more };
}

function nameIn(...lines: TextLine[]): string | null {
  const found = storeNameLine(lines, picture);
  return found && nameOf(found);
}

describe("the name on a sign", () => {
  it.each([
    ["Harbor Bakery"],
    ["Oak Pharmacy"],
    ["THE CORNER DELI"],
    ["Café Lumen"],
    ["Willow & Finch Books"],
    ["O'Malley's Pub"],
    ["Dr. Reed Dental"],
    ["24 Carat Jewellers"],
  ])("is %j where it names its own trade", (text) => {
    expect(nameIn(line(text, 90), line("Tel. 555-0142", 30))).toBe(text);
  });

  it.each([
    ["BLUE MOON", "COCKTAIL BAR"],
    ["Marlow & Reed", "Tailors"],
    ["ZIMBREL", "NOODLE BAR"],
  ])("is %j above the trade %j", (name, trade) => {
    expect(nameIn(line(name, 80), line(trade, 60), line("www.shop.example", 30))).toBe(name);
  });

  it("comes without the ornaments around it", () => {
    expect(nameIn(line("~ Harbor Bakery —", 90))).toBe("Harbor Bakery");
  });

  it("is found beneath a larger notice, address or number", () => {
    expect(nameIn(line("OPEN", 150), line("Harbor Bakery", 60))).toBe("Harbor Bakery");
    expect(nameIn(line("www.shop.example", 100), line("Harbor Bakery", 60))).toBe("Harbor Bakery");
    expect(nameIn(line("BAKERY", 100), line("Pellowick", 60))).toBe("Pellowick");
  });

  it.each([
    ["COFFEE SHOP"],
    ["Coffee House"],
    ["OPEN"],
    ["BAKERY"],
    ["Shop for Sale"],
    ["Hair & Nails"],
    ["Store hours: 9 - 6"],
    ["Books 3.50"],
    ["Up to 50% off shoes"],
    ["Tel. 555-0142 Bakery"],
    ["bakery@shop.example"],
    ["X 1024 77 Mart"],
    ["All our own cakes and bread bakery"],
    ["Unconventional Continental Confectionery Bakery"],
    ["Har|bor Bakery"],
  ])("is not %j", (text) => {
    expect(nameIn(line(text, 90))).toBeNull();
  });

  it("needs a word for a trade", () => {
    expect(nameIn(line("Results of the year", 90), line("555-0142", 30))).toBeNull();
    expect(nameIn(line("JUNIPER LANE", 90))).toBeNull();
  });

  it("needs to be read whole and with confidence", () => {
    expect(nameIn(line("Harbor Bakery", 90, { whole: false }))).toBeNull();
    expect(nameIn(line("Harbor Bakery", 90, { confidence: 85 }))).toBeNull();
  });

  it("needs lettering of a sign's size", () => {
    expect(nameIn(line("Harbor Bakery", 15))).toBeNull();
  });

  it("is open where two lines are lettered alike", () => {
    expect(nameIn(line("Harbor Bakery", 90), line("Lumen Opticians", 85))).toBeNull();
  });

  it("is not sought in a page of text", () => {
    const menu = Array.from({ length: 12 }, () => line("Bread 3.50", 20));
    expect(nameIn(line("Harbor Bakery", 90), ...menu)).toBeNull();
    const story = Array.from({ length: 5 }, () => line("all of them say that the sign was small", 20));
    expect(nameIn(line("Harbor Bakery", 90), ...story)).toBeNull();
  });

  it("is null without any line", () => {
    expect(nameIn()).toBeNull();
  });
});
