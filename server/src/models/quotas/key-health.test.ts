import { expect, test } from "vitest";
import { createKeyHealth } from "./key-health.ts";

test("a key rests after three failures in a row, longer with each that follows, up to five seconds", () => {
  const health = createKeyHealth();
  const rests = Array.from({ length: 7 }, () => {
    health.fail(100_000);
    return health.freeAt() - 100_000;
  });
  expect(rests.slice(0, 2).map((rest) => rest <= 0)).toEqual([true, true]);
  expect(rests.slice(2)).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
});

test("one success makes up for all failures", () => {
  const health = createKeyHealth();
  for (let times = 0; times < 5; times += 1) health.fail(0);
  health.succeed();
  expect(health.freeAt()).toBeLessThan(0);
  expect(health.isOnTrial()).toBe(false);
});

test("after the rest a single request tries it", () => {
  const health = createKeyHealth();
  for (let times = 0; times < 3; times += 1) health.fail(0);
  expect(health.isOnTrial()).toBe(true);
  health.begin();
  expect(health.freeAt()).toBe(Number.POSITIVE_INFINITY);
  health.forget();
  expect(health.freeAt()).toBe(1_000);
});
