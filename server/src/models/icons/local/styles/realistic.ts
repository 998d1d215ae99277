import { type Canvas, middle, type Style } from "../canvas.ts";
import type { Colour } from "../colour.ts";
import { circle, squircle } from "../ground.ts";
import { type Chip, layoutOf, type Placed } from "../layout.ts";
import { readable } from "../palette.ts";
import { area, bodyClip, gapMask, glow, gradient, line, soft, sweep } from "../pen.ts";
import { tag } from "../svg.ts";

/** A thing: a domed button under a lamp, and a thick figure of enamel on it. */
export const drawRealistic: Style = (canvas) => {
  const { main, companions, palette, random, id } = canvas;
  const white: Colour = "#ffffff";
  const face = palette.primary(0.93);
  // Where the lamp shines on it, up to the figure's upper edge, it is lighter yet.
  const top = readable(palette.primary, { lightness: 0.6, against: [face], contrast: 4.6 });
  const bottom = readable(palette.primary, { lightness: 0.36, against: [face], contrast: 3.1 });
  const groove = palette.primary(0.42);
  const shape = random.chance(0.6) ? squircle : circle;
  const centre = { x: middle.x, y: 496 };
  const away = random.pick([-1, 1]);
  const { main: figure, chips } = layoutOf(main, companions, { size: 480, radius: 108, reach: 208 });
  const dome = shape(centre, 440);
  return {
    elements: [
      tag(
        "defs",
        {},
        gradient(
          id("dome"),
          [
            [0, top],
            [1, bottom],
          ],
          { x1: 0.5 - away * 0.25, x2: 0.5 + away * 0.25 },
        ),
        gradient(
          id("rim"),
          [
            [0, palette.primary(0.9)],
            [0.5, palette.primary(0.55)],
            [1, palette.primary(0.25)],
          ],
          { x2: 0 },
        ),
        glow(
          id("light"),
          [
            [0, white, 0.3],
            [1, white, 0],
          ],
          { cx: 0.5 - away * 0.22, cy: 0.06, r: 0.4 },
        ),
        gradient(
          id("gloss"),
          [
            [0, white, 0.5],
            [0.25, white, 0.08],
          ],
          { x2: 0 },
        ),
        tag("clipPath", { id: id("bow") }, tag("ellipse", { cx: 512 - away * 60, cy: 40, rx: 640, ry: 240 })),
        gradient(
          id("bead"),
          [
            [0, white],
            [0.55, face],
            [1, palette.primary(0.82)],
          ],
          { x2: 0.3 },
        ),
        // In units of the set: lines have no height of their own to be shares of.
        gradient(
          id("enamel"),
          [
            [0, white],
            [1, face],
          ],
          { x1: 12, y1: 2, x2: 12, y2: 22, units: "userSpaceOnUse" },
        ),
        bodyClip(id("body"), figure),
        tag("clipPath", { id: id("edge") }, tag("path", { d: dome })),
        gapMask(id("gap"), chips, 16),
      ),
      soft(
        (further) =>
          tag("path", { d: shape({ x: centre.x, y: 526 }, 424 + further), fill: palette.primary(0.22) }),
        36,
        0.5,
      ),
      tag("path", { d: dome, fill: `url(#${id("rim")})` }),
      tag("path", { d: shape(centre, 424), fill: `url(#${id("dome")})` }),
      tag("path", { d: shape(centre, 424), fill: `url(#${id("light")})` }),
      // What shines on a dome is a bow of the lamp.
      tag("path", { d: shape(centre, 408), fill: `url(#${id("gloss")})`, "clip-path": `url(#${id("bow")})` }),
      tag(
        "g",
        { "clip-path": `url(#${id("edge")})` },
        tag("g", { mask: `url(#${id("gap")})` }, ...enamel(figure, canvas, { groove, away })),
      ),
      ...chips.map((chip) => bead(chip, canvas)),
    ],
    inks: [
      { ink: face, grounds: [top, bottom] },
      ...chips.map(() => ({ ink: beadInk(canvas), grounds: [face, palette.primary(0.82)] })),
    ],
  };
};

function enamel(
  on: Placed,
  { palette, id }: Canvas,
  { groove, away }: { readonly groove: Colour; readonly away: number },
): readonly string[] {
  const depth = 22;
  const width = 46;
  const shine = `translate(${away * 5} 7) ${on.transform}`;
  return [
    soft((further) => sweep(on, away * 28, 56, palette.primary(0.14), width + 2 * further), 16, 0.5),
    sweep(on, away * depth * 0.5, depth, palette.primary(0.56), width),
    line(on, on.glyph.strokes, `url(#${id("enamel")})`, width),
    area(on, on.glyph.body, `url(#${id("enamel")})`),
    // Grooves are dark, and their lower edge catches the light.
    tag(
      "g",
      { "clip-path": `url(#${id("body")})` },
      line(on, on.glyph.cuts, "#ffffff", 26, { transform: shine }),
      line(on, on.glyph.cuts, groove, 26),
    ),
    line(on, on.glyph.strokes, "#ffffff", 7, {
      transform: `translate(${-away * 7} -9) ${on.transform}`,
      opacity: 0.85,
    }),
  ];
}

const beadInk = ({ palette }: Canvas) =>
  readable(palette.primary, { lightness: 0.36, against: [palette.primary(0.82)], contrast: 4 });

function bead({ radius, ...chip }: Chip, canvas: Canvas): string {
  const { palette, id } = canvas;
  const { x, y } = chip.middle;
  return [
    soft(
      (further) => tag("circle", { cx: x, cy: y + 18, r: radius + further, fill: palette.primary(0.16) }),
      14,
      0.5,
    ),
    tag("circle", { cx: x, cy: y, r: radius, fill: `url(#${id("bead")})` }),
    line(chip, chip.glyph.strokes, beadInk(canvas), 14),
  ].join("");
}
