import { expect, test } from "vitest";
import { durationOf } from "./envelopes.ts";

test.each([
  [0, 123_456_789, "00:00:00.1234567"],
  [59, 999_999_999, "00:00:59.9999999"],
  [3_661, 0, "01:01:01.0000000"],
  [90_061, 100, "1.01:01:01.0000001"],
])("%i s and %i ns are written as %s", (seconds, nanos, written) => {
  expect(durationOf([seconds, nanos])).toBe(written);
});
