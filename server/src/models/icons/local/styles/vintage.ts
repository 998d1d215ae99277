import { middle, type Style } from "../canvas.ts";
import { colourOf } from "../colour.ts";
import { circle, scalloped } from "../ground.ts";
import { layoutOf, type Placed } from "../layout.ts";
import { readable } from "../palette.ts";
import { area, bodyClip, gapMask, line } from "../pen.ts";
import { rounded, tag } from "../svg.ts";

/** An engraving on a medallion: ink on old paper, tones made of lines. */
export const drawVintage: Style = (canvas) => {
  const { main, companions, palette, random, id } = canvas;
  // Paper is yellow with age, unless there is no colour at all.
  const grey = palette.primary(0.5) === palette.accent(0.5);
  const paper = colourOf([0.935, grey ? 0 : 0.035, 85]);
  const wash = palette.primary(0.8, 0.55);
  const ink = readable(palette.primary, {
    lightness: 0.34,
    against: [paper, wash],
    contrast: 4,
    strength: 0.6,
  });
  const lobes = random.pick([28, 36, 44]);
  const { main: figure, chips } = layoutOf(main, companions, { size: 425, radius: 92, reach: 176 });
  return {
    elements: [
      tag(
        "defs",
        {},
        bodyClip(id("body"), figure),
        tag("clipPath", { id: id("field") }, tag("path", { d: circle(middle, 356) })),
        gapMask(id("gap"), chips, 16),
      ),
      tag("path", { d: scalloped(middle, 496, lobes), fill: ink }),
      tag("path", { d: circle(middle, 444), fill: paper }),
      ring(432, 5, ink),
      ring(398, 14, ink, {
        "stroke-dasharray": `0.1 ${rounded((2 * Math.PI * 398) / 72)}`,
        "stroke-linecap": "round",
      }),
      ring(362, 12, ink),
      tag("g", { "clip-path": `url(#${id("field")})`, opacity: 0.4 }, rays(ink)),
      // Paper again around the figure, so that rays do not touch it.
      tag(
        "g",
        { mask: `url(#${id("gap")})` },
        line(figure, main.strokes, paper, 84),
        area(figure, main.body, wash),
        tag("g", { "clip-path": `url(#${id("body")})` }, ...engraving(figure, wash, ink)),
        line(figure, main.strokes, ink, 30),
      ),
      ...chips.map((chip) =>
        [
          tag("circle", {
            ...{ cx: chip.middle.x, cy: chip.middle.y, r: chip.radius - 6 },
            ...{ fill: paper, stroke: ink, "stroke-width": 8 },
          }),
          area(chip, chip.glyph.body, wash),
          line(chip, chip.glyph.strokes, ink, 11),
        ].join(""),
      ),
    ],
    inks: [{ ink, grounds: [paper, wash] }],
  };
};

const ring = (radius: number, width: number, stroke: string, more: Record<string, string | number> = {}) =>
  tag("circle", {
    cx: middle.x,
    cy: middle.y,
    r: radius,
    fill: "none",
    stroke,
    "stroke-width": width,
    ...more,
  });

/** From the middle, as behind the head on a coin. */
function rays(stroke: string): string {
  const count = 120;
  const d = Array.from({ length: count }, (_, index) => {
    const angle = (index / count) * 2 * Math.PI;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    const inner = index % 2 === 0 ? 190 : 250;
    return `M${rounded(512 + x * inner)} ${rounded(512 + y * inner)}L${rounded(512 + x * 356)} ${rounded(512 + y * 356)}`;
  });
  return tag("path", { d: d.join(""), stroke, "stroke-width": 3, fill: "none" });
}

/** Fine lines over the whole body, and thick ones on its lower right, where no light falls. */
function engraving(on: Placed, wash: string, ink: string): readonly string[] {
  const lines = (step: number) =>
    Array.from(
      { length: Math.ceil(2048 / step) },
      (_, index) => `M${rounded(index * step)} 0l-1024 1024`,
    ).join("");
  const moved = `translate(${rounded(-2.1 * on.scale)} ${rounded(-1.5 * on.scale)}) ${on.transform}`;
  return [
    tag("path", { d: lines(17), stroke: ink, "stroke-width": 9, fill: "none" }),
    area(on, on.glyph.body, wash, { transform: moved }),
    tag("path", { d: lines(17), stroke: ink, "stroke-width": 3, fill: "none", opacity: 0.75 }),
  ];
}
