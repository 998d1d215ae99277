import type { Random } from "../../images/local/random.ts";
import type { Point } from "./outline.ts";
import { rounded } from "./svg.ts";

/** Shapes that lie behind an icon, around a middle, as the `d` of a path. `half` is half of their width. */

/** Handles of a quarter, as a share of its radius: a circle, and what lies between it and a square. */
const round = 0.5523;
const squarish = 0.91;

export const circle = (middle: Point, half: number): string => quarters(middle, half, round);
export const squircle = (middle: Point, half: number): string => quarters(middle, half, squarish);

function quarters({ x, y }: Point, half: number, reach: number): string {
  const [near, far] = [half * reach, half];
  const at = (...corners: readonly number[]) =>
    corners.map((value, index) => rounded((index % 2 === 0 ? x : y) + value)).join(" ");
  return (
    `M${at(0, -far)}C${at(near, -far, far, -near, far, 0)}C${at(far, near, near, far, 0, far)}` +
    `C${at(-near, far, -far, near, -far, 0)}C${at(-far, -near, -near, -far, 0, -far)}Z`
  );
}

/** Soft and uneven; the same for the same stream. */
export function blob(middle: Point, half: number, random: Random): string {
  const count = 7;
  const turn = random.between(0, 2 * Math.PI);
  const points = Array.from({ length: count }, (_, index): Point => {
    const angle = turn + (index / count) * 2 * Math.PI;
    const radius = half * random.between(0.88, 1);
    return { x: middle.x + radius * Math.cos(angle), y: middle.y + radius * Math.sin(angle) };
  });
  return smooth(points);
}

/** A medallion with so many round lobes. */
export function scalloped(middle: Point, half: number, lobes: number): string {
  const depth = (half * Math.PI) / lobes;
  const radius = half - depth * 0.55;
  const at = (index: number) => {
    const angle = (index / lobes) * 2 * Math.PI;
    return `${rounded(middle.x + radius * Math.cos(angle))} ${rounded(middle.y + radius * Math.sin(angle))}`;
  };
  const bow = rounded(depth * 1.02);
  const lobe = (_: unknown, index: number) => `A${bow} ${bow} 0 0 1 ${at(index + 1)}`;
  return `M${at(0)}${Array.from({ length: lobes }, lobe).join("")}Z`;
}

/** A closed Catmull-Rom curve through all of them. */
function smooth(points: readonly Point[]): string {
  const at = (index: number): Point => points[(index + points.length) % points.length] ?? { x: 0, y: 0 };
  const handle = (of: Point, from: Point, to: Point, sign: 1 | -1) =>
    `${rounded(of.x + (sign * (to.x - from.x)) / 6)} ${rounded(of.y + (sign * (to.y - from.y)) / 6)}`;
  const curves = points.map((point, index) => {
    const [before, next, after] = [at(index - 1), at(index + 1), at(index + 2)];
    const end = `${rounded(next.x)} ${rounded(next.y)}`;
    return `C${handle(point, before, next, 1)} ${handle(next, point, after, -1)} ${end}`;
  });
  return `M${rounded(at(0).x)} ${rounded(at(0).y)}${curves.join("")}Z`;
}
