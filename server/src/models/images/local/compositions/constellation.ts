import { sampled } from "../curve.ts";
import { sampledField } from "../field.ts";
import { assign, mix } from "../oklab.ts";
import type { Random } from "../random.ts";
import { type Composition, smooth } from "../scene.ts";

interface Star {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly brightness: number;
}

interface Line {
  readonly x: number;
  readonly y: number;
  readonly towardsX: number;
  readonly towardsY: number;
  readonly length: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of the glow around a star. */
const reach = 0.12;

/** Stars, some of them joined by lines, before a glowing cloud, over the outline of a land. */
export const constellation: Composition = ({ width, height, pixel, palette, random, noise }) => {
  const figure = figureOf(width, height, random);
  const lines = linesOf(figure);
  const dust = dustOf(width, height, random);
  const shift = random.between(0, 50);
  const angle = random.between(-0.9, 0.9);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const ground = random.chance(0.7);
  const ridge = sampled(
    (x) => height - 0.1 - 0.13 * noise.layered(x * 1.3 + shift, 3.3, 4) - 0.05 * Math.sin(x * 2 + shift),
    0,
    width,
    Math.max(pixel, 0.001),
  );
  const shine = palette.ramp(1);
  const [low, mid, high] = [palette.ramp(0.34), palette.ramp(0.6), palette.ramp(0.84)];
  const land = palette.ramp(0);

  const cloud = sampledField(
    (x, y) => {
      const along = (x - width / 2) * cos + (y - height / 2) * sin;
      const across = (y - height / 2) * cos - (x - width / 2) * sin;
      const bend = noise.at(along * 1.1 + shift, across * 1.1);
      const thick = noise.layered(along * 1.5 + bend + shift, across * 2.2 + bend, 4);
      return Math.exp(-(((across + 0.25 * bend) / 0.3) ** 2)) * smooth(-0.5, 0.75, thick);
    },
    { width, height },
    0.006,
  );
  let row = -1;
  let nearStars = figure;
  let nearLines = lines;

  return (x, y, colour) => {
    if (y !== row) {
      row = y;
      nearStars = figure.filter((star) => Math.abs(star.y - y) < reach);
      nearLines = lines.filter((line) => y > line.top - 0.01 && y < line.bottom + 0.01);
    }
    assign(colour, palette.ramp(0.02 + 0.2 * smooth(0, height, y)));
    const glow = cloud(x, y);
    mix(colour, low, 0.95 * glow);
    mix(colour, mid, 0.75 * glow * glow);
    mix(colour, high, 0.7 * glow * glow * glow * glow);

    let light = dust(x, y, pixel);
    for (const { x: fromX, y: fromY, towardsX, towardsY, length } of nearLines) {
      const along = Math.min(Math.max((x - fromX) * towardsX + (y - fromY) * towardsY, 0), length);
      const away = (x - fromX - along * towardsX) ** 2 + (y - fromY - along * towardsY) ** 2;
      if (away < 0.0001) light += 0.5 * Math.min(Math.max((0.0011 - Math.sqrt(away)) / pixel + 0.5, 0), 1);
    }
    for (const star of nearStars) {
      const square = (x - star.x) ** 2 + (y - star.y) ** 2;
      if (square > reach * reach) continue;
      const away = Math.sqrt(square);
      light += Math.min(Math.max((star.radius - away) / pixel + 0.5, 0), 1);
      light += star.brightness * 0.6 * Math.exp(-away / (star.radius * 2.6)) * (1 - away / reach);
    }
    mix(colour, shine, Math.min(light, 1));
    if (ground) mix(colour, land, Math.min(Math.max((y - ridge(x)) / pixel + 0.5, 0), 1));
  };
};

function figureOf(width: number, height: number, random: Random): readonly Star[] {
  const count = Math.min(Math.round(random.whole(8, 13) * Math.sqrt(Math.max(width, height))), 36);
  const stars: Star[] = [];
  for (let tries = 0; stars.length < count && tries < 600; tries += 1) {
    const [x, y] = [random.between(0.07, width - 0.07), random.between(0.07, height * 0.78)];
    if (stars.some((star) => Math.hypot(star.x - x, star.y - y) < 0.14)) continue;
    stars.push({ x, y, radius: random.between(0.004, 0.009), brightness: random.between(0.5, 1) });
  }
  return stars;
}

/** The shortest lines that join all of them (Prim 1957), but for those that are too long to belong together. */
function linesOf(stars: readonly Star[]): readonly Line[] {
  const [first, ...rest] = stars;
  const joined = first ? [first] : [];
  const lines: Line[] = [];
  const left = new Set(rest);
  while (left.size > 0) {
    const pairs = joined.flatMap((one) =>
      [...left].map((other) => ({ one, other, length: Math.hypot(other.x - one.x, other.y - one.y) })),
    );
    const [shortest] = pairs.sort((one, other) => one.length - other.length);
    if (shortest === undefined) break;
    const { one, other, length } = shortest;
    joined.push(other);
    left.delete(other);
    if (length > 0.42) continue;
    lines.push({
      x: one.x,
      y: one.y,
      towardsX: (other.x - one.x) / length,
      towardsY: (other.y - one.y) / length,
      length,
      top: Math.min(one.y, other.y),
      bottom: Math.max(one.y, other.y),
    });
  }
  return lines;
}

/** Small stars, at most one in each cell of a grid. */
function dustOf(width: number, height: number, random: Random) {
  const size = 0.035;
  const columns = Math.ceil(width / size) + 1;
  const rows = Math.ceil(height / size) + 1;
  const stars = Array.from({ length: columns * rows }, () => ({
    x: random.between(0.15, 0.85),
    y: random.between(0.15, 0.85),
    brightness: random.chance(0.5) ? 0.85 * random.next() ** 2 : 0,
    radius: random.between(0.0006, 0.0018),
  }));
  return (x: number, y: number, pixel: number): number => {
    const [column, row] = [Math.floor(x / size), Math.floor(y / size)];
    const star = stars[row * columns + column];
    if (star === undefined || star.brightness === 0) return 0;
    const away = Math.sqrt((x - (column + star.x) * size) ** 2 + (y - (row + star.y) * size) ** 2);
    return star.brightness * Math.min(Math.max((star.radius - away) / pixel + 0.5, 0), 1);
  };
}
