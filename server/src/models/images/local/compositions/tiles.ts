import { assign, type Lab, mix } from "../oklab.ts";
import type { Random } from "../random.ts";
import type { Composition } from "../scene.ts";

/** How far a point is inside the shape of a tile, in tiles; x and y go from 0 to 1. */
type Shape = (x: number, y: number) => number;

const shapes: readonly [Shape, ...Shape[]] = [
  // Quarter of a disc.
  (x, y) => 1 - Math.hypot(x, y),
  // Leaf.
  (x, y) => Math.min(1 - Math.hypot(x, y), 1 - Math.hypot(1 - x, 1 - y)),
  // Half a disc.
  (x, y) => 0.5 - Math.hypot(x - 0.5, Math.max(y, 0)),
  // Disc.
  (x, y) => 0.36 - Math.hypot(x - 0.5, y - 0.5),
  // Ring.
  (x, y) => 0.13 - Math.abs(Math.hypot(x - 0.5, y - 0.5) - 0.3),
  // Triangle.
  (x, y) => (1 - x - y) * Math.SQRT1_2,
  // Arcs around a corner.
  (x, y) => 0.125 - Math.abs((Math.hypot(x, y) % 0.5) - 0.25) - (Math.hypot(x, y) > 1 ? 1 : 0),
  // Two quarters that meet.
  (x, y) => Math.max(0.5 - Math.hypot(x, y), 0.5 - Math.hypot(1 - x, 1 - y)),
  // Bars.
  (x) => 0.125 - Math.abs((x % 0.5) - 0.25),
  // An archway.
  (x, y) => (y > 0.5 ? 0.4 - Math.abs(x - 0.5) : 0.4 - Math.hypot(x - 0.5, y - 0.5)),
];

/** A quilt of plain shapes, as the Bauhaus taught it. */
export const tiles: Composition = ({ width, height, pixel, palette, random }) => {
  const size = 1 / random.whole(4, 6);
  const columns = Math.ceil(width / size) + 1;
  const rows = Math.ceil(height / size) + 1;
  // As much of a tile on the left as on the right.
  const [offX, offY] = [(columns * size - width) / 2, (rows * size - height) / 2];
  const favourites: readonly [Shape, ...Shape[]] = [
    random.pick(shapes),
    random.pick(shapes),
    random.pick(shapes),
  ];
  const inks: readonly [Readonly<Lab>, ...Readonly<Lab>[]] = [
    ...([palette.ramp(0.04), palette.ramp(0.28), palette.ramp(0.5)] as const),
    ...([palette.ramp(0.74), palette.ramp(0.97), palette.accent] as const),
  ];
  const quilt = Array.from({ length: columns * rows }, () => ({
    shape: random.pick(random.chance(0.65) ? favourites : shapes),
    quarter: random.whole(0, 3),
    ...pairOf(inks, random, palette.dark),
    plain: random.chance(0.06),
  }));
  const edge = pixel / size;

  return (x, y, colour) => {
    const [across, down] = [(x + offX) / size, (y + offY) / size];
    const [column, row] = [Math.floor(across), Math.floor(down)];
    const tile = quilt[row * columns + column];
    if (tile === undefined) return;
    assign(colour, tile.ground);
    const [u, v] = [across - column, down - row];
    if (!tile.plain) {
      const [turnedX, turnedY] = turned(u, v, tile.quarter);
      mix(colour, tile.ink, Math.min(Math.max(tile.shape(turnedX, turnedY) / edge + 0.5, 0), 1));
    }
    // Light from the top left, as on a wall of glazed tiles.
    colour.l *= 1.012 - 0.045 * (u + v) * 0.5;
  };
};

function turned(x: number, y: number, quarter: number): readonly [number, number] {
  if (quarter === 0) return [x, y];
  if (quarter === 1) return [1 - y, x];
  return quarter === 2 ? [1 - x, 1 - y] : [y, 1 - x];
}

/** Two that are told apart at a glance. */
function pairOf(inks: readonly [Readonly<Lab>, ...Readonly<Lab>[]], random: Random, dark: boolean) {
  const ground = random.chance(0.4) ? (inks[dark ? 0 : 4] ?? inks[0]) : random.pick(inks);
  for (let tries = 0; tries < 20; tries += 1) {
    const ink = random.pick(inks);
    if (Math.abs(ink.l - ground.l) > 0.2) return { ground, ink };
  }
  return { ground, ink: inks[ground.l > 0.5 ? 0 : 4] ?? inks[0] };
}
