import { sampled } from "../curve.ts";
import { assign, mix } from "../oklab.ts";
import { paper, type Sheet } from "../paper.ts";
import { type Composition, type Shader, smooth } from "../scene.ts";

/** Ridges of cut paper, one behind the other in the haze, and a sun or moon over them. */
export const hills: Composition = (scene) => {
  const { width, height, pixel, palette, random, noise } = scene;
  const horizon = height * random.between(0.42, 0.6);
  const count = random.whole(4, 7);
  const gap = (height - horizon) / count;
  const rugged = random.between(0.35, 1);
  const [zenith, haze] = palette.dark
    ? [0.04, 0.62]
    : random.pick([
        [0.97, 0.7],
        [0.6, 0.97],
        [0.72, 0.93],
      ]);
  const [far, near] = palette.dark ? [0.48, 0] : [0.74, 0.02];

  const radius = random.between(0.09, 0.2);
  const discX = width / 2 + random.between(-0.32, 0.32) * Math.min(width, 2.2);
  const discY = horizon - Math.min(random.between(0.02, 0.3), horizon * 0.6);
  const disc = random.chance(0.5) ? palette.accent : palette.ramp(1);
  const glow = palette.ramp(palette.dark ? 0.8 : 1);

  const sky: Shader = (x, y, colour) => {
    assign(colour, palette.ramp(zenith + (haze - zenith) * smooth(0, horizon * 1.1, y)));
    const away = Math.sqrt((x - discX) ** 2 + (y - discY) ** 2) - radius;
    mix(colour, glow, 0.55 / (1 + (Math.max(away, 0) * 5) ** 2));
    if (away < pixel) mix(colour, disc, Math.min(Math.max(0.5 - away / pixel, 0), 1));
  };

  const sheets = Array.from({ length: count }, (_, index): Sheet => {
    const depth = index / (count - 1);
    const wavelength = 1.1 - 0.35 * depth;
    const high = Math.min(gap * 1.5 + 0.1, 0.42) * (1.15 - 0.5 * depth);
    const base = horizon + gap * (index + 0.15);
    const ridge = sampled(
      (x) => {
        const bend = noise.layered(x / wavelength + index * 37, index * 5.3, 2);
        // Folded noise has the edges of mountains; those in front are rounder.
        const peak = 0.75 - 2.4 * Math.abs(noise.layered((x / wavelength) * 0.9 - index * 11, 50.5, 5));
        const jagged = rugged * (1 - depth);
        return base - high * (bend * (1 - jagged) + peak * jagged);
      },
      0,
      width,
      Math.max(pixel, 0.001),
    );
    const place = far + (near - far) * depth ** 0.85;
    const mist = palette.ramp(Math.min(place + (palette.dark ? 0.22 : 0.26), 1));
    const own = palette.ramp(place);
    return {
      distance: (x, y) => {
        const below = y - ridge(x);
        if (Math.abs(below) > 0.2) return below;
        const slope = (ridge(x + 0.004) - ridge(x - 0.004)) / 0.008;
        return below / Math.sqrt(1 + slope * slope);
      },
      fill: (x, y, colour) => {
        assign(colour, own);
        mix(colour, mist, 0.75 * smooth(0.02, gap * 2.2 + 0.05, y - ridge(x)) * (1 - 0.7 * depth));
      },
    };
  });
  return paper(scene, sky, sheets, { reach: 0.05, strength: palette.dark ? 0.3 : 0.16 });
};
