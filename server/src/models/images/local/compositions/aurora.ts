import { assign, mix } from "../oklab.ts";
import { type Composition, smooth } from "../scene.ts";

/** Clouds of colour that run into each other, plain or as seen through fluted glass. */
export const aurora: Composition = ({ width, height, pixel, palette, random, noise }) => {
  const fluted = random.chance(0.5);
  const flute = random.between(0.035, 0.075);
  const shift = random.between(0, 80);
  const count = random.whole(5, 7);
  const span = Math.max(width, height);
  const clouds = Array.from({ length: count }, (_, index) => ({
    x: width * random.between(-0.05, 1.05),
    y: height * random.between(-0.05, 1.05),
    near: 1 / (random.between(0.28, 0.55) * Math.sqrt(span)) ** 2,
    ink: index === 1 ? palette.accent : palette.ramp((index + random.next()) / count),
  }));
  const ground = palette.ramp(palette.dark ? 0.02 : 0.86);
  const disc = random.chance(fluted ? 0.4 : 0.7);
  const radius = random.between(0.2, 0.3);
  const [discX, discY] = [width * random.between(0.3, 0.7), height * random.between(0.36, 0.64)];
  const [top, bottom] = palette.dark
    ? [palette.ramp(1), palette.ramp(0.4)]
    : [palette.accent, palette.ramp(0.7)];

  return (x, y, colour) => {
    // A rib of glass shows a slice of what is behind it, spread and moved.
    const within = fluted ? (x / flute) % 1 : 0.5;
    const seenX = fluted ? x + (within - 0.5) * flute * 3.4 : x;
    const bend = noise.layered(seenX * 1.1 + shift, y * 1.1, 2);
    const [atX, atY] = [seenX + 0.28 * bend, y + 0.28 * noise.at(seenX * 0.9, y * 0.9 + shift)];
    assign(colour, ground);
    for (const cloud of clouds) {
      const away = ((atX - cloud.x) ** 2 + (atY - cloud.y) ** 2) * cloud.near;
      const near = Math.max(1 - away * 0.42, 0);
      mix(colour, cloud.ink, 0.92 * near * near * near);
    }
    if (disc) {
      const away = radius - Math.sqrt((seenX - discX) ** 2 + (y - discY) ** 2);
      const soft = fluted ? pixel * 4 : pixel;
      const cover = Math.min(Math.max(away / soft + 0.5, 0), 1);
      const fall = smooth(discY - radius, discY + radius, y);
      mix(colour, top, cover * (1 - fall));
      mix(colour, bottom, cover * fall * (1 - fall) * 1.4);
    }
    if (fluted) colour.l *= 0.94 + 0.1 * smooth(0, 0.75, within) - 0.09 * smooth(0.86, 1, within);
  };
};
