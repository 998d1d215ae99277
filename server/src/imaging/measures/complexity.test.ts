import { describe, expect, test } from "vitest";
import { photoPixels, seededRandom } from "../../../test/pictures.ts";
import { complexityScore } from "./complexity.ts";

const side = 256;
const grey = (value: (x: number, y: number) => number) => {
  const data = new Uint8Array(side * side);
  for (let at = 0; at < data.length; at += 1) data[at] = value(at % side, Math.floor(at / side));
  return { data, width: side, height: side, channels: 1 } as const;
};
const photograph = async () =>
  ({ data: await photoPixels(480, 320), width: 480, height: 320, channels: 3 }) as const;

describe("complexity", () => {
  test("of a flat picture is 0, whatever its colour", () => {
    for (const level of [0, 128, 255]) expect(complexityScore(grey(() => level))).toBe(0);
  });

  test("of a single pixel is 0", () => {
    expect(complexityScore({ data: Uint8Array.of(0, 255, 0, 127), width: 1, height: 1, channels: 4 })).toBe(
      0,
    );
  });

  test("of white noise is about 10", () => {
    const random = seededRandom(1);
    expect(complexityScore(grey(() => random() * 256))).toBeGreaterThan(9.8);
  });

  test("of a smooth gradient is below 1", () => {
    expect(complexityScore(grey((x) => x))).toBeLessThan(1);
  });

  test("of a checkerboard of single pixels is all edge and no surprise", () => {
    // Two differences, +255 and -255, equally often: one bit of eight; the gradient is beyond the top.
    expect(complexityScore(grey((x, y) => ((x + y) % 2) * 255))).toBeCloseTo(5 / 8 + 5, 2);
  });

  test("of a photograph is between a gradient and noise", async () => {
    const score = complexityScore(await photograph());
    expect(score).toBeGreaterThan(2.5);
    expect(score).toBeLessThan(8);
  });

  test("grows with detail", () => {
    const random = seededRandom(2);
    const coarse = Array.from({ length: 32 * 32 }, () => random() * 256);
    const fine = Array.from({ length: 128 * 128 }, () => random() * 256);
    const blocks = (cells: number[], count: number) =>
      complexityScore(
        grey((x, y) => cells[Math.floor((y * count) / side) * count + Math.floor((x * count) / side)] ?? 0),
      );
    expect(blocks(fine, 128)).toBeGreaterThan(blocks(coarse, 32) + 2);
  });
});
