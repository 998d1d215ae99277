import { type Canvas, middle, type Style } from "../canvas.ts";
import { layoutOf, type Placed } from "../layout.ts";
import { readable } from "../palette.ts";
import { area, bodyClip, gapMask, gradient, line } from "../pen.ts";
import { tag } from "../svg.ts";

/** An illustration: filled, shaded from one side, outlined, on a card with small things around it. */
export const drawDetailed: Style = (canvas) => {
  const { main, companions, palette, random, id } = canvas;
  const [light, paper] = [palette.primary(0.985), palette.primary(0.93)];
  const fill = palette.primary(0.83);
  const ink = readable(palette.primary, { lightness: 0.33, against: [light, paper, fill], contrast: 3.2 });
  const inner = readable(palette.secondary, { lightness: 0.45, against: [light, paper, fill] });
  const away = random.pick([-1, 1]);
  const { main: figure, chips } = layoutOf(main, companions, { size: 510, radius: 112, reach: 222 });
  return {
    elements: [
      tag(
        "defs",
        {},
        gradient(
          id("card"),
          [
            [0, light],
            [1, paper],
          ],
          { x2: 0 },
        ),
        bodyClip(id("body"), figure),
        gapMask(id("gap"), chips, 16),
      ),
      tag("rect", { x: 40, y: 40, width: 944, height: 944, rx: 168, fill: `url(#${id("card")})` }),
      tag("rect", {
        ...{ x: 47, y: 47, width: 930, height: 930, rx: 161, fill: "none" },
        ...{ stroke: ink, "stroke-width": 14 },
      }),
      tag("rect", {
        ...{ x: 80, y: 80, width: 864, height: 864, rx: 130, fill: "none", stroke: inner },
        ...{ "stroke-width": 5, "stroke-dasharray": "1 22", "stroke-linecap": "round" },
      }),
      ...ornaments(canvas, inner),
      tag(
        "g",
        { mask: `url(#${id("gap")})` },
        tag("ellipse", {
          cx: middle.x,
          cy: figure.middle.y + 300,
          rx: 210,
          ry: 20,
          fill: palette.primary(0.8),
          opacity: 0.8,
        }),
        area(figure, main.body, fill),
        tag("g", { "clip-path": `url(#${id("body")})` }, ...shading(figure, canvas, away)),
        line(figure, main.cuts, inner, 26),
        line(figure, main.rest, ink, 32),
      ),
      ...chips.map((chip) =>
        [
          tag("circle", {
            ...{ cx: chip.middle.x, cy: chip.middle.y, r: chip.radius - 5 },
            ...{ fill: light, stroke: ink, "stroke-width": 10 },
          }),
          area(chip, chip.glyph.body, palette.accent(0.86)),
          line(chip, chip.glyph.strokes, ink, 12),
        ].join(""),
      ),
    ],
    inks: [{ ink, grounds: [light, paper, fill] }],
  };
};

/** In the body: a dark side, hatched at its edge, and a streak of light on the other one. */
function shading(on: Placed, { palette }: Canvas, away: number): readonly string[] {
  const { glyph, scale } = on;
  const moved = (by: number) => ({ transform: `translate(${-away * by} ${-by * 0.6}) ${on.transform}` });
  const hatch = Array.from({ length: 60 }, (_, index) => `M${index * 18 - 28} 0l${-away * 1024} 1024`).join(
    "",
  );
  return [
    area(on, glyph.body, palette.primary(0.7)),
    tag("path", {
      ...{ d: hatch, transform: `translate(${away > 0 ? 512 : -512} 0)` },
      ...{ stroke: palette.primary(0.58), "stroke-width": 5, fill: "none" },
    }),
    area(on, glyph.body, palette.primary(0.83), moved(2.2 * scale)),
    line(on, glyph.body, palette.primary(0.96), 22, {
      transform: `translate(${away * 1.5 * scale} ${1.2 * scale}) ${on.transform}`,
      "stroke-dasharray": `${4.5} ${40}`,
      "stroke-dashoffset": -1,
    }),
  ];
}

/** Around the figure, at places that the seed moves a little: the same in a set. */
function ornaments({ random, palette }: Canvas, ink: string): readonly string[] {
  const places = [
    [190, 212],
    [830, 196],
    [858, 470],
    [168, 540],
  ] as const;
  return places.map(([x, y], index) => {
    const [cx, cy] = [x + random.between(-18, 18), y + random.between(-18, 18)];
    const size = random.between(14, 22);
    const stroke = { stroke: ink, "stroke-width": 8, "stroke-linecap": "round", fill: "none" };
    if (index % 3 === 0)
      return tag("circle", { cx, cy, r: size * 0.8, ...stroke, fill: palette.accent(0.86) });
    if (index % 3 === 1)
      return tag("path", { d: `M${cx} ${cy - size}v${2 * size}M${cx - size} ${cy}h${2 * size}`, ...stroke });
    return tag("path", {
      d: `M${cx} ${cy - size}l${size} ${size}l${-size} ${size}l${-size} ${-size}z`,
      ...stroke,
    });
  });
}
