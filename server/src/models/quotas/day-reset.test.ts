import fc from "fast-check";
import { expect, test } from "vitest";
import { midnightIn } from "./day-reset.ts";

const pacific = midnightIn("America/Los_Angeles");

test.each([
  ["in summer", "2026-06-01T12:00:00Z", "2026-06-02T07:00:00Z"],
  ["in winter", "2026-12-01T07:59:59.999Z", "2026-12-01T08:00:00Z"],
  ["at midnight itself, the next one", "2026-12-01T08:00:00Z", "2026-12-02T08:00:00Z"],
  ["before the night in which an hour is left out", "2026-03-08T07:30:00Z", "2026-03-08T08:00:00Z"],
  ["in that night, before the change", "2026-03-08T09:30:00Z", "2026-03-09T07:00:00Z"],
  ["in that night, after the change", "2026-03-08T10:30:00Z", "2026-03-09T07:00:00Z"],
  ["before the night in which an hour comes twice", "2026-11-01T06:30:00Z", "2026-11-01T07:00:00Z"],
  ["in that night, the first time", "2026-11-01T08:30:00Z", "2026-11-02T08:00:00Z"],
  ["in that night, the second time", "2026-11-01T09:30:00Z", "2026-11-02T08:00:00Z"],
  ["over the end of a year", "2027-01-01T07:00:00Z", "2027-01-01T08:00:00Z"],
])("midnight in California %s", (_when, now, expected) => {
  expect(pacific(new Date(now))).toEqual(new Date(expected));
});

test("midnight is later than now, by at most the longest day, and clocks show it", () => {
  const shown = new Intl.DateTimeFormat("en-GB", { timeZone: "America/Los_Angeles", timeStyle: "medium" });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2037, 11, 31) }), (time) => {
      const midnight = pacific(new Date(time));
      expect(midnight.getTime()).toBeGreaterThan(time);
      expect(midnight.getTime()).toBeLessThanOrEqual(time + 25 * 60 * 60_000);
      expect(shown.format(midnight)).toBe("00:00:00");
    }),
  );
});
