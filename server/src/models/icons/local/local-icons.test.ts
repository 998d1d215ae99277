import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../images/local/random.ts";
import { distance, glance } from "../../images/local/testing.ts";
import { contrastOf } from "./colour.ts";
import { knownCategories } from "./known-categories.ts";
import { createLocalIcons, type LocalIconRequest } from "./local-icons.ts";
import { isOwnSvg } from "./own-svg.ts";
import { colorSchemes, paletteOf } from "./palette.ts";
import { createRasterizer } from "./rasterizer.ts";
import { type IconStyle, styles } from "./styles.ts";
import { documentOf } from "./svg.ts";

const icons = createLocalIcons();
const rasterizer = createRasterizer();
afterAll(() => rasterizer.close());

const styleNames = Object.keys(styles).filter((name): name is IconStyle => name in styles);
const asking = (asked: Partial<LocalIconRequest> = {}): LocalIconRequest => ({
  ...{ category: "tools", customElements: [], style: "modern", colorScheme: "brand_colors", seed: "a set" },
  ...asked,
});
const drawn = (asked: Partial<LocalIconRequest> = {}) => icons.draw(asking(asked)).svg;
const nobody = new AbortController().signal;
const seen = async (asked: Partial<LocalIconRequest>) =>
  await glance(
    sharp(await rasterizer.rasterize(drawn(asked), 96, nobody)).flatten({ background: "#ffffff" }),
  );

describe("a local icon", () => {
  it("says what it was found as, in which set, and under which licence", () => {
    expect(
      icons.draw(asking({ category: "Office supplies", customElements: ["pen", "qqzzq", "calculator"] }))
        .metadata,
    ).toEqual({
      ...{ source: "lucide", license: "ISC", provider: "local", matched: "alias" },
      ...{ icons: ["paperclip", "pen", "calculator"], ignored: ["qqzzq"] },
    });
    expect(icons.draw(asking({ category: "qqzzq" })).metadata).toMatchObject({
      matched: "none",
      icons: ["shapes"],
    });
    expect(drawn()).toContain("ISC License, Copyright (c) Lucide Icons and Contributors");
  });

  it("is the same for the same request, and another one for another seed", () => {
    for (const style of styleNames) {
      const draw = (seed: string) => createLocalIcons().draw(asking({ style, seed })).svg;
      expect(draw("one"), style).toBe(draw("one"));
    }
    const kinds = new Set(
      ["a", "b", "c", "d", "e", "f"].map((seed) =>
        drawn({ seed, colorScheme: "colorful" }).replaceAll(/i[\da-f]{10}/g, ""),
      ),
    );
    expect(kinds.size).toBe(6);
  });

  it("has nothing in it of what was asked for, and nothing that an icon does not need", () => {
    const hostile = `<script>alert(1)</script>"'><image href="http://127.0.0.1/x"/>&xxe;`;
    for (const style of styleNames)
      for (const colorScheme of colorSchemes) {
        const asked = { style, colorScheme, customElements: [hostile, "hammer"], seed: hostile };
        const svg = drawn({ ...asked, category: hostile });
        expect(isOwnSvg(svg), style).toBe(true);
        expect(svg).not.toMatch(/alert|xxe|127\.0/);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      }
  });

  it("stands in a page with others without taking their gradients", () => {
    const ids = (svg: string) => Array.from(svg.matchAll(/ id="([^"]+)"/g), ([, id = ""]) => id);
    for (const style of styleNames) {
      const all = ["tools", "sports"].flatMap((category) =>
        ids(drawn({ style, category, customElements: ["pen"] })),
      );
      expect(all.length, style).toBeGreaterThan(0);
      expect(new Set(all).size, style).toBe(all.length);
      const svg = drawn({ style, customElements: ["pen"] });
      for (const [, used = ""] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(ids(svg), style).toContain(used);
    }
  });

  it("looks clearly different in each style and in each color scheme", async () => {
    const inStyles = await Promise.all(styleNames.map((style) => seen({ style })));
    // One icon may have a hue that is in two schemes; a set does not.
    const inSchemes = await Promise.all(
      colorSchemes.map(async (colorScheme) => {
        const set = ["tools", "toys", "medical", "sports"];
        return (await Promise.all(set.map((category) => seen({ category, colorScheme })))).flat();
      }),
    );
    for (const [names, glances] of [[styleNames, inStyles] as const, [colorSchemes, inSchemes] as const])
      for (const [index, one] of glances.entries())
        for (const [at, other] of glances.entries())
          if (at > index) expect(distance(one, other), `${names[index]} ${names[at]}`).toBeGreaterThan(6);
  });

  it("looks different for each known category and with custom elements, in each style", async () => {
    for (const style of styleNames) {
      const categories = Object.keys(knownCategories).slice(0, 6);
      const glances = await Promise.all([
        ...categories.map((category) => seen({ style, category })),
        seen({ style, category: categories[0] ?? "", customElements: ["hammer"] }),
        seen({ style, category: categories[0] ?? "", customElements: ["hammer", "apple"] }),
      ]);
      for (const [index, one] of glances.entries())
        for (const other of glances.slice(index + 1))
          expect(distance(one, other), style).toBeGreaterThan(0.8);
    }
  });

  it("is read against all that is really behind it, with its light and its gradients", async () => {
    const nothing = { name: "", strokes: "", body: "", cuts: "", rest: "", corners: [], extent: 20 };
    const main = { ...nothing, middle: { x: 12, y: 12 } };
    for (const style of ["minimal", "flat", "modern", "realistic"] as const)
      for (const colorScheme of colorSchemes)
        for (const place of [0, 0.5, 1]) {
          const [palette, random] = [paletteOf(colorScheme, place, 0), createRandom(`${place}`)];
          const { elements, inks } = styles[style]({
            main,
            companions: [],
            palette,
            random,
            id: (name) => name,
          });
          const png = await rasterizer.rasterize(documentOf(elements), 32, nobody);
          // Where figures are: the middle half of both sides.
          const area = { left: 8, top: 8, width: 16, height: 16 };
          const behind = await sharp(png).extract(area).removeAlpha().raw().toBuffer();
          const ink = inks[0]?.ink ?? expect.fail();
          for (let at = 0; at < behind.length; at += 3) {
            const colour = `#${behind.subarray(at, at + 3).toString("hex")}` as const;
            expect(contrastOf(ink, colour), `${style} ${colorScheme} ${place}`).toBeGreaterThanOrEqual(3);
          }
        }
  });

  it("has the same shape behind it, and the same light, as all of its set", async () => {
    for (const style of styleNames)
      for (const seed of ["one", "two", "three"]) {
        const edges = await Promise.all(
          ["tools", "automotive", "clothing"].map(async (category) => {
            const png = await rasterizer.rasterize(drawn({ style, category, seed }), 64, nobody);
            return await sharp(png).extractChannel("alpha").raw().toBuffer();
          }),
        );
        // What is drawn up to an edge makes that a little less soft; another shape makes a difference of 5 and more.
        const [first, ...others] = edges;
        for (const other of others) {
          const differences = other.map((alpha, index) => Math.abs(alpha - (first?.[index] ?? 0)));
          const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
          expect(mean, `${style} ${seed}`).toBeLessThan(1);
        }
      }
  });
});
