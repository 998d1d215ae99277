import { black, dim, mix } from "./oklab.ts";
import type { Scene, Shader } from "./scene.ts";

/** A piece of paper that lies on those before it. */
export interface Sheet {
  /** How far a point is inside its edge; negative outside. */
  distance(x: number, y: number): number;
  fill: Shader;
}

export interface Shadow {
  /** How far it reaches beyond the edge. */
  readonly reach: number;
  /** 0 to 1: how dark it is at the edge. */
  readonly strength: number;
}

/** Sheets of cut paper, the lowest first, each with a soft shadow on what is below it. */
export function paper(
  { pixel }: Pick<Scene, "pixel">,
  ground: Shader,
  sheets: readonly Sheet[],
  { reach, strength }: Shadow,
): Shader {
  const own = black();
  const insides = new Float64Array(sheets.length);
  return (x, y, colour) => {
    // From the top: what a sheet covers wholly need not be painted, which is most of it.
    let lowest = sheets.length - 1;
    for (; lowest >= 0; lowest -= 1) {
      const inside = sheets[lowest]?.distance(x, y) ?? 0;
      insides[lowest] = inside;
      if (inside >= pixel / 2) break;
    }
    (sheets[lowest]?.fill ?? ground)(x, y, colour);
    for (let index = lowest + 1; index < sheets.length; index += 1) {
      const inside = insides[index] ?? 0;
      if (inside <= -reach) continue;
      if (inside < 0) {
        const near = 1 + inside / reach;
        dim(colour, 1 - strength * near * near);
      }
      const cover = inside / pixel + 0.5;
      if (cover <= 0) continue;
      sheets[index]?.fill(x, y, own);
      mix(colour, own, Math.min(cover, 1));
    }
  };
}
