import { sampled } from "../curve.ts";
import { assign, mix } from "../oklab.ts";
import { paper, type Sheet } from "../paper.ts";
import { type Composition, type Shader, smooth } from "../scene.ts";

/** Swelling bands of paper, each over the last. */
export const waves: Composition = (scene) => {
  const { width, height, pixel, palette, random, noise } = scene;
  const tilt = random.between(-0.5, 0.5) / Math.max(width / height, 1);
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  const [middleX, middleY] = [width / 2, height / 2];
  const long = Math.hypot(width, height) / 2 + 0.1;
  const deep = (Math.abs(sin) * width + cos * height) / 2;
  // Worked out once for all bands of a point.
  let along = 0;
  let across = 0;

  const count = Math.min(Math.round(random.whole(6, 10) * Math.max(1, deep)), 24);
  const gap = (2 * deep) / (count + 0.6);
  const swell = gap * random.between(0.55, 1.15);
  const wavelength = random.between(0.55, 1.2);
  const turned = random.chance(0.5);
  const light = palette.dark ? 0.82 : 1;
  const placeOf = (depth: number) => light * (turned ? 0.04 + 0.96 * depth : 1 - 0.97 * depth);
  const accented = random.chance(0.6) ? random.whole(1, count - 2) : -1;

  const ground: Shader = (_x, y, colour) => {
    assign(colour, palette.ramp(placeOf(0.02 + 0.06 * (y / height))));
  };
  const sheets = Array.from({ length: count }, (_, index): Sheet => {
    const phase = random.between(0, 7);
    const own = 1 + random.between(-0.25, 0.25);
    const edge = sampled(
      (at) =>
        -deep +
        gap * (index + 0.75) +
        swell * 0.55 * Math.sin((at / (wavelength * own)) * 4 + phase) +
        swell * 0.8 * noise.layered(at / wavelength + index * 0.35, index * 0.6, 2),
      -long,
      long,
      Math.max(pixel, 0.001),
    );
    const depth = (index + 1) / count;
    const crest = index === accented ? palette.accent : palette.ramp(placeOf(Math.max(depth - 0.1, 0)));
    const body = palette.ramp(placeOf(Math.min(depth + 0.07, 1)));
    return {
      distance: () => {
        const below = across - edge(along);
        if (Math.abs(below) > 0.2) return below;
        const slope = (edge(along + 0.004) - edge(along - 0.004)) / 0.008;
        return below / Math.sqrt(1 + slope * slope);
      },
      fill: (_x, _y, colour) => {
        assign(colour, crest);
        mix(colour, body, smooth(-0.01, gap * 1.6, across - edge(along)));
      },
    };
  });
  const painted = paper(scene, ground, sheets, { reach: 0.07, strength: 0.3 });
  return (x, y, colour) => {
    along = (x - middleX) * cos + (y - middleY) * sin;
    across = (y - middleY) * cos - (x - middleX) * sin;
    painted(x, y, colour);
  };
};
