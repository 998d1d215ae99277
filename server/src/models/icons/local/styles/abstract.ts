import { middle, type Style } from "../canvas.ts";
import { circle } from "../ground.ts";
import { placed } from "../layout.ts";
import { readable } from "../palette.ts";
import { bodyClip, solid } from "../pen.ts";
import { tag } from "../svg.ts";

/** A poster of plain shapes; the figure is cropped by it, and turns light on what is dark and dark on what is light. */
export const drawAbstract: Style = ({ main, companions, palette, random, id }) => {
  const light = palette.primary(0.97);
  const field = readable(palette.primary, { lightness: 0.4, against: [light], contrast: 4.5 });
  const [disc, bar] = [palette.accent(0.83), palette.secondary(0.76)];
  const dark = readable(palette.primary, { lightness: 0.26, against: [disc, bar], contrast: 4.5 });
  const mirrored = random.chance(0.5);
  const turn = random.pick([-9, 9]);
  const figure = placed(main, { x: 512, y: 520 }, 690);
  const small = companions.map((glyph, index) => placed(glyph, { x: 840 - index * 190, y: 880 }, 120));
  const tile =
    "M64 0H960A64 64 0 0 1 1024 64V960A64 64 0 0 1 960 1024H64A64 64 0 0 1 0 960V64A64 64 0 0 1 64 0Z";
  const shapes = [
    { d: circle({ x: 690, y: 340 }, 330), fill: disc },
    { d: "M0 1024V560A464 464 0 0 1 464 1024Z", fill: bar },
  ];
  const flip = mirrored ? "translate(1024 0) scale(-1 1)" : "translate(0 0)";
  const drawnIn = (fill: string, cut: string) =>
    tag(
      "g",
      { transform: `rotate(${turn} ${middle.x} ${middle.y})` },
      solid(figure, { fill, cut, width: 56, cutWidth: 46, inside: id("body") }),
    );
  return {
    elements: [
      tag(
        "defs",
        {},
        tag("clipPath", { id: id("tile") }, tag("path", { d: tile })),
        ...shapes.map(({ d }, index) =>
          tag("clipPath", { id: id(`shape${index}`) }, tag("path", { d, transform: flip })),
        ),
        bodyClip(id("body"), figure),
        ...small.map((chip, index) => bodyClip(id(`small${index}`), chip)),
      ),
      tag(
        "g",
        { "clip-path": `url(#${id("tile")})` },
        tag("path", { d: tile, fill: field }),
        ...shapes.map(({ d, fill }) => tag("path", { d, fill, transform: flip })),
        drawnIn(light, field),
        ...shapes.map(({ fill }, index) =>
          tag("g", { "clip-path": `url(#${id(`shape${index}`)})` }, drawnIn(dark, fill)),
        ),
        ...small.map((chip, index) =>
          [
            tag("rect", {
              x: chip.middle.x - 92,
              y: chip.middle.y - 92,
              width: 184,
              height: 184,
              fill: light,
            }),
            solid(chip, { fill: dark, cut: light, width: 13, cutWidth: 11, inside: id(`small${index}`) }),
          ].join(""),
        ),
      ),
    ],
    inks: [
      { ink: light, grounds: [field] },
      { ink: dark, grounds: [disc, bar, light] },
    ],
  };
};
