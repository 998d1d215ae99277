import fc from "fast-check";
import { expect, test } from "vitest";
import { burstOf, createTokenBucket } from "./token-bucket.ts";

/** When tokens are taken by callers who come at these times, in a row, each as soon as it may. */
function takenAt(perSecond: number, comings: readonly number[]): number[] {
  const bucket = createTokenBucket(perSecond);
  let now = 0;
  return comings.map((coming) => {
    now = Math.max(now, coming);
    now += Math.max(0, bucket.waitMs(0, now));
    bucket.take(now);
    return now;
  });
}

const rates = fc.oneof(fc.double({ min: 0.1, max: 20, noNaN: true }), fc.integer({ min: 1, max: 2_000 }));

test("over any window no more is taken than the burst and the rate allow", () => {
  const pauses = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })), { maxLength: 60 });
  fc.assert(
    fc.property(rates, pauses, (perSecond, gaps) => {
      let at = 0;
      const comings = gaps.map((gap) => {
        at += gap;
        return at;
      });
      const times = takenAt(perSecond, comings);
      for (const [first, from] of times.entries()) {
        for (const [last, to] of times.entries()) {
          if (last < first) continue;
          const allowed = burstOf(perSecond) + ((to - from) / 1000) * perSecond;
          expect(last - first + 1).toBeLessThanOrEqual(allowed + 1e-6);
        }
      }
    }),
  );
});

test("who always has somebody waiting gets the whole rate", () => {
  fc.assert(
    fc.property(rates, fc.integer({ min: 2, max: 300 }), (perSecond, count) => {
      const last = takenAt(perSecond, Array(count).fill(0)).at(-1) ?? 0;
      expect(last).toBeCloseTo((Math.max(0, count - burstOf(perSecond)) * 1000) / perSecond, 3);
    }),
  );
});

test("tells the wait of those who are further behind, and when it is full again", () => {
  const bucket = createTokenBucket(4);
  expect(bucket.full(0)).toBe(true);
  bucket.take(0);
  expect([bucket.waitMs(0, 0), bucket.waitMs(3, 0), bucket.waitMs(0, 100)]).toEqual([250, 1000, 150]);
  expect([bucket.waitMs(0, 9_000), bucket.waitMs(3, 9_000)]).toEqual([0, 750]);
  expect([bucket.full(249), bucket.full(250)]).toEqual([false, true]);
});

test("a clock that goes back gives nothing away, and takes no more than one token's time", () => {
  const bucket = createTokenBucket(10);
  bucket.take(1_000);
  expect(bucket.waitMs(0, 900)).toBe(200);
});

test("without a rate nobody ever waits", () => {
  const bucket = createTokenBucket(null);
  for (let count = 0; count < 10; count += 1) bucket.take(0);
  expect(bucket.waitMs(1_000, 0)).toBe(0);
  expect(bucket.full(0)).toBe(true);
});
