import { outlinesIn } from "./elements.ts";
import { cornersOf, type Outline, type Point, pathOf, reversed } from "./outline.ts";
import { along, areaOf, distanceOf, distanceTo, holds, lengthOf, signedAreaOf, turnsOf } from "./polygon.ts";

/**
 * An icon of the set, sorted by what can be done with its strokes, in its units: 24 × 24, strokes 2 wide. Paths are the
 * `d` of a path; an empty one has nothing.
 */
export interface Glyph {
  readonly name: string;
  readonly strokes: string;
  /** Outlines that have an inside worth filling, closed. */
  readonly body: string;
  /** Strokes that are to be seen in the body when it is filled. */
  readonly cuts: string;
  /** All strokes but the cuts. */
  readonly rest: string;
  /** All strokes as polygons, for shadows. */
  readonly corners: readonly (readonly Point[])[];
  /** The middle of what is drawn. */
  readonly middle: Point;
  /** The longer side of what is drawn, without the width of strokes. */
  readonly extent: number;
}

interface Measured {
  readonly outline: Outline;
  readonly corners: readonly Point[];
}

/** Ends nearer than this meet. */
const touching = 0.4;
/** Square units: the inside of less would be covered by its own strokes. */
const leastArea = 6;
/** An open outline still has an inside when its gap is less than this share of its length. */
const smallGap = 0.2;
/** Of the square of its length that a circle has room for: less is a slit. */
const leastRoundness = 0.4;
/** A coil turns around more often, and its inside is not what it goes around. */
const mostTurns = 1.2;
/** Units from the edge of the body: what does not come so far in only touches it. */
const leastDepth = 1.2;

/** Units between edges: half a stroke of either is more. */
const merging = 1;

/** @param body elements of the set, as `outlinesIn` reads them */
export function glyphOf(name: string, body: string): Glyph {
  const all = outlinesIn(body).map((outline): Measured => ({ outline, corners: cornersOf(outline, 6) }));
  const fillable = all.filter((one) => hasInside(one, all));
  const filled = fillable.filter((one) => !fillable.some((other) => other !== one && isWithin(one, other)));
  const cuts = all.filter((one) => isCut(one, filled));
  return {
    name,
    strokes: pathOf(all.map(({ outline }) => outline)),
    // All in one direction, so that none is a hole in another.
    body: pathOf(
      filled.map(({ outline, corners }) => ({
        ...(signedAreaOf(corners) < 0 ? reversed(outline) : outline),
        closed: true,
      })),
    ),
    cuts: pathOf(cuts.map(({ outline }) => outline)),
    rest: pathOf(all.filter((one) => !cuts.includes(one)).map(({ outline }) => outline)),
    corners: all.map(({ outline, corners }) =>
      outline.closed ? [...corners, ...corners.slice(0, 1)] : corners,
    ),
    ...placeOf(all.flatMap(({ corners }) => corners)),
  };
}

function placeOf(points: readonly Point[]): Pick<Glyph, "middle" | "extent"> {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  return {
    middle: { x: (left + right) / 2, y: (top + bottom) / 2 },
    extent: Math.max(right - left, bottom - top),
  };
}

function hasInside({ outline, corners }: Measured, all: readonly Measured[]): boolean {
  const end = corners.at(-1);
  const area = areaOf(corners);
  if (!end || area < leastArea) return false;
  const gap = distanceOf(outline.start, end);
  if (outline.closed || gap < touching) return true;
  if (turnsOf(corners) > mostTurns) return false;
  const length = lengthOf(corners) + gap;
  if ((4 * Math.PI * area) / length ** 2 < leastRoundness) return false;
  return gap < smallGap * length || isBridged(outline.start, end, { outline, corners }, all);
}

/** Whether other strokes lie across the gap, as the wheels and the sill do under the body of a car. */
function isBridged(from: Point, to: Point, own: Measured, all: readonly Measured[]): boolean {
  const way = along([from, to]);
  const covered = way.filter((point) =>
    all.some((other) => other !== own && other.outline !== own.outline && covers(other, point)),
  );
  return covered.length > 0.85 * way.length;
}

const covers = ({ outline, corners }: Measured, point: Point): boolean =>
  distanceTo(corners, point) < 0.6 || (outline.closed && holds(corners, point));

/** Whether nearly all of it is, as a door in a house: it may stand on the edge. */
function isWithin({ corners }: Measured, other: Measured): boolean {
  const edge = [...other.corners, ...other.corners.slice(0, 1)];
  const inside = corners.filter((point) => holds(edge, point) || distanceTo(edge, point) < touching).length;
  return inside > 0.9 * corners.length && areaOf(other.corners) > areaOf(corners);
}

/** What is deep in the body; and a smaller part of the body itself that its neighbours' strokes would swallow. */
function isCut(one: Measured, filled: readonly Measured[]): boolean {
  const isPart = filled.includes(one);
  if (isPart && !one.outline.closed) return false;
  const others = filled.filter(
    (other) => other !== one && (!isPart || areaOf(other.corners) > areaOf(one.corners)),
  );
  const points = along(one.corners);
  return others.some(({ corners }) => {
    const edge = [...corners, ...corners.slice(0, 1)];
    return points.some((point) => {
      const distance = distanceTo(edge, point);
      return isPart ? distance < merging : distance > leastDepth && holds(corners, point);
    });
  });
}
