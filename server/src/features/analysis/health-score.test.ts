import { expect, test } from "vitest";
import { healthOf } from "./health-score.ts";
import { batchOf, now } from "./testing.ts";

/** Rows a minute of which 50 are 95 per cent. */
const target = 50 / 0.95;

test("the reference's sample: 96.0 and 95.0 and 100.0 make 95.5", () => {
  const failures = [
    { code: "connection_timeout", count: 12 },
    { code: "http_404", count: 10 },
    { code: "decode_error", count: 8 },
  ];
  expect(healthOf(batchOf(), failures, target, now)).toEqual({
    health_score: 95.5,
    factors: { success_rate: 96, processing_speed: 95, error_patterns: 100 },
    recommendations: ["Batch is performing well", "Monitor for rate limiting"],
  });
});

test("before any work a batch is as well as can be", () => {
  const fresh = batchOf({ succeeded: 0, failed: 0, startedAt: null, state: "pending" });
  expect(healthOf(fresh, [], target, now)).toMatchObject({
    health_score: 100,
    factors: { success_rate: 100, processing_speed: 100, error_patterns: 100 },
  });
});

test("speed counts against the quota only where there is one, and never for more than all", () => {
  const speed = (perMinute: number | null) =>
    healthOf(batchOf(), [], perMinute, now).factors.processing_speed;
  expect([speed(null), speed(10), speed(50), speed(100)]).toEqual([100, 100, 100, 50]);
});

test("five per cent of one failure are tolerated; a third of what is beyond is taken off, nearly", () => {
  const score = (count: number) => {
    const batch = batchOf({ succeeded: 750 - count, failed: count });
    return healthOf(batch, [{ code: "http_404", count }], null, now);
  };
  expect(score(37).factors.error_patterns).toBe(100);
  // 75 of 750 are ten per cent: five beyond. (90 + 100) / 2 - 0.3 * 5.
  expect(score(75)).toMatchObject({ health_score: 93.5, factors: { success_rate: 90, error_patterns: 95 } });
  expect(score(750)).toMatchObject({ health_score: 21.5, factors: { success_rate: 0, error_patterns: 5 } });
});

test("a batch that does badly says at what", () => {
  const batch = batchOf({ succeeded: 150, failed: 600 });
  const { recommendations } = healthOf(batch, [{ code: "http_403", count: 600 }], 1_000, now);
  expect(recommendations).toEqual([
    expect.stringContaining("http_403"),
    expect.stringContaining("Check the addresses"),
    expect.stringContaining("slower than its quota"),
  ]);
  // Many different failures, none of them frequent.
  expect(
    healthOf(batchOf({ succeeded: 645, failed: 105 }), [{ code: "http_404", count: 30 }], 60, now),
  ).toMatchObject({
    recommendations: ["Watch the failure rate"],
  });
});

test("a score is never below nothing", () => {
  const batch = batchOf({ succeeded: 0, failed: 750 });
  const { health_score: score } = healthOf(batch, [{ code: "http_403", count: 750 }], 1e9, now);
  expect(score).toBe(0);
});
