import { describe, expect, test } from "vitest";
import { transparency } from "./transparency.ts";

const opaque = { hasTransparency: false, minimumAlpha: 255, transparentShare: 0 };
const rgba = (alphas: number[]) =>
  ({
    data: Uint8Array.from(alphas.flatMap((alpha) => [1, 2, 3, alpha])),
    width: alphas.length,
    height: 1,
    channels: 4,
  }) as const;

describe("transparency", () => {
  test("there is none without an alpha channel", () => {
    expect(transparency({ data: new Uint8Array(3), width: 1, height: 1, channels: 3 })).toEqual(opaque);
    expect(transparency({ data: new Uint8Array(1), width: 1, height: 1, channels: 1 })).toEqual(opaque);
  });

  test("there is none where alpha is 255 throughout", () => {
    expect(transparency(rgba([255, 255, 255]))).toEqual(opaque);
    expect(transparency({ data: Uint8Array.of(7, 255, 9, 255), width: 2, height: 1, channels: 2 })).toEqual(
      opaque,
    );
  });

  test("half of the pixels see-through is a share of one half", () => {
    const half = { hasTransparency: true, minimumAlpha: 0, transparentShare: 0.5 };
    expect(transparency(rgba([0, 255, 127, 255]))).toEqual(half);
    expect(transparency({ data: Uint8Array.of(7, 0, 9, 255), width: 2, height: 1, channels: 2 })).toEqual(
      half,
    );
  });

  test("one pixel that is almost opaque is transparency, wherever it is", () => {
    for (const place of [0, 1, 2, 3]) {
      const alphas = [255, 255, 255, 255];
      alphas[place] = 254;
      expect(transparency(rgba(alphas))).toEqual({
        hasTransparency: true,
        minimumAlpha: 254,
        transparentShare: 0.25,
      });
    }
  });

  test("pixels that begin in the middle of a buffer are read from there", () => {
    for (const offset of [1, 2, 4]) {
      const memory = new Uint8Array(offset + 8).fill(255);
      memory[offset + 7] = 200;
      const pixels = { data: memory.subarray(offset), width: 2, height: 1, channels: 4 } as const;
      expect(transparency(pixels), `offset ${offset}`).toMatchObject({ minimumAlpha: 200 });
    }
  });
});
