import { type Lch, type Light, labOf, toLight } from "../../images/local/oklab.ts";

/** As SVG has it: `#rrggbb`. */
export type Colour = `#${string}`;

/** What sRGB shows of an OKLCH colour, with less chroma where it cannot show all. */
export function colourOf(lch: Lch): Colour {
  const light: Light = { red: 0, green: 0, blue: 0 };
  toLight(labOf(lch), light);
  const parts = [light.red, light.green, light.blue].map((part) =>
    Math.round(encoded(Math.min(Math.max(part, 0), 1)) * 255),
  );
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Of two colours, 1 to 21 (WCAG 2.2); what shall be told apart needs 3. */
export function contrastOf(one: Colour, other: Colour): number {
  const [dark = 0, light = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Relative: 0 for black, 1 for white. */
export function luminanceOf(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    decoded(Number.parseInt(colour.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const encoded = (part: number): number =>
  part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055;
const decoded = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
