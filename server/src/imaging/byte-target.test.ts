import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ByteTarget, encodeWithin } from "./byte-target.ts";
import { rateCurve, usualSpread } from "./rate-curve.ts";

/** Bytes of a file by quality, 1 to 100; NaN where the format cannot hold the picture. */
type Curve = (quality: number) => number;

const limit = 100_000;
const average = rateCurve("jpeg", "photo");

/** Searches on a made-up curve, and tells the qualities that were encoded. */
async function search(curve: Curve, target: Partial<Omit<ByteTarget, "encode" | "maxBytes">> = {}) {
  const tried: number[] = [];
  const result = await encodeWithin({
    maxBytes: limit,
    quality: 95,
    floor: 50,
    growAbove: null,
    estimate: { quality: 95, bytes: Math.round(curve(95)), deviation: 0.09 },
    curve: average,
    spread: usualSpread,
    encode: async (quality) => {
      tried.push(quality);
      const bytes = curve(quality);
      return Number.isNaN(bytes) ? null : Buffer.alloc(Math.round(bytes));
    },
    ...target,
  });
  return { result, tried };
}

/** A picture of `bytes` at quality 95 whose bytes fall `factor` times as fast as the average picture's. */
const picture =
  (bytes: number, factor = 1): Curve =>
  (quality) =>
    bytes * Math.exp(factor * average(quality));

/** The same with sizes rising in stairs. */
const stairs =
  (curve: Curve, width: number): Curve =>
  (quality) =>
    curve(Math.ceil(quality / width) * width);

const shareOf = (result: Awaited<ReturnType<typeof search>>["result"]) =>
  result.fits ? result.bytes.length / limit : Number.NaN;

describe("a limit that binds", () => {
  test.each([0.5, 0.75, 1, 1.25, 1.5])(
    "is met to nine tenths in at most three encodes, where bytes fall %d times as fast as usual",
    async (factor) => {
      for (const excess of [1.02, 1.1, 1.3, 1.6, 2, 2.6, 3.5]) {
        const curve = picture(limit * excess, factor);
        // Below the floor no quality is meant to reach it.
        if (curve(50) > limit) continue;
        const { result, tried } = await search(curve);
        expect(result, `excess ${excess}`).toMatchObject({ fits: true, encodes: tried.length });
        expect(tried.length, `excess ${excess}`).toBeLessThanOrEqual(3);
        expect(shareOf(result), `excess ${excess}`).toBeLessThanOrEqual(1);
        const nextWouldNotFit = result.fits && curve(result.quality + 1) > limit;
        if (!nextWouldNotFit) expect(shareOf(result), `excess ${excess}`).toBeGreaterThanOrEqual(0.9);
      }
    },
  );

  test("is met at once by an average picture", async () => {
    for (const excess of [1.05, 1.5, 2.5, 3.2]) {
      expect((await search(picture(limit * excess))).tried.length).toBe(1);
    }
  });

  test("is met from what other encoder settings made of the picture, though that is off by a quarter", async () => {
    for (const error of [0.75, 0.9, 1.1, 1.25]) {
      const curve = picture(limit * 2);
      const estimate = { quality: 95, bytes: curve(95) * error, deviation: 0.09 };
      const { result, tried } = await search(curve, { estimate });
      expect(tried.length).toBeLessThanOrEqual(3);
      expect(shareOf(result)).toBeGreaterThanOrEqual(0.9);
    }
  });

  test("that the quality wanted meets after all is met in one encode, at that quality", async () => {
    const { result, tried } = await search(picture(limit * 0.97));
    expect(tried).toEqual([95]);
    expect(result).toMatchObject({ fits: true, quality: 95 });
  });

  test("is met where only pictures in general are known, and this one is twice or half as large", async () => {
    for (const error of [0.5, 2]) {
      const curve = picture(limit * 2);
      const estimate = { quality: 95, bytes: curve(95) * error, deviation: 0.6 };
      const { result, tried } = await search(curve, { estimate });
      expect(tried.length).toBeLessThanOrEqual(3);
      expect(shareOf(result)).toBeGreaterThanOrEqual(0.9);
    }
  });

  test("costs no quality that the quality wanted does not cost", async () => {
    const { result } = await search(() => limit / 50, { quality: 40, floor: 40 });
    expect(result).toMatchObject({ fits: true, quality: 40, encodes: 1 });
  });

  test("tells how fast the picture's bytes fall, for another size of it", async () => {
    const { result } = await search(picture(limit * 2, 1.4));
    expect(result.spread.factor).toBeGreaterThan(1.3);
    expect(result.spread.factor).toBeLessThan(1.5);
    expect(result.spread.deviation).toBeLessThan(usualSpread.deviation / 2);
  });
});

