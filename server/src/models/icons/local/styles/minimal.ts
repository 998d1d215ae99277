import { middle, type Style } from "../canvas.ts";
import { blob, circle } from "../ground.ts";
import { layoutOf } from "../layout.ts";
import { readable } from "../palette.ts";
import { gapMask, line } from "../pen.ts";
import { tag } from "../svg.ts";

/** One thin line on much pale air. */
export const drawMinimal: Style = ({ main, companions, palette, random, id }) => {
  const [air, patch] = [palette.primary(0.975), palette.primary(0.93)];
  const ink = readable(palette.primary, { lightness: 0.36, against: [air, patch], contrast: 4.5 });
  const spot = readable(palette.accent, { lightness: 0.6, against: [air, patch] });
  const at = { x: middle.x + random.pick([-62, 62]), y: middle.y + 58 };
  const shape = random.chance(0.5) ? circle(at, 300) : blob(at, 318, random);
  const layout = layoutOf(main, companions, { size: 530, radius: 108, reach: 222 });
  return {
    elements: [
      tag("defs", {}, gapMask(id("gap"), layout.chips, 14)),
      tag("path", { d: circle(middle, 496), fill: air }),
      tag("path", { d: shape, fill: patch }),
      tag("g", { mask: `url(#${id("gap")})` }, line(layout.main, main.strokes, ink, 22)),
      ...layout.chips.map((chip) => line(chip, chip.glyph.strokes, spot, 16)),
    ],
    inks: [
      { ink, grounds: [air, patch] },
      { ink: spot, grounds: [air, patch] },
    ],
  };
};
