import type { Point } from "./outline.ts";

/** Corners in order; the last one is joined to the first. */
export type Polygon = readonly Point[];

/** Square units; negative for one whose corners go around to the left. */
export function signedAreaOf(polygon: Polygon): number {
  const twice = polygon.reduce((sum, { x, y }, index) => {
    const next = polygon[(index + 1) % polygon.length];
    return next ? sum + x * next.y - next.x * y : sum;
  }, 0);
  return twice / 2;
}

export const areaOf = (polygon: Polygon): number => Math.abs(signedAreaOf(polygon));

/** From the first corner to the last one, not back. */
export const lengthOf = (corners: readonly Point[]): number =>
  corners.reduce((sum, corner, index) => sum + distanceOf(corner, corners[index - 1] ?? corner), 0);

export const distanceOf = (one: Point, other: Point): number => Math.hypot(one.x - other.x, one.y - other.y);

/** By the number of edges that a ray to the right crosses. */
export function holds(polygon: Polygon, { x, y }: Point): boolean {
  let within = false;
  for (const [index, one] of polygon.entries()) {
    const other = polygon[(index + 1) % polygon.length] ?? one;
    if (one.y > y === other.y > y) continue;
    if (x < ((other.x - one.x) * (y - one.y)) / (other.y - one.y) + one.x) within = !within;
  }
  return within;
}

/** How near the line through all corners comes to a point. */
export function distanceTo(corners: readonly Point[], point: Point): number {
  return corners.reduce((least, to, index) => {
    const from = corners[index - 1] ?? to;
    return Math.min(least, distanceOf(point, nearestOn(from, to, point)));
  }, Number.POSITIVE_INFINITY);
}

function nearestOn(from: Point, to: Point, { x, y }: Point): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  if (length === 0) return from;
  const share = Math.min(Math.max(((x - from.x) * dx + (y - from.y) * dy) / length, 0), 1);
  return { x: from.x + share * dx, y: from.y + share * dy };
}

/** Points along the line through all corners, no more than half a unit apart. */
export const along = (corners: readonly Point[]): readonly Point[] =>
  corners.flatMap((to, index) => {
    const from = corners[index - 1];
    if (!from) return [to];
    const count = Math.max(1, Math.ceil(distanceOf(from, to) * 2));
    return Array.from({ length: count }, (_, step): Point => {
      const share = (step + 1) / count;
      return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    });
  });

/** How often one who walks from the first corner to the last turns around: once for any outline that does not cross itself. */
export function turnsOf(corners: readonly Point[]): number {
  const ways = corners.slice(1).flatMap(({ x, y }, index) => {
    const from = corners[index] ?? { x, y };
    return x === from.x && y === from.y ? [] : [Math.atan2(y - from.y, x - from.x)];
  });
  const turned = ways.reduce((sum, way, index) => {
    const by = way - (ways[index - 1] ?? way);
    return sum + Math.atan2(Math.sin(by), Math.cos(by));
  }, 0);
  return Math.abs(turned) / (2 * Math.PI);
}
