import { sampled } from "../curve.ts";
import { assign, mix } from "../oklab.ts";
import { paper, type Sheet } from "../paper.ts";
import { type Composition, type Shader, smooth } from "../scene.ts";

/** Bands of silk that swing through the picture and turn as they go. */
export const ribbons: Composition = (scene) => {
  const { width, height, pixel, palette, random, noise } = scene;
  const tilt =
    width / height > 2 || height / width > 2 ? Math.atan2(height, width) * 0.15 : random.between(-0.75, 0.75);
  const angle = height > width * 2 ? Math.PI / 2 - tilt : tilt;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const long = Math.hypot(width, height) / 2 + 0.1;
  // Worked out once for all ribbons of a point.
  let along = 0;
  let across = 0;
  const [from, to] = palette.dark ? [0, 0.22] : [0.98, 0.84];
  const ground: Shader = (x, y, colour) => {
    assign(colour, palette.ramp(from + (to - from) * smooth(0, width + height, x + y)));
  };

  const count = random.whole(4, 7);
  const accented = random.whole(0, count - 1);
  const sheets = Array.from({ length: count }, (_, index): Sheet => {
    const lane = ((index + 0.5) / count - 0.5) * 0.8 + random.between(-0.08, 0.08);
    const shift = random.between(0, 90);
    const swing = random.between(0.22, 0.42);
    const pace = random.between(0.7, 1.15);
    const step = Math.max(pixel, 0.001);
    const centre = sampled(
      (at) => lane + swing * noise.layered(at * pace + shift, index * 3.1, 2) * 1.3,
      -long,
      long,
      step,
    );
    const turn = sampled(
      (at) => 2.6 * noise.at(at * pace * 0.8 + shift, 20.5) + at * 0.9 + shift,
      -long,
      long,
      step,
    );
    const full = random.between(0.09, 0.2);
    const place = 0.12 + 0.72 * ((index * 0.618 + random.between(0, 0.2)) % 1);
    const front = index === accented ? palette.accent : palette.ramp(place);
    const lit = palette.ramp(Math.min(place + 0.3, 1));
    const shaded = palette.ramp(Math.max(place - 0.3, 0));
    const wide = sampled((at) => full * (0.12 + 0.88 * Math.abs(Math.cos(turn(at)))), -long, long, step);
    return {
      distance: () => {
        const off = Math.abs(across - centre(along));
        if (off > full + 0.25) return full - off;
        const slope = (centre(along + 0.004) - centre(along - 0.004)) / 0.008;
        return wide(along) - off / Math.sqrt(1 + slope * slope);
      },
      fill: (_x, _y, colour) => {
        const turned = turn(along);
        const side = (across - centre(along)) / wide(along);
        assign(colour, front);
        // The back of the silk is darker, and each edge catches the light as it comes round.
        mix(colour, shaded, 0.95 * smooth(0.5, -0.5, Math.cos(turned)));
        const sheen = 0.5 + 0.5 * Math.sin(side * 1.9 + turned * 1.4);
        mix(colour, lit, 0.75 * sheen * sheen * sheen);
        mix(colour, shaded, 0.55 * smooth(0.35, 1.05, Math.abs(side)) * (1 - sheen));
      },
    };
  });
  const painted = paper(scene, ground, sheets, { reach: 0.09, strength: palette.dark ? 0.5 : 0.22 });
  return (x, y, colour) => {
    along = (x - width / 2) * cos + (y - height / 2) * sin;
    across = (y - height / 2) * cos - (x - width / 2) * sin;
    painted(x, y, colour);
  };
};
