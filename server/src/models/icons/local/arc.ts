import type { Piece, Point } from "./outline.ts";

interface Arc {
  readonly rx: number;
  readonly ry: number;
  /** Degrees. */
  readonly turn: number;
  readonly large: boolean;
  readonly sweep: boolean;
}

/** A quarter of an ellipse, at most, is one curve: an error of 0.03 % of its radius. */
const quarter = Math.PI / 2;

/** An arc of an ellipse as cubic curves, by its centre (SVG 2, B.2.4). */
export function cubicsOfArc(from: Point, to: Point, arc: Arc): readonly Piece[] {
  if (arc.rx === 0 || arc.ry === 0) return [{ to }];
  const angle = (arc.turn * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const half = { x: (from.x - to.x) / 2, y: (from.y - to.y) / 2 };
  const x = cos * half.x + sin * half.y;
  const y = cos * half.y - sin * half.x;
  // Radii too small to reach are made larger.
  const stretch = Math.max(1, Math.hypot(x / arc.rx, y / arc.ry));
  const [rx, ry] = [Math.abs(arc.rx) * stretch, Math.abs(arc.ry) * stretch];
  const reach = (x / rx) ** 2 + (y / ry) ** 2;
  if (reach === 0) return [];
  const side = (arc.large === arc.sweep ? -1 : 1) * Math.sqrt(Math.max(0, 1 / reach - 1));
  const [cx, cy] = [(side * rx * y) / ry, (-side * ry * x) / rx];
  const first = Math.atan2((y - cy) / ry, (x - cx) / rx);
  const last = Math.atan2((-y - cy) / ry, (-x - cx) / rx);
  const whole = 2 * Math.PI;
  const swept = arc.sweep ? (last - first + whole) % whole : -((first - last + whole) % whole);
  const centre = {
    x: cos * cx - sin * cy + (from.x + to.x) / 2,
    y: sin * cx + cos * cy + (from.y + to.y) / 2,
  };
  const place = (u: number, v: number): Point => ({
    x: centre.x + cos * rx * u - sin * ry * v,
    y: centre.y + sin * rx * u + cos * ry * v,
  });
  const count = Math.max(1, Math.ceil(Math.abs(swept) / quarter - 1e-6));
  const step = swept / count;
  const reachOfHandle = (4 / 3) * Math.tan(step / 4);
  return Array.from({ length: count }, (_, index) => {
    const [a, b] = [first + index * step, first + (index + 1) * step];
    return {
      to: index === count - 1 ? to : place(Math.cos(b), Math.sin(b)),
      handles: [
        place(Math.cos(a) - reachOfHandle * Math.sin(a), Math.sin(a) + reachOfHandle * Math.cos(a)),
        place(Math.cos(b) + reachOfHandle * Math.sin(b), Math.sin(b) - reachOfHandle * Math.cos(b)),
      ] as const,
    };
  });
}
