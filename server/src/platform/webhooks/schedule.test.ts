import { expect, test } from "vitest";
import { mostAttempts, pauseMs } from "./schedule.ts";

const all = (baseMs: number, random: number) =>
  Array.from({ length: mostAttempts }, (_, index) => pauseMs(index + 1, baseMs, random));

test("ten attempts are spread over about 75 hours", () => {
  const seconds = all(2_000, 0.5).map((pause) => pause && Math.round(pause / 1_000));
  expect(seconds).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, null]);
  const hours = seconds.reduce<number>((sum, pause) => sum + (pause ?? 0), 0) / 3_600;
  expect(hours).toBeCloseTo(75.6, 1);
});

test("the base scales all of them", () => {
  expect(all(1_000, 0.5)).toEqual(all(2_000, 0.5).map((pause) => pause && pause / 2));
});

test("each is spread by a fifth to both sides", () => {
  expect(pauseMs(1, 2_000, 0)).toBeCloseTo(4_000);
  expect(pauseMs(1, 2_000, 1)).toBeCloseTo(6_000);
});
