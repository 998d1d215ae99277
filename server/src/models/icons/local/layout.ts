import { middle } from "./canvas.ts";
import type { Glyph } from "./glyph.ts";
import type { Point } from "./outline.ts";

/** A glyph with its place in the drawing. */
export interface Placed {
  readonly glyph: Glyph;
  readonly transform: string;
  /** Units of the drawing for one of the set. */
  readonly scale: number;
  readonly middle: Point;
}

export interface Chip extends Placed {
  /** Of the round place that is kept free for it. */
  readonly radius: number;
}

interface Layout {
  readonly main: Placed;
  readonly chips: readonly Chip[];
}

/** Shares that leave room for none, one and two companions. */
const shares = [1, 0.86, 0.76] as const;
/** How far the main one gives way, in its own size: to the upper left for one, up for two. */
const shifts = [
  { x: 0, y: 0 },
  { x: -0.08, y: -0.08 },
  { x: 0, y: -0.18 },
] as const;

/**
 * @param size of the main glyph's longer side, without companions
 * @param reach of the middle of a companion from the middle, to both sides
 */
export function layoutOf(
  main: Glyph,
  companions: readonly Glyph[],
  {
    size,
    radius = 118,
    reach = 212,
  }: { readonly size: number; readonly radius?: number; readonly reach?: number },
): Layout {
  const count = companions.length === 0 ? 0 : companions.length === 1 ? 1 : 2;
  const shift = shifts[count];
  const sides = [1, -1];
  return {
    main: placed(main, { x: middle.x + shift.x * size, y: middle.y + shift.y * size }, size * shares[count]),
    chips: companions.slice(0, 2).map((glyph, index) => {
      const at = { x: middle.x + (sides[index] ?? 0) * reach, y: middle.y + reach };
      return { ...placed(glyph, at, radius * 1.08), radius };
    }),
  };
}

/** As large as its neighbours to the eye: small icons of the set are made larger, but not as large as large ones. */
export function placed(glyph: Glyph, at: Point, size: number): Placed {
  const scale = size / (0.5 * 20 + 0.5 * Math.max(glyph.extent, 8));
  const transform = `translate(${fine(at.x - scale * glyph.middle.x)} ${fine(at.y - scale * glyph.middle.y)}) scale(${fine(scale)})`;
  return { glyph, transform, scale, middle: at };
}

const fine = (value: number): number => Math.round(value * 1_000) / 1_000;
