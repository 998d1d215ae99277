import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../test/pictures.ts";
import { boxAverage } from "./resample.ts";

const grey = (width: number, height: number, data: ArrayLike<number>) =>
  ({ data: Uint8Array.from(data), width, height, channels: 1 }) as const;

describe("box averaging", () => {
  test("takes the mean of each block", () => {
    const pixels = grey(4, 2, [0, 10, 100, 110, 20, 30, 120, 130]);
    expect([...boxAverage(pixels, 2, 1).data]).toEqual([15, 115]);
  });

  test("shares a pixel between the two blocks it lies in", () => {
    // Three pixels to two: each block is one pixel and half of the middle one.
    expect([...boxAverage(grey(3, 1, [0, 90, 240]), 2, 1).data]).toEqual([30, 190]);
  });

  test("spreads one pixel over a larger target", () => {
    expect([...boxAverage(grey(1, 1, [77]), 3, 2).data]).toEqual([77, 77, 77, 77, 77, 77]);
  });

  test("keeps the mean of a picture whose sides do not divide", () => {
    const random = seededRandom(5);
    const data = Uint8Array.from({ length: 301 * 97 }, () => random() * 256);
    const small = boxAverage(grey(301, 97, data), 32, 32).data;
    const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(small) - mean(data))).toBeLessThan(0.1);
  });

  test("does not let the colour under transparent pixels bleed", () => {
    const pixels = {
      data: Uint8Array.of(200, 10, 10, 255, 0, 255, 0, 0),
      width: 2,
      height: 1,
      channels: 4,
    } as const;
    expect([...boxAverage(pixels, 1, 1).data]).toEqual([200, 10, 10, 128]);
  });

  test("steps over lines and columns of a large picture evenly, so that a ramp stays a ramp", () => {
    const width = 3000;
    const height = 1500;
    const across = new Uint8Array(width * height);
    const down = new Uint8Array(width * height);
    for (let at = 0; at < across.length; at += 1) {
      across[at] = ((at % width) * 256) / width;
      down[at] = (Math.floor(at / width) * 256) / height;
    }
    const ramps = [
      boxAverage(grey(width, height, across), 8, 1).data,
      boxAverage(grey(width, height, down), 1, 8).data,
    ];
    for (const ramp of ramps) {
      for (const [index, value] of ramp.entries()) {
        expect(Math.abs(value - (16 + index * 32))).toBeLessThanOrEqual(1);
      }
    }
  });
});
