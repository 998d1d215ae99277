import { describe, expect, it } from "vitest";
import { createRandom } from "../../images/local/random.ts";
import { colourOf, contrastOf } from "./colour.ts";
import { readIconSet } from "./icon-set.ts";
import { colorSchemes, paletteOf, readable } from "./palette.ts";
import { styles } from "./styles.ts";

describe("a colour", () => {
  it("of OKLCH is what CSS makes of it", () => {
    expect(colourOf([0.62796, 0.25768, 29.23])).toBe("#ff0000");
    expect(colourOf([0.51975, 0.17686, 142.5])).toBe("#008000");
    expect(colourOf([0.5969, 0.156, 49.77])).toBe("#c65d07");
    expect(colourOf([1, 0, 0])).toBe("#ffffff");
    expect(colourOf([0, 0.2, 0])).toBe("#000000");
  });

  it("has the contrast to others that WCAG says", () => {
    expect(contrastOf("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrastOf("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
    expect(contrastOf("#ffffff", "#777777")).toBeCloseTo(4.48, 2);
  });

  it("is made as much lighter or darker as it takes to be read", () => {
    const { primary } = paletteOf("blue_tones", 0.5, 0);
    const dark = readable(primary, { lightness: 0.7, against: ["#ffffff"], contrast: 4.5 });
    expect(contrastOf(dark, "#ffffff")).toBeGreaterThanOrEqual(4.5);
    expect(contrastOf(dark, "#ffffff")).toBeLessThan(5);
    const light = readable(primary, { lightness: 0.5, against: ["#101018"], contrast: 9 });
    expect(contrastOf(light, "#101018")).toBeGreaterThanOrEqual(9);
  });
});

describe("a color scheme", () => {
  const hueOf = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
      Number.parseInt(colour.slice(at, at + 2), 16),
    );
    return { red, green, blue };
  };
  const places = [0, 0.2, 0.4, 0.6, 0.8, 1];

  it("is what its name says", () => {
    for (const place of places) {
      const grey = hueOf(paletteOf("monochrome", place, 9).primary(0.5));
      expect(new Set(Object.values(grey)).size).toBe(1);
      const blue = hueOf(paletteOf("blue_tones", place, 9).primary(0.5));
      expect(blue.blue).toBeGreaterThan(1.3 * Math.max(blue.red, blue.green));
      const warm = hueOf(paletteOf("warm_tones", place, 9).primary(0.6));
      expect(warm.red).toBeGreaterThan(1.3 * Math.max(warm.green, warm.blue));
      const cool = hueOf(paletteOf("cool_tones", place, 9).primary(0.6));
      expect(Math.max(cool.green, cool.blue)).toBeGreaterThan(cool.red);
    }
  });

  it("has many hues when it is colorful, and one for all when it is a brand's", () => {
    const hues = (scheme: "colorful" | "brand_colors") =>
      new Set(places.map((place) => paletteOf(scheme, place, place * 9).primary(0.5))).size;
    expect(hues("colorful")).toBe(places.length);
    expect(hues("brand_colors")).toBe(1);
  });

  it("is read in each style: 3 to 1 at least, whatever the category and the seed", () => {
    const set = readIconSet();
    const [main, companion] = [set.glyph("car"), set.glyph("hammer")];
    for (const [style, draw] of Object.entries(styles))
      for (const scheme of colorSchemes)
        for (let step = 0; step <= 20; step += 1) {
          const palette = paletteOf(scheme, step / 20, (step % 5) * 6 - 12);
          const random = createRandom(`${step}`);
          const { inks, elements } = draw({
            main,
            companions: [companion],
            palette,
            random,
            id: (name) => name,
          });
          const drawn = elements.join("");
          for (const { ink, grounds } of inks) {
            expect(drawn).toContain(ink);
            for (const ground of grounds) {
              expect(contrastOf(ink, ground), `${style} ${scheme} ${step}`).toBeGreaterThanOrEqual(3);
              expect(drawn).toContain(ground);
            }
          }
        }
  });
});
