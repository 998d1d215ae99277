import { describe, expect, it } from "vitest";
import { readIconSet } from "./icon-set.ts";
import { cornersOf } from "./outline.ts";
import { outlinesOf } from "./path.ts";
import { signedAreaOf } from "./polygon.ts";

const set = readIconSet();
const count = (path: string) => outlinesOf(path).length;

describe("a glyph", () => {
  it("has a body where an outline goes around something", () => {
    expect(count(set.glyph("shirt").body)).toBe(1);
    expect(count(set.glyph("hammer").body), "open ends with a small gap").toBe(2);
    expect(set.glyph("check").body).toBe("");
    expect(set.glyph("paperclip").body, "a coil").toBe("");
    expect(set.glyph("x").body).toBe("");
  });

  it("has a body where other strokes lie across the gap", () => {
    const { body, cuts, strokes } = set.glyph("car");
    expect(count(body), "with both wheels").toBe(3);
    expect(count(cuts), "the wheels").toBe(2);
    expect(count(strokes)).toBe(4);
  });

  it("shows what is in its body as cuts, and not what only touches it", () => {
    const { body, cuts, rest } = set.glyph("cpu");
    expect(count(body)).toBe(1);
    expect(count(cuts), "the die in the package").toBe(1);
    expect(count(rest), "the package and its pins").toBe(13);
    const house = set.glyph("house");
    expect([count(house.body), count(house.cuts)], "walls, and a door").toEqual([1, 1]);
  });

  it("keeps each of its strokes, and turns outlines of its body in one direction: none is a hole in another", () => {
    for (const name of set.names) {
      const { strokes, body, cuts, rest, corners } = set.glyph(name);
      expect(count(cuts) + count(rest), name).toBe(count(strokes));
      expect(corners, name).toHaveLength(count(strokes));
      for (const outline of outlinesOf(body))
        expect(signedAreaOf(cornersOf(outline, 6)), name).toBeGreaterThan(0);
    }
  });

  it("knows where its middle is, and how large it is", () => {
    const { middle, extent } = set.glyph("circle");
    expect(middle).toEqual({ x: 12, y: 12 });
    expect(extent).toBeCloseTo(20);
  });
});
