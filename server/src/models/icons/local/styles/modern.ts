import type { Style } from "../canvas.ts";
import { circle, squircle } from "../ground.ts";
import { layoutOf } from "../layout.ts";
import { readable } from "../palette.ts";
import { area, gapMask, glow, gradient, line, soft } from "../pen.ts";
import { tag } from "../svg.ts";

/** A clear line with a breath of glass on a gradient of two hues. */
export const drawModern: Style = ({ main, companions, palette, random, id }) => {
  const white = "#ffffff";
  const from = readable(palette.primary, { lightness: 0.64, against: [white], contrast: 3.3 });
  const to = readable(palette.secondary, { lightness: 0.47, against: [white], contrast: 3.3 });
  const left = random.chance(0.5);
  const [outline, half] = random.chance(0.75) ? ([squircle, 452] as const) : ([circle, 472] as const);
  const shape = outline({ x: 512, y: 500 }, half);
  const { main: figure, chips } = layoutOf(main, companions, { size: 510, reach: 218 });
  const chipInk = readable(palette.primary, { lightness: 0.48, against: [white], contrast: 4.5 });
  const direction = { x1: left ? 0.1 : 0.9, x2: left ? 0.9 : 0.1 };
  return {
    elements: [
      tag(
        "defs",
        {},
        gradient(
          id("ground"),
          [
            [0, from],
            [1, to],
          ],
          direction,
        ),
        glow(
          id("glow"),
          [
            [0, palette.secondary(0.82), 0.55],
            [1, palette.secondary(0.82), 0],
          ],
          {
            ...{ cx: left ? 0.08 : 0.92, cy: 0.02, r: 0.42 },
          },
        ),
        gradient(
          id("glass"),
          [
            [0, white, 0.5],
            [1, white, 0.14],
          ],
          direction,
        ),
        gradient(
          id("rim"),
          [
            [0, white, 0.5],
            [0.5, white, 0.05],
          ],
          { ...direction },
        ),
        gapMask(id("gap"), chips, 20),
      ),
      soft((further) => tag("path", { d: outline({ x: 512, y: 548 }, 414 + further), fill: to }), 42, 0.4),
      tag("path", { d: shape, fill: `url(#${id("ground")})` }),
      tag("path", { d: shape, fill: `url(#${id("glow")})` }),
      tag("path", { d: shape, fill: "none", stroke: `url(#${id("rim")})`, "stroke-width": 6 }),
      tag(
        "g",
        { mask: `url(#${id("gap")})` },
        area(figure, main.body, `url(#${id("glass")})`),
        line(figure, main.strokes, white, 40),
      ),
      ...chips.map((chip) =>
        [
          tag("circle", { cx: chip.middle.x, cy: chip.middle.y, r: chip.radius, fill: white }),
          line(chip, chip.glyph.strokes, chipInk, 14),
        ].join(""),
      ),
    ],
    inks: [
      { ink: white, grounds: [from, to] },
      { ink: chipInk, grounds: [white] },
    ],
  };
};
