import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ByteTarget, encodeWithin, overflowExcess } from "./byte-target.ts";

/** Bytes of a file by quality, 1 to 100; NaN where the format cannot hold the picture. */
type Curve = (quality: number) => number;

const limit = 100_000;

/** Searches on a made-up curve, and tells the qualities that were encoded. */
async function search(curve: Curve, target: Partial<Omit<ByteTarget, "encode" | "maxBytes">> = {}) {
  const tried: number[] = [];
  const result = await encodeWithin({
    maxBytes: limit,
    quality: 95,
    known: { quality: 95, bytes: Math.round(curve(95)) },
    floor: 50,
    priorSlope: -0.65,
    encode: async (quality) => {
      tried.push(quality);
      const bytes = curve(quality);
      return Number.isNaN(bytes) ? null : Buffer.alloc(Math.round(bytes));
    },
    ...target,
  });
  return { result, tried };
}

/** The quantiser step of IJG quality, whose logarithm real files' ln(bytes) is nearly straight over. */
const step = (quality: number) => (quality < 50 ? 5000 / quality : Math.max(1, 200 - 2 * quality));

/** A file of `bytes` at quality 95 that shrinks as a power of the quantiser step. */
const power =
  (bytes: number, slope: number): Curve =>
  (quality) =>
    bytes * (step(quality) / 10) ** slope;

/** The same with sizes rising in stairs. */
const stairs =
  (curve: Curve, width: number): Curve =>
  (quality) =>
    curve(Math.ceil(quality / width) * width);

const shareOf = (result: Awaited<ReturnType<typeof search>>["result"]) =>
  result.fits ? result.bytes.length / limit : Number.NaN;

describe("a limit that binds", () => {
  test.each([-0.3, -0.45, -0.55, -0.65, -0.75, -0.9])(
    "is met to nine tenths in at most three encodes, where bytes fall with slope %d",
    async (slope) => {
      for (const excess of [1.02, 1.1, 1.3, 1.6, 2, 2.6, 3.5]) {
        const curve = power(limit * excess, slope);
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

  test("is met in one or two encodes by a photograph as the prior expects it", async () => {
    for (const excess of [1.05, 1.5, 2.5, 4]) {
      expect((await search(power(limit * excess, -0.65))).tried.length).toBeLessThanOrEqual(2);
    }
  });

  test("is met from what other encoder settings made of the picture, though that is off by a quarter", async () => {
    for (const error of [0.75, 0.9, 1.1, 1.25]) {
      const curve = power(limit * 2, -0.6);
      const { result, tried } = await search(curve, { known: { quality: 95, bytes: curve(95) * error } });
      expect(tried.length).toBeLessThanOrEqual(3);
      expect(shareOf(result)).toBeGreaterThanOrEqual(0.9);
    }
  });

  test("that the quality wanted meets after all is met in one encode, at that quality", async () => {
    const { result, tried } = await search(power(limit * 0.97, -0.65));
    expect(tried).toEqual([95]);
    expect(result).toMatchObject({ fits: true, quality: 95 });
  });

  test("is searched from the floor where nothing is known, as after a loss of dimensions", async () => {
    const { result, tried } = await search(power(limit * 1.4, -0.6), { known: null });
    expect(tried[0]).toBe(50);
    expect(tried.length).toBeLessThanOrEqual(3);
    expect(shareOf(result)).toBeGreaterThanOrEqual(0.9);
  });

  test("costs no quality that the quality wanted does not cost", async () => {
    const { result } = await search(() => limit / 50, { quality: 40, floor: 40 });
    expect(result).toMatchObject({ fits: true, quality: 40, encodes: 1 });
  });
});

describe("a floor that is out of reach", () => {
  test("is known from one file, so nothing is encoded in vain", async () => {
    const { result, tried } = await search(power(limit * 40, -0.65));
    expect(tried).toEqual([]);
    expect(result).toMatchObject({ fits: false, encodes: 0 });
  });

  test("has its bytes predicted to a third, so that the next size can be", async () => {
    for (const slope of [-0.55, -0.65, -0.75]) {
      const curve = power(limit * 40, slope);
      const { result } = await search(curve);
      const predicted = result.fits ? 0 : result.bytesAtFloor;
      expect(predicted / curve(50)).toBeGreaterThan(0.7);
      expect(predicted / curve(50)).toBeLessThan(1.4);
    }
  });

  test("by a little is tried, and quality never falls below it", async () => {
    for (const excess of [1.005, 1.04, 1.09]) {
      const { result, tried } = await search(power((limit * excess) / 10 ** -0.65, -0.65));
      expect(Math.min(...tried)).toBe(50);
      expect(result).toEqual({
        fits: false,
        bytesAtFloor: Math.round(limit * excess),
        encodes: tried.length,
      });
    }
  });
});

describe("a curve that is not as expected", () => {
  test("may be flat: then the floor says at once that quality does not help", async () => {
    const { result, tried } = await search(() => limit * 1.05);
    expect(result.fits).toBe(false);
    expect(tried.length).toBeLessThanOrEqual(3);
    expect(tried).toContain(50);
  });

  test("may rise in stairs: the best stair that was met is the result", async () => {
    for (const width of [2, 4, 7]) {
      const smooth = power(limit * 1.8, -0.6);
      const known = { quality: 95, bytes: smooth(95) };
      const { result } = await search(stairs(smooth, width), { known });
      expect(shareOf(result)).toBeGreaterThan(0);
      expect(shareOf(result)).toBeLessThanOrEqual(1);
    }
  });

  test("may be more than the format can hold: less quality is tried, as for a file that is too large", async () => {
    const known = { quality: 95, bytes: limit * overflowExcess };
    const { result, tried } = await search((quality) => (quality > 84 ? Number.NaN : limit * 0.93), {
      known,
    });
    expect(result).toMatchObject({ fits: true });
    expect(tried.length).toBeLessThanOrEqual(3);
    expect((await search(() => Number.NaN, { known: null })).result).toMatchObject({ fits: false });
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
    known: fc.option(fc.double({ min: 0.3, max: 3, noNaN: true })),
    priorSlope: fc.constantFrom(-0.25, -0.65),
  });
  await fc.assert(
    fc.asyncProperty(worlds, async ({ sizes, sorted, floor, above, known, priorSlope }) => {
      const ordered = sorted ? sizes.toSorted((one, other) => one - other) : sizes;
      const curve: Curve = (quality) => ordered[quality] ?? Number.NaN;
      const quality = Math.min(100, floor + above);
      const { result, tried } = await search(curve, {
        quality,
        floor,
        priorSlope,
        known: known === null ? null : { quality, bytes: Math.max(1, curve(quality) * known) },
      });
      expect(tried.length).toBe(result.encodes);
      expect(tried.length).toBeLessThanOrEqual(4);
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
        expect(result.bytesAtFloor).toBeGreaterThan(limit);
      }
    }),
    { numRuns: 1000, seed: 6 },
  );
});
