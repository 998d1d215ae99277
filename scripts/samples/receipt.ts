import { blur, box, lettering, mono, picture } from "./parts.ts";

const width = 760;
const height = 1080;

const items: readonly (readonly [string, string])[] = [
  ["2 x Sourdough loaf", "9.60"],
  ["1 x Seeded rye", "4.20"],
  ["4 x Butter croissant", "8.80"],
  ["3 x Cinnamon roll", "8.25"],
  ["1 x Plum jam, 250 g", "5.90"],
  ["2 x Oat cappuccino", "7.80"],
];

function line([name, price]: readonly [string, string], y: number, bold = false): string {
  const weight = bold ? "bold" : "normal";
  const write = (text: string, x: number, anchor: "start" | "end") =>
    lettering(text, { x, y, size: bold ? 34 : 27, family: mono, weight, fill: "#23262b", anchor });
  return write(name, 120, "start") + write(price, 640, "end");
}

const centred = (text: string, y: number, size: number, bold = false) =>
  lettering(text, { x: 380, y, size, family: mono, weight: bold ? "bold" : "normal", fill: "#23262b" });

const rule = (y: number) =>
  `<path d="M116 ${y}H644" stroke="#23262b" stroke-width="2.5" stroke-dasharray="10 8"/>`;

/** The lower edge as the cutter of a till leaves it. */
const paper = () => {
  const teeth = Array.from(
    { length: 29 },
    (_, index) => `l-10 ${index % 2 === 0 ? -10 : 10}l-10 ${index % 2 === 0 ? 10 : -10}`,
  );
  return `M90 40H670V1030${teeth.join("")}z`;
};

/** A receipt on a table: a page of text. */
export const receipt = (): string =>
  picture(
    width,
    height,
    blur("shade", 10),
    box(0, 0, width, height, "#4d6b70") +
      `<path d="${paper()}" fill="#10201f" opacity="0.5" filter="url(#shade)" transform="translate(8 12)"/>` +
      `<path d="${paper()}" fill="#fdfcf7"/>` +
      centred("PELLOWICK BAKERY", 120, 46, true) +
      centred("18 Juniper Lane", 166, 27) +
      centred("Tel. 555-0142", 204, 27) +
      centred("pellowick.example.com", 242, 27) +
      rule(276) +
      line(["Receipt 004217", "08:42"], 322) +
      line(["Till 2", "14 March"], 362) +
      rule(392) +
      items.map((item, index) => line(item, 446 + index * 46)).join("") +
      rule(712) +
      line(["Subtotal", "44.55"], 762) +
      line(["Tax 7 %", "3.12"], 804) +
      line(["TOTAL", "47.67"], 866, true) +
      rule(896) +
      centred("Thank you. See you tomorrow!", 950, 27),
  );
