import { cubicsOfArc } from "./arc.ts";
import type { Outline, Piece, Point } from "./outline.ts";

/** How many numbers a command takes. */
const arities: Readonly<Record<string, number>> = {
  M: 2,
  L: 2,
  H: 1,
  V: 1,
  C: 6,
  S: 4,
  Q: 4,
  T: 2,
  A: 7,
  Z: 0,
};
const numberPattern = /[\s,]*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/iy;
/** Flags of an arc may touch what follows them. */
const flagPattern = /[\s,]*([01])/y;

/**
 * Reads the `d` of an SVG path (SVG 2, 9.3) into lines and cubic curves.
 *
 * @throws {Error} where it is not one
 */
export function outlinesOf(d: string): readonly Outline[] {
  const outlines: Outline[] = [];
  let start: Point = { x: 0, y: 0 };
  let at = start;
  /** The last handle, which `S` and `T` mirror. */
  let handle: { readonly point: Point; readonly of: "C" | "Q" } | undefined;
  let pieces: Piece[] = [];
  const end = (closed: boolean) => {
    if (pieces.length > 0) outlines.push({ start, pieces, closed });
    pieces = [];
  };
  for (const { command, numbers, relative } of commandsOf(d)) {
    const from = at;
    const origin = relative ? from : { x: 0, y: 0 };
    const point = (index: number): Point => ({
      x: origin.x + (numbers[index] ?? 0),
      y: origin.y + (numbers[index + 1] ?? 0),
    });
    const mirrored = (of: "C" | "Q"): Point =>
      handle?.of === of ? { x: 2 * from.x - handle.point.x, y: 2 * from.y - handle.point.y } : from;
    const curve = (first: Point, second: Point, to: Point) => pieces.push({ to, handles: [first, second] });
    const quadratic = (bend: Point, to: Point) => {
      curve(between(from, bend, 2 / 3), between(to, bend, 2 / 3), to);
      handle = { point: bend, of: "Q" };
      at = to;
    };
    const cubic = (first: Point, second: Point, to: Point) => {
      curve(first, second, to);
      handle = { point: second, of: "C" };
      at = to;
    };
    if (!"CSQT".includes(command)) handle = undefined;
    switch (command) {
      case "M":
        end(false);
        at = point(0);
        start = at;
        break;
      case "L":
        at = point(0);
        pieces.push({ to: at });
        break;
      case "H":
        at = { x: point(0).x, y: from.y };
        pieces.push({ to: at });
        break;
      case "V":
        at = { x: from.x, y: origin.y + (numbers[0] ?? 0) };
        pieces.push({ to: at });
        break;
      case "C":
        cubic(point(0), point(2), point(4));
        break;
      case "S":
        cubic(mirrored("C"), point(0), point(2));
        break;
      case "Q":
        quadratic(point(0), point(2));
        break;
      case "T":
        quadratic(mirrored("Q"), point(0));
        break;
      case "A": {
        const [rx = 0, ry = 0, turn = 0, large = 0, sweep = 0] = numbers;
        at = point(5);
        pieces.push(...cubicsOfArc(from, at, { rx, ry, turn, large: large === 1, sweep: sweep === 1 }));
        break;
      }
      default:
        // Closed at its start it is a dot.
        if (pieces.length === 0) pieces.push({ to: start });
        end(true);
        at = start;
    }
  }
  end(false);
  return outlines;
}

const between = (from: Point, to: Point, share: number): Point => ({
  x: from.x + (to.x - from.x) * share,
  y: from.y + (to.y - from.y) * share,
});

function* commandsOf(d: string) {
  let place = 0;
  const read = (pattern: RegExp): number => {
    pattern.lastIndex = place;
    const found = pattern.exec(d)?.[1];
    if (found === undefined) throw new Error(`Not a path at ${place}: ${d}`);
    place = pattern.lastIndex;
    return Number(found);
  };
  for (let rest = d.trimStart(); rest !== ""; rest = d.slice(place).trimStart()) {
    place = d.length - rest.length;
    const letter = rest.charAt(0);
    const arity = arities[letter.toUpperCase()];
    if (arity === undefined) throw new Error(`Not a path at ${place}: ${d}`);
    place += 1;
    // More numbers than a command takes repeat it; a move goes on as a line.
    let command = letter.toUpperCase();
    do {
      const numbers = Array.from({ length: arity }, (_, index) =>
        read(command === "A" && (index === 3 || index === 4) ? flagPattern : numberPattern),
      );
      yield { command, numbers, relative: letter !== letter.toUpperCase() };
      if (command === "M") command = "L";
    } while (arity > 0 && /^[\s,]*[\d.+-]/.test(d.slice(place)));
  }
}
