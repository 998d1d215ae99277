import { assign, dim, mix } from "../oklab.ts";
import type { Random } from "../random.ts";
import { type Composition, type Scene, smooth } from "../scene.ts";

/** Leaded glass: cells around scattered points (Voronoi 1908), coloured by a light that wanders across them. */
export const mosaic: Composition = (scene) => {
  const { width, height, pixel, palette, random, noise } = scene;
  const size = random.between(0.085, 0.17);
  const cells = cellsOf(scene, size, random);
  const [lightX, lightY] = [random.between(0, width), random.between(0, height)];
  const far = Math.max(0.8, Math.hypot(width, height) * 0.62);
  const [least, most] = palette.dark ? [0.02, 0.8] : [0.16, 1];
  const inks = cells.map(({ x, y, own, accented }) => {
    const away = Math.min(Math.hypot(x - lightX, y - lightY) / far, 1);
    const place = 1 - away + 0.3 * noise.layered(x * 1.4, y * 1.4, 2) + 0.16 * (own - 0.5);
    return accented ? palette.accent : palette.ramp(least + (most - least) * Math.min(Math.max(place, 0), 1));
  });
  const lead = palette.ramp(palette.dark ? 0 : random.pick([0, 1]));
  const half = random.between(0.0022, 0.006);

  // A pixel lies in the cell of the last one or in one beside it, so nothing has to be searched for.
  let at = 0;
  return (x, y, colour) => {
    let border = 0;
    for (let left = cells.length; left > 0; left -= 1) {
      const sides = cells[at]?.sides ?? [];
      border = Number.POSITIVE_INFINITY;
      let over = at;
      for (const side of sides) {
        const inside = side.offset - x * side.normalX - y * side.normalY;
        if (inside >= border) continue;
        border = inside;
        over = side.other;
      }
      if (border >= 0) break;
      at = over;
    }
    const cell = cells[at];
    const ink = inks[at];
    if (cell === undefined || ink === undefined) return;
    assign(colour, ink);
    const slant = ((x - cell.x) * cell.slantX + (y - cell.y) * cell.slantY) / size;
    dim(colour, 1 + 0.09 * slant - 0.1 * (1 - smooth(0, size * 0.3, border)));
    mix(colour, lead, Math.min(Math.max((half - border) / pixel + 0.5, 0), 1));
  };
};

/** The line half way between two points; the normal points to the other cell. */
interface Side {
  readonly normalX: number;
  readonly normalY: number;
  readonly offset: number;
  readonly other: number;
}

function cellsOf({ width, height }: Pick<Scene, "width" | "height">, size: number, random: Random) {
  const columns = Math.ceil(width / size) + 4;
  const rows = Math.ceil(height / size) + 4;
  const scatter = random.between(0.55, 0.9);
  const points = Array.from({ length: columns * rows }, (_, index) => {
    const turn = random.between(0, 2 * Math.PI);
    return {
      x: ((index % columns) - 1.5 + scatter * (random.next() - 0.5)) * size,
      y: (Math.floor(index / columns) - 1.5 + scatter * (random.next() - 0.5)) * size,
      own: random.next(),
      accented: random.chance(0.035),
      slantX: Math.cos(turn),
      slantY: Math.sin(turn),
    };
  });
  return points.map((point, index) => {
    const sides: Side[] = [];
    for (let step = 0; step < 25; step += 1) {
      const column = (index % columns) + (step % 5) - 2;
      const other = index + (Math.floor(step / 5) - 2) * columns + (step % 5) - 2;
      const neighbour = points[other];
      if (neighbour === undefined || other === index || column < 0 || column >= columns) continue;
      const apart = Math.hypot(neighbour.x - point.x, neighbour.y - point.y);
      // No two cells that touch are further apart on a grid scattered so little.
      if (apart > size * 2.2) continue;
      const [normalX, normalY] = [(neighbour.x - point.x) / apart, (neighbour.y - point.y) / apart];
      const [middleX, middleY] = [(point.x + neighbour.x) / 2, (point.y + neighbour.y) / 2];
      sides.push({ normalX, normalY, offset: middleX * normalX + middleY * normalY, other });
    }
    return { ...point, sides };
  });
}
