import { describe, expect, test } from "vitest";
import { averageHash } from "./average-hash.ts";

const grey = (data: number[], width: number, height: number) =>
  ({ data: Uint8Array.from(data), width, height, channels: 1 }) as const;

describe("average hash", () => {
  test("has a bit for each cell above the mean, the top left one first", () => {
    // One row of 10, 20, …, 80 repeated: the mean is 45, so the right half is above it.
    const row = [10, 20, 30, 40, 50, 60, 70, 80];
    expect(averageHash(grey(Array.from({ length: 8 }, () => row).flat(), 8, 8))).toBe("0f0f0f0f0f0f0f0f");
  });

  test("of one light cell is one bit", () => {
    const cells = Array.from({ length: 64 }, () => 0);
    cells[0] = 200;
    expect(averageHash(grey(cells, 8, 8))).toBe("8000000000000000");
    cells[0] = 0;
    cells[63] = 200;
    expect(averageHash(grey(cells, 8, 8))).toBe("0000000000000001");
  });

  test("averages larger pictures to its cells first", () => {
    const top = Array.from({ length: 80 * 40 }, () => 250);
    const bottom = Array.from({ length: 80 * 40 }, () => 5);
    expect(averageHash(grey([...top, ...bottom], 80, 80))).toBe("ffffffff00000000");
  });

  test("of a flat picture is zero, also at levels that a mean cannot be exact at", () => {
    for (const level of [0, 1, 77, 255]) {
      expect(
        averageHash(
          grey(
            Array.from({ length: 35 }, () => level),
            7,
            5,
          ),
        ),
      ).toBe("0000000000000000");
    }
  });
});
