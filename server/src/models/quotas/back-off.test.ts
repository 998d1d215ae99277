import { expect, test } from "vitest";
import { parkMs } from "./back-off.ts";
import { midnightIn } from "./day-reset.ts";

const dayReset = midnightIn("America/Los_Angeles");
const park = (
  scope: "minute" | "day" | "unknown",
  retryAfterMs: number | null,
  { refusals = 0, now = "2026-06-01T12:00:00Z" } = {},
) => parkMs({ as: "rate_limited", scope, retryAfterMs }, { refusals, now: new Date(now), dayReset });

test("the provider's own delay counts, but never less than a second", () => {
  expect([park("minute", 34_400), park("unknown", 120_000), park("minute", 0), park("minute", -5)]).toEqual([
    34_400, 120_000, 1_000, 1_000,
  ]);
});

test("without one, or with nonsense, pauses grow up to a minute", () => {
  const pauses = [0, 1, 2, 3, 5_000].map((refusals) => park("minute", null, { refusals }));
  expect(pauses).toEqual([15_000, 30_000, 60_000, 60_000, 60_000]);
  expect(park("unknown", Number.NaN)).toBe(15_000);
});

test("the day is waited for, whatever shorter delay came with the refusal", () => {
  expect(park("day", 30_000)).toBe(19 * 60 * 60_000 + 2_000);
  expect(park("day", 30 * 60 * 60_000)).toBe(30 * 60 * 60_000);
});

test("nobody is left alone for good, whatever was asked for", () => {
  expect([park("minute", 1e15), park("unknown", 1e15), park("day", 1e15)]).toEqual([
    60 * 60_000,
    60 * 60_000,
    48 * 60 * 60_000,
  ]);
});

test("a refusal just after midnight means the day that was", () => {
  expect(park("day", null, { now: "2026-06-01T07:00:30Z" })).toBe(60_000);
  expect(park("day", null, { now: "2026-06-01T06:59:59Z" })).toBe(60_000);
});
