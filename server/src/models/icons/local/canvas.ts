import type { Random } from "../../images/local/random.ts";
import type { Colour } from "./colour.ts";
import type { Glyph } from "./glyph.ts";
import type { Point } from "./outline.ts";
import type { Palette } from "./palette.ts";

/** The side of a drawing, in its units. */
const side = 1024;
export const middle: Point = { x: side / 2, y: side / 2 };

/** What a style draws. */
export interface Canvas {
  readonly main: Glyph;
  /** Up to two, small. */
  readonly companions: readonly Glyph[];
  readonly palette: Palette;
  /** The same stream for each icon of a set, from its start: shapes and the light depend on nothing else. */
  readonly random: Random;
  /** A name that is no other drawing's on the same page. */
  id(name: string): string;
}

interface Drawn {
  /** Elements, the lowest first. */
  readonly elements: readonly string[];
  /** What the icon itself is drawn in, and all that it is drawn on. */
  readonly inks: readonly { readonly ink: Colour; readonly grounds: readonly Colour[] }[];
}

export type Style = (canvas: Canvas) => Drawn;