describe("a floor that is out of reach", () => {
  test("is known from one file, so nothing is encoded in vain", async () => {
    const { result, tried } = await search(picture(limit * 40));
    expect(tried).toEqual([]);
    expect(result).toMatchObject({ fits: false, encodes: 0 });
  });

  test("is not believed of a picture that nothing is known of", async () => {
    const estimate = { quality: 95, bytes: limit * 40, deviation: 0.6 };
    const { result, tried } = await search(() => limit * 0.95, { estimate });
    expect(tried).toEqual([50]);
    expect(result).toMatchObject({ fits: true });
  });

  test("has its bytes predicted to a third, so that the next size can be", async () => {
    for (const factor of [0.8, 1, 1.2]) {
      const curve = picture(limit * 40, factor);
      const { result } = await search(curve);
      const predicted = result.fits ? 0 : result.predict(60).bytes;
      expect(predicted / curve(60)).toBeGreaterThan(0.7);
      expect(predicted / curve(60)).toBeLessThan(1.4);
    }
  });

  test("by a little is tried, and quality never falls below it", async () => {
    for (const excess of [1.005, 1.04, 1.09]) {
      const { result, tried } = await search(picture((limit * excess) / Math.exp(average(50))));
      expect(Math.min(...tried)).toBe(50);
      expect(result).toMatchObject({ fits: false, encodes: tried.length });
      expect(!result.fits && result.predict(50).bytes).toBe(Math.round(limit * excess));
    }
  });
});

describe("a curve that is not as expected", () => {
  test("may be flat: then the floor says that quality does not help", async () => {
    const { result, tried } = await search(() => limit * 1.05);
    expect(result.fits).toBe(false);
    expect(tried.length).toBeLessThanOrEqual(4);
    expect(tried).toContain(50);
  });

  test("may rise in stairs: the best stair that was met is the result", async () => {
    for (const width of [2, 4, 7]) {
      const smooth = picture(limit * 1.8);
      const estimate = { quality: 95, bytes: smooth(95), deviation: 0.09 };
      const { result } = await search(stairs(smooth, width), { estimate });
      expect(shareOf(result)).toBeGreaterThan(0);
      expect(shareOf(result)).toBeLessThanOrEqual(1);
    }
  });

  test("may be more than the format can hold: less quality is tried, as for a file that is too large", async () => {
    const estimate = { quality: 95, bytes: limit * 1.5, deviation: 0.8 };
    const { result, tried } = await search((quality) => (quality > 84 ? Number.NaN : limit * 0.93), {
      estimate,
    });
    expect(result).toMatchObject({ fits: true });
    expect(tried.length).toBeLessThanOrEqual(3);
    expect((await search(() => Number.NaN, { estimate })).result).toMatchObject({ fits: false });
  });

  test("may have a cliff: what fits below it is found", async () => {
    const { result } = await search((quality) => (quality > 88 ? limit * 3 : limit * 0.5));
    expect(result).toMatchObject({ fits: true });
  });
});

test("on any curve whatever no file is above the limit, no quality below the floor, and none is encoded twice", async () => {
  const worlds = fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: limit * 4 }), { minLength: 101, maxLength: 101 }),
    sorted: fc.boolean(),
    floor: fc.integer({ min: 1, max: 100 }),
    above: fc.nat({ max: 99 }),
    error: fc.double({ min: 0.3, max: 3, noNaN: true }),
    deviation: fc.constantFrom(0.03, 0.15, 0.8),
    factor: fc.constantFrom(0.4, 1, 1.6),
  });
  await fc.assert(
    fc.asyncProperty(worlds, async ({ sizes, sorted, floor, above, error, deviation, factor }) => {
      const ordered = sorted ? sizes.toSorted((one, other) => one - other) : sizes;
      const curve: Curve = (quality) => ordered[quality] ?? Number.NaN;
      const quality = Math.min(100, floor + above);
      const { result, tried } = await search(curve, {
        quality,
        floor,
        spread: { factor, deviation: 0.25 },
        estimate: { quality, bytes: Math.max(1, curve(quality) * error), deviation },
      });
      expect(tried.length).toBe(result.encodes);
      expect(tried.length).toBeLessThanOrEqual(5);
      expect(new Set(tried).size).toBe(tried.length);
      for (const each of tried) {
        expect(each).toBeGreaterThanOrEqual(floor);
        expect(each).toBeLessThanOrEqual(quality);
        expect(Number.isInteger(each)).toBe(true);
      }
      const fitting = tried.filter((each) => curve(each) <= limit);
      expect(result.fits).toBe(fitting.length > 0);
      if (result.fits) {
        expect(result.quality).toBe(Math.max(...fitting));
        expect(result.bytes.length).toBe(curve(result.quality));
      } else {
        expect(result.predict(floor).bytes).toBeGreaterThan(limit);
      }
    }),
    { numRuns: 1000, seed: 6 },
  );
});
