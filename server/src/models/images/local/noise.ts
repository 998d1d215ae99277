import type { Random } from "./random.ts";

/** Smooth and without direction, about -1 to 1, features some 1 apart. */
export interface Noise {
  at(x: number, y: number): number;
  /** Sum of octaves, each half as wide and half as strong as the last; about -1 to 1. */
  layered(x: number, y: number, octaves: number): number;
}

const size = 256;

/** Gradient noise (Perlin 2002). */
export function createNoise(random: Random): Noise {
  const order = new Uint8Array(size * 2);
  for (let index = 0; index < size; index += 1) order[index] = index;
  for (let index = size - 1; index > 0; index -= 1) {
    const other = random.whole(0, index);
    const held = order[index] ?? 0;
    order[index] = order[other] ?? 0;
    order[other] = held;
  }
  order.copyWithin(size, 0, size);
  const slopesX = new Float64Array(size);
  const slopesY = new Float64Array(size);
  for (let index = 0; index < size; index += 1) {
    slopesX[index] = Math.cos((index / size) * 2 * Math.PI);
    slopesY[index] = Math.sin((index / size) * 2 * Math.PI);
  }

  const corner = (column: number, row: number, x: number, y: number) => {
    const slope = order[(order[column & 255] ?? 0) + (row & 255)] ?? 0;
    return (slopesX[slope] ?? 0) * x + (slopesY[slope] ?? 0) * y;
  };
  const at = (x: number, y: number) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const right = x - column;
    const down = y - row;
    const across = right * right * right * (right * (right * 6 - 15) + 10);
    const along = down * down * down * (down * (down * 6 - 15) + 10);
    const topLeft = corner(column, row, right, down);
    const topRight = corner(column + 1, row, right - 1, down);
    const bottomLeft = corner(column, row + 1, right, down - 1);
    const bottomRight = corner(column + 1, row + 1, right - 1, down - 1);
    const top = topLeft + across * (topRight - topLeft);
    const bottom = bottomLeft + across * (bottomRight - bottomLeft);
    // Gradients of length 1 reach √½.
    return Math.SQRT2 * (top + along * (bottom - top));
  };
  return {
    at,
    layered(x, y, octaves) {
      let sum = 0;
      let strength = 1;
      let scale = 1;
      for (let octave = 0; octave < octaves; octave += 1) {
        // Moved apart: all octaves are 0 at whole numbers, which would show as a grid.
        sum += strength * at(x * scale + octave * 17.3, y * scale - octave * 9.7);
        strength /= 2;
        scale *= 2;
      }
      return sum / (2 - 2 * strength);
    },
  };
}
