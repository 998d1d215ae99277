import { assign, black, dim, mix } from "../oklab.ts";
import { type Composition, smooth } from "../scene.ts";

/** Balls of many sizes that float in a soft light. */
export const orbs: Composition = ({ width, height, pixel, palette, random, noise }) => {
  const count = Math.min(Math.round(random.whole(7, 13) * Math.sqrt(Math.max(width, height))), 28);
  const balls: { x: number; y: number; radius: number; place: number; accented: boolean }[] = [];
  for (let tries = 0; balls.length < count && tries < 400; tries += 1) {
    const radius =
      balls.length === 0
        ? random.between(0.22, 0.3)
        : 0.035 + 0.2 * random.next() ** (1 + balls.length * 0.2);
    const [x, y] = [random.between(0, width), random.between(0.02, height * 0.98)];
    if (balls.some((ball) => Math.hypot(ball.x - x, ball.y - y) < (ball.radius + radius) * 1.04)) continue;
    balls.push({ x, y, radius, place: random.between(0.16, 0.78), accented: balls.length % 4 === 1 });
  }
  const [from, to] = palette.dark ? [0.22, 0.02] : [0.99, 0.8];
  const shift = random.between(0, 40);
  const banded = random.chance(0.4);
  const painted = balls.map(({ place, accented, ...ball }) => ({
    ...ball,
    own: accented ? palette.accent : palette.ramp(place),
    lit: palette.ramp(Math.min(place + 0.42, 1)),
    shaded: palette.ramp(Math.max(place - 0.38, 0)),
  }));
  const [bounced, shine] = [palette.ramp(palette.dark ? 0.5 : 0.9), palette.ramp(1)];
  const own = black();
  let row = -1;
  let near = painted;

  return (x, y, colour) => {
    if (y !== row) {
      row = y;
      near = painted.filter((ball) => y > ball.y - ball.radius * 1.1 && y < ball.y + ball.radius * 2.1);
    }
    const drift = 0.5 + 0.4 * noise.at(x * 0.7 + shift, y * 0.7);
    assign(colour, palette.ramp(from + (to - from) * smooth(0, height + 0.4 * drift, y + 0.4 * drift)));
    for (const ball of near) {
      const [awayX, awayY] = [x - ball.x - ball.radius * 0.28, y - ball.y - ball.radius * 0.5];
      const square = (awayX * awayX + awayY * awayY) / (ball.radius * ball.radius);
      if (square < 2.25)
        dim(colour, 1 - (palette.dark ? 0.5 : 0.26) * (1 - smooth(0.35, 1.5, Math.sqrt(square))));
    }
    for (const ball of near) {
      const [right, down] = [(x - ball.x) / ball.radius, (y - ball.y) / ball.radius];
      const square = right * right + down * down;
      if (square > 1.2) continue;
      const cover = Math.min(Math.max(((1 - Math.sqrt(square)) * ball.radius) / pixel + 0.5, 0), 1);
      if (cover === 0) continue;
      const front = Math.sqrt(Math.max(1 - square, 0));
      // Light from the upper left, and a little of it back from below.
      const facing = -0.5 * right - 0.62 * down + 0.6 * front;
      const stripe = banded ? 0.16 * noise.at(down * 2.2 + ball.x * 9, right * 0.3 + ball.y * 7) : 0;
      assign(own, ball.own);
      mix(own, ball.shaded, 0.95 * smooth(0.35, -0.55, facing + stripe));
      mix(own, ball.lit, 0.8 * smooth(0.35, 1, facing + stripe));
      mix(own, bounced, 0.4 * smooth(0.55, 1, Math.sqrt(square)) * smooth(0, 0.9, down + 0.3 * right));
      mix(own, shine, 0.75 * smooth(0.955, 0.999, facing));
      mix(colour, own, cover);
    }
  };
};
