import { createRequire } from "node:module";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { readIconSet } from "./icon-set.ts";
import { cornersOf, pathOf } from "./outline.ts";
import { outlinesOf } from "./path.ts";
import { createRasterizer } from "./rasterizer.ts";

const nobody = new AbortController().signal;

describe("a path", () => {
  it("is the same in absolute and in relative commands", () => {
    const absolute = outlinesOf("M2 3H8V9L4 9C3 9 2 8 2 7S1 5 2 4Q3 3 4 4T6 4A2 2 0 0 1 8 6Z");
    const relative = outlinesOf("m2 3h6v6l-4 0c-1 0-2-1-2-2s-1-2 0-3q1-1 2 0t2 0a2 2 0 0 1 2 2z");
    expect(pathOf(relative)).toBe(pathOf(absolute));
  });

  it("may write numbers and flags without anything between them", () => {
    expect(pathOf(outlinesOf("M.5.5L1.5-.5 1e1 2"))).toBe("M0.5 0.5L1.5 -0.5L10 2");
    expect(pathOf(outlinesOf("M0 0a1 1 0 012 0"))).toBe(pathOf(outlinesOf("M0 0a1 1 0 0 1 2 0")));
  });

  it("has arcs that stay on their circle, on the side that the flags say", () => {
    const arc = (flags: string) => cornersOf(outlinesOf(`M0 5A5 5 0 ${flags} 5 0`)[0] ?? expect.fail(), 8);
    for (const { x, y } of arc("0 1")) expect(Math.hypot(x - 5, y - 5)).toBeCloseTo(5, 2);
    for (const { x, y } of arc("1 1")) expect(Math.hypot(x, y)).toBeCloseTo(5, 2);
    expect(arc("1 1").some(({ x }) => x < -4.9)).toBe(true);
    expect(arc("1 0").some(({ x }) => x > 9.9)).toBe(true);
  });

  it("goes on where a closed one began", () => {
    const [first, second] = outlinesOf("M1 1h2v2zl0 5");
    expect(first?.closed).toBe(true);
    expect(second?.start).toEqual({ x: 1, y: 1 });
    expect(second?.pieces).toEqual([{ to: { x: 1, y: 6 } }]);
  });

  it("that is none is refused", () => {
    for (const d of ["M1", "M1 2 X3 4", "12 3", "M0 0a1 1 0 2 1 2 0", "M1 2<script>"])
      expect(() => outlinesOf(d), d).toThrow("Not a path");
  });
});

describe("the icon set", () => {
  const rasterizer = createRasterizer();
  afterAll(() => rasterizer.close());

  it("looks, as it is read here, as its own files do: each of its icons", { timeout: 30_000 }, async () => {
    const set = readIconSet();
    const file = createRequire(import.meta.url)("@iconify-json/lucide/icons.json");
    const [rows, cell] = [22, 46];
    const picture = async (drawings: readonly string[]) => {
      const placed = drawings.map(
        (drawing, index) =>
          `<g transform="scale(${1024 / (rows * 24)}) translate(${24 * (index % rows)} ${24 * Math.floor(index / rows)})">${drawing}</g>`,
      );
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024">${placed.join("")}</svg>`;
      const png = await rasterizer.rasterize(svg, rows * cell, nobody);
      return await sharp(png).extractChannel("alpha").raw().toBuffer();
    };
    const wrong: string[] = [];
    for (let first = 0; first < set.names.length; first += rows * rows) {
      const names = set.names.slice(first, first + rows * rows);
      const theirs = await picture(names.map((name) => file.icons[name].body));
      const ours = await picture(
        names.map(
          (name) =>
            `<path fill="none" stroke="#000000" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" d="${set.glyph(name).strokes}"/>`,
        ),
      );
      for (const [index, name] of names.entries()) {
        let difference = 0;
        for (let y = 0; y < cell; y += 1)
          for (let x = 0; x < cell; x += 1) {
            const at = (Math.floor(index / rows) * cell + y) * rows * cell + (index % rows) * cell + x;
            difference += Math.abs((theirs[at] ?? 0) - (ours[at] ?? 0));
          }
        // Of black pixels: edges where strokes touch differ by less, a dot that is missing by more.
        if (difference / 255 > 16) wrong.push(`${name} ${Math.round(difference / 255)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(set.names.length).toBeGreaterThan(1_800);
  });
});
