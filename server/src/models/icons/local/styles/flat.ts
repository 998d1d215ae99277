import { middle, type Style } from "../canvas.ts";
import { circle, squircle } from "../ground.ts";
import { layoutOf } from "../layout.ts";
import { readable } from "../palette.ts";
import { bodyClip, gapMask, gradient, solid, sweep } from "../pen.ts";
import { tag } from "../svg.ts";

/** A solid figure on one strong colour, with a long shadow. */
export const drawFlat: Style = ({ main, companions, palette, random, id }) => {
  const paper = palette.primary(0.985);
  const ground = readable(palette.primary, { lightness: 0.6, against: [paper], contrast: 3.2 });
  const shade = palette.primary(0.43);
  const chipInk = readable(palette.primary, {
    lightness: 0.32,
    against: [palette.accent(0.84)],
    contrast: 4,
  });
  const shape = random.chance(0.7) ? circle(middle, 488) : squircle(middle, 470);
  const away = random.pick([-1, 1]);
  const layout = layoutOf(main, companions, { size: 500 });
  const { main: figure, chips } = layout;
  const half = {
    x: away > 0 ? figure.middle.x : 0,
    y: 0,
    width: away > 0 ? 1024 : figure.middle.x,
    height: 1024,
  };
  return {
    elements: [
      tag(
        "defs",
        {},
        tag("clipPath", { id: id("ground") }, tag("path", { d: shape })),
        tag("clipPath", { id: id("half") }, tag("rect", half)),
        bodyClip(id("body"), figure),
        ...chips.map((chip, index) => bodyClip(id(`chip${index}`), chip)),
        gapMask(id("gap"), chips, 18),
        gradient(
          id("fade"),
          [
            [0.25, shade, 0.75],
            [1, shade, 0],
          ],
          { x1: away > 0 ? 0 : 1, x2: away > 0 ? 1 : 0 },
        ),
      ),
      tag("path", { d: shape, fill: ground }),
      tag(
        "g",
        { "clip-path": `url(#${id("ground")})` },
        sweep(figure, away * 620, 620, `url(#${id("fade")})`, 44),
      ),
      tag(
        "g",
        { mask: `url(#${id("gap")})` },
        solid(figure, { fill: paper, cut: ground, width: 44, cutWidth: 36, inside: id("body") }),
        // One side is a little darker, as if the figure were folded.
        tag(
          "g",
          { "clip-path": `url(#${id("half")})`, opacity: 0.16 },
          solid(figure, { fill: shade, cut: shade, width: 44, cutWidth: 36, inside: id("body") }),
        ),
      ),
      ...chips.map((chip, index) =>
        [
          tag("circle", { cx: chip.middle.x, cy: chip.middle.y, r: chip.radius, fill: palette.accent(0.84) }),
          solid(chip, {
            ...{ fill: chipInk, cut: palette.accent(0.84), width: 13, cutWidth: 11 },
            inside: id(`chip${index}`),
          }),
        ].join(""),
      ),
    ],
    inks: [
      { ink: paper, grounds: [ground] },
      { ink: chipInk, grounds: [palette.accent(0.84)] },
    ],
  };
};
