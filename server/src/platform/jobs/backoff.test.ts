import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

const pauses = (random: number) =>
  [0, 1, 2, 3, 20, 5000].map((failures) => backoffMs(failures, { baseMs: 100, maxMs: 1000 }, random));

test("pauses double up to the longest, and are spread over their upper half", () => {
  expect(pauses(0)).toEqual([50, 100, 200, 400, 500, 500]);
  expect(pauses(1)).toEqual([100, 200, 400, 800, 1000, 1000]);
});
