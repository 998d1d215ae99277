import type { Noise } from "./noise.ts";
import type { Lab } from "./oklab.ts";
import type { Palette } from "./palette.ts";
import type { Random } from "./random.ts";

/** What a composition is made from. Lengths are in units of the picture's shorter side, from the top left corner. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  /** How wide a pixel is: over which an edge passes from one colour to the other. */
  readonly pixel: number;
  readonly palette: Palette;
  readonly random: Random;
  readonly noise: Noise;
}

/** Says which colour a point has, by writing it to `colour`; called for all pixels, row by row. */
export type Shader = (x: number, y: number, colour: Lab) => void;

export type Composition = (scene: Scene) => Shader;

/** 0 below `from`, 1 above `to`, smooth between. */
export function smooth(from: number, to: number, value: number): number {
  const share = Math.min(Math.max((value - from) / (to - from), 0), 1);
  return share * share * (3 - 2 * share);
}
