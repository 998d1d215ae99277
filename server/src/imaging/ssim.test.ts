import fc from "fast-check";
import { expect, test } from "vitest";
import { type Plane, ssim } from "./ssim.ts";

const plane = (width: number, height: number, valueAt: (x: number, y: number) => number): Plane => ({
  data: Uint8Array.from({ length: width * height }, (_, at) => valueAt(at % width, Math.floor(at / width))),
  width,
  height,
});
const stripes = plane(32, 32, (x) => (x % 2 ? 200 : 100));

test("the similarity of a window is what the formula gives by hand", () => {
  const flat = plane(8, 8, () => 150);
  const window = plane(8, 8, (x) => (x % 2 ? 200 : 100));
  // Means 150 and 150, variances 2500 and 0, covariance 0: only the second factor is below one.
  expect(ssim(window, flat)).toBeCloseTo(58.5225 / (2500 + 58.5225), 10);
  // Means 100 and 200 of flat planes: only the first factor is.
  const darker = plane(8, 8, () => 100);
  const lighter = plane(8, 8, () => 200);
  expect(ssim(darker, lighter)).toBeCloseTo((2 * 100 * 200 + 6.5025) / (100 ** 2 + 200 ** 2 + 6.5025), 10);
});

test("stripes and their negative are opposites", () => {
  expect(
    ssim(
      stripes,
      plane(32, 32, (x) => (x % 2 ? 100 : 200)),
    ),
  ).toBeLessThan(-0.95);
});

test("a plane is wholly like itself, however small, and similarity has no direction", () => {
  const sizes = fc.record({
    width: fc.integer({ min: 1, max: 20 }),
    height: fc.integer({ min: 1, max: 20 }),
  });
  const pairs = sizes.chain(({ width, height }) => {
    const data = fc.uint8Array({ minLength: width * height, maxLength: width * height });
    return fc.tuple(data, data).map(([a, b]) => [
      { data: a, width, height },
      { data: b, width, height },
    ]);
  });
  fc.assert(
    fc.property(pairs, ([one, other]) => {
      if (!one || !other) throw new Error("a pair has two");
      expect(ssim(one, one)).toBeCloseTo(1, 10);
      expect(ssim(one, other)).toBeCloseTo(ssim(other, one), 10);
      expect(ssim(one, other)).toBeLessThanOrEqual(1 + 1e-9);
    }),
  );
});

/** As it is written: each window on its own, its sums taken anew. */
function byTheBook(one: Plane, other: Plane): number {
  const rows = Math.min(8, one.height);
  const columns = Math.min(8, one.width);
  const each: number[] = [];
  for (let y = 0; y + rows <= one.height; y += 4) {
    for (let x = 0; x + columns <= one.width; x += 4) {
      const window = ({ data, width }: Plane) =>
        Array.from(
          { length: rows * columns },
          (_, at) => data[(y + Math.floor(at / columns)) * width + x + (at % columns)] ?? 0,
        );
      const mean = (values: readonly number[]) =>
        values.reduce((sum, value) => sum + value, 0) / values.length;
      const [a, b] = [window(one), window(other)];
      const [meanA, meanB] = [mean(a), mean(b)];
      const spread =
        mean(a.map((value) => (value - meanA) ** 2)) + mean(b.map((value) => (value - meanB) ** 2));
      const shared = mean(a.map((value, at) => (value - meanA) * ((b[at] ?? 0) - meanB)));
      each.push(
        ((2 * meanA * meanB + 6.5025) * (2 * shared + 58.5225)) /
          ((meanA ** 2 + meanB ** 2 + 6.5025) * (spread + 58.5225)),
      );
    }
  }
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}

test("sums that windows share give what each gives on its own, in a plane or in a channel of several", () => {
  const side = fc.integer({ min: 1, max: 30 });
  const pairs = fc.tuple(side, side, fc.integer({ min: 0, max: 2 })).chain(([width, height, channel]) => {
    const length = width * height * 3;
    const data = fc.uint8Array({ minLength: length, maxLength: length });
    return fc.tuple(data, data).map((both) => both.map((all) => ({ data: all, width, height, channel })));
  });
  fc.assert(
    fc.property(pairs, ([one, other]) => {
      if (!one || !other) throw new Error("a pair has two");
      const alone = ({ data, width, height, channel }: typeof one) =>
        plane(width, height, (x, y) => data[(y * width + x) * 3 + channel] ?? 0);
      const among = ({ channel, ...rest }: typeof one) => ({ ...rest, first: channel, step: 3 });
      const expected = byTheBook(alone(one), alone(other));
      expect(ssim(alone(one), alone(other))).toBeCloseTo(expected, 9);
      expect(ssim(among(one), among(other))).toBeCloseTo(expected, 9);
    }),
  );
});

test("planes of two sizes are not compared", () => {
  expect(() =>
    ssim(
      stripes,
      plane(16, 64, () => 0),
    ),
  ).toThrow(RangeError);
});
