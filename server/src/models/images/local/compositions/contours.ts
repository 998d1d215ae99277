import { assign, dim, mix } from "../oklab.ts";
import { paper, type Sheet } from "../paper.ts";
import { type Composition, type Shader, smooth } from "../scene.ts";

/** Rings of paper with winding edges, each cut deeper than the last, down to the light. */
export const contours: Composition = (scene) => {
  const { width, height, pixel, palette, random, noise } = scene;
  const centreX = width * random.between(0.2, 0.8);
  const centreY = height * random.between(0.2, 0.8);
  const reach = Math.max(
    ...[0, width].flatMap((x) => [0, height].map((y) => Math.hypot(x - centreX, y - centreY))),
  );
  const count = Math.min(random.whole(6, 11) + Math.round(2 * (reach - 1)), 30);
  const winding = random.between(0.1, 0.34);
  const scale = random.between(0.9, 1.7);
  const inner = random.between(0.07, 0.16);
  const outwards = random.chance(0.5);
  const [first, last] = palette.dark ? [0.02, 0.86] : [0.1, 1];
  const placeOf = (depth: number) =>
    outwards ? last + (first - last) * depth : first + (last - first) * depth;

  // Worked out once for all rings of a point.
  let ring = 0;
  const moveTo = (x: number, y: number) => {
    const away = Math.sqrt((x - centreX) ** 2 + (y - centreY) ** 2);
    ring = away + winding * Math.min(1, 0.35 + away) * noise.layered(x * scale, y * scale, 2);
  };
  const ground: Shader = (_x, y, colour) => {
    assign(colour, palette.ramp(placeOf(0)));
    mix(colour, palette.ramp(placeOf(0.12)), smooth(0, height, y));
  };
  const edge = (index: number) => inner + (reach - inner) * (1 - index / count) ** 1.25;
  const sheets = Array.from({ length: count }, (_, index): Sheet => {
    const depth = (index + 1) / count;
    const radius = edge(index + 1);
    const own = index === count - 1 ? palette.accent : palette.ramp(placeOf(depth));
    const lit = palette.ramp(placeOf(Math.max(depth - 0.13, 0)));
    return {
      distance: () => radius - ring,
      fill: (x, y, colour) => {
        assign(colour, own);
        if (index < count - 1) mix(colour, lit, 0.7 * smooth(0, width + height, x + y));
      },
    };
  });
  const raised = paper(scene, ground, sheets, { reach: 0.06, strength: 0.34 });
  if (outwards)
    return (x, y, colour) => {
      moveTo(x, y);
      raised(x, y, colour);
    };
  // Cut into the paper: the shadow of an edge falls inwards, on what lies deeper.
  const rims = Array.from({ length: count }, (_, index) => edge(index + 1));
  const flat = paper(scene, ground, sheets, { reach: 1e-6, strength: 0 });
  return (x, y, colour) => {
    moveTo(x, y);
    flat(x, y, colour);
    const above = rims.findLast((radius) => radius + pixel / 2 >= ring);
    if (above === undefined) return;
    const cover = Math.min((above - ring) / pixel + 0.5, 1);
    const near = Math.max(1 - Math.max(above - ring, 0) / 0.07, 0);
    dim(colour, 1 - 0.36 * cover * near * near);
  };
};
