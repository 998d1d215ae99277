import { describe, expect, test } from "vitest";
import { toGrey } from "./grey.ts";

const one = (...data: number[]) =>
  ({ data: Uint8Array.from(data), width: 1, height: 1, channels: data.length as 1 | 2 | 3 | 4 }) as const;

describe("grey values", () => {
  test("are BT.601 luma: green weighs most, blue least", () => {
    expect(toGrey(one(255, 0, 0)).data[0]).toBe(76);
    expect(toGrey(one(0, 255, 0)).data[0]).toBe(150);
    expect(toGrey(one(0, 0, 255)).data[0]).toBe(29);
    expect(toGrey(one(255, 255, 255)).data[0]).toBe(255);
  });

  test("see what is transparent on white", () => {
    expect(toGrey(one(0, 0, 0, 0)).data[0]).toBe(255);
    expect(toGrey(one(0, 0, 0, 255)).data[0]).toBe(0);
    expect(toGrey(one(0, 0, 0, 128)).data[0]).toBe(127);
    expect(toGrey(one(100, 0)).data[0]).toBe(255);
    expect(toGrey(one(100, 255)).data[0]).toBe(100);
  });

  test("of a grey picture are its own bytes, not a copy", () => {
    const grey = one(9);
    expect(toGrey(grey)).toBe(grey);
  });
});
