export interface Point {
  readonly x: number;
  readonly y: number;
}

/** From where the piece before it ended: a line, or a cubic Bézier curve with its two handles. */
export type Piece = { readonly to: Point; readonly handles?: readonly [Point, Point] };

/** A stroke of the pen, in absolute units. */
export interface Outline {
  readonly start: Point;
  readonly pieces: readonly Piece[];
  readonly closed: boolean;
}

/** The same, drawn from its end. */
export function reversed({ start, pieces, closed }: Outline): Outline {
  const ends = [start, ...pieces.map(({ to }) => to)];
  const back = pieces.map(({ handles }, index): Piece => {
    const to = ends[index] ?? start;
    return handles ? { to, handles: [handles[1], handles[0]] } : { to };
  });
  return { start: ends.at(-1) ?? start, pieces: back.toReversed(), closed };
}

/** As the `d` of a path. */
export function pathOf(outlines: readonly Outline[]): string {
  return outlines
    .map(({ start, pieces, closed }) => {
      const drawn = pieces.map(({ to, handles }) =>
        handles ? `C${handles.map(written).join(" ")} ${written(to)}` : `L${written(to)}`,
      );
      return `M${written(start)}${drawn.join("")}${closed ? "Z" : ""}`;
    })
    .join("");
}

const written = ({ x, y }: Point): string => `${fine(x)} ${fine(y)}`;
const fine = (value: number): number => Math.round(value * 1_000) / 1_000;

/** The corners of a polygon that looks like it, with `steps` for each curve. */
export function cornersOf({ start, pieces }: Outline, steps: number): readonly Point[] {
  const corners = [start];
  let from = start;
  for (const { to, handles } of pieces) {
    for (let step = 1; handles && step < steps; step += 1)
      corners.push(onCurve(from, handles, to, step / steps));
    corners.push(to);
    from = to;
  }
  return corners;
}

function onCurve(from: Point, [first, second]: readonly [Point, Point], to: Point, t: number): Point {
  const s = 1 - t;
  const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return {
    x: a * from.x + b * first.x + c * second.x + d * to.x,
    y: a * from.y + b * first.y + c * second.y + d * to.y,
  };
}
