import { expect, test } from "vitest";
import { shutdownWarning } from "./shutdown-warning.ts";

const warnedAt = (now: string, replacement: string | null = "new-2") =>
  shutdownWarning({ id: "old-1", shutdown_date: "2026-12-01", replacement }, new Date(now));

test("a model is named from sixty days before its last day on", () => {
  expect(warnedAt("2026-10-01T23:59:59Z")).toBeNull();
  expect(warnedAt("2026-10-02T00:00:00Z")).toBe(
    "The model old-1 is shut down on 2026-12-01, in 60 days: its vendor recommends new-2.",
  );
});

test("a day is one day, however little is left of it", () => {
  expect(warnedAt("2026-11-29T00:00:01Z")).toContain(", in 2 days:");
  expect(warnedAt("2026-11-30T00:00:00Z")).toContain(", in 1 day:");
  expect(warnedAt("2026-11-30T23:59:59Z")).toContain(", in 1 day:");
});

test("one that is gone is said to be gone", () => {
  expect(warnedAt("2026-12-01T00:00:00Z")).toContain("was shut down on 2026-12-01:");
  expect(warnedAt("2028-01-01T00:00:00Z")).toContain("was shut down on 2026-12-01:");
});

test("whose vendor names no other one is to be replaced by a choice", () => {
  expect(warnedAt("2026-11-30T00:00:00Z", null)).toMatch(/: choose another one\.$/);
});

test("a model without such a day is not named", () => {
  expect(
    shutdownWarning({ id: "new-2", shutdown_date: null, replacement: null }, new Date("2099-01-01")),
  ).toBeNull();
});
