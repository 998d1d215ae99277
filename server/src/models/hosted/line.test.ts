import { expect, test } from "vitest";
import type { Place } from "../contract.ts";
import type { Pace } from "../quotas/contract.ts";
import { createLine, type Line } from "./line.ts";

const minute = 60_000;

/** A line with a clock of its own. */
function lineAt(pace: Pace) {
  let now = Date.UTC(2026, 10, 21);
  const line = createLine(
    () => pace,
    () => now,
  );
  return {
    line,
    advance(ms: number) {
      now += ms;
    },
    now: () => now,
  };
}

/** Takes places until there is none. */
function fill(line: Line): { readonly places: Place[]; readonly until: Date } {
  const places: Place[] = [];
  for (;;) {
    const entered = line.enter();
    if ("until" in entered) return { places, until: entered.until };
    places.push(entered);
  }
}

test.each([
  [1, 2],
  [6, 2],
  [55, 19],
  [330, 110],
])(
  "of %i requests a minute so many pictures wait as are asked about in 20 seconds: %i",
  (perMinute, most) => {
    const { line, now } = lineAt({ perMs: perMinute / minute, atOnce: null });
    const { places, until } = fill(line);
    expect(places).toHaveLength(most);
    // Until half of them are through.
    const half = (Math.ceil(most / 2) / perMinute) * minute;
    expect(until.getTime() - now()).toBeCloseTo(half, 0);
  },
);

test("a place that is left is free at once, however often it is left", () => {
  const { line } = lineAt({ perMs: 6 / minute, atOnce: null });
  const { places } = fill(line);
  places[0]?.leave();
  places[0]?.leave();
  expect(fill(line).places).toHaveLength(1);
});

test("a server that answers four at once is given twice as many, and more the faster it is", () => {
  const { line, advance, now } = lineAt({ perMs: 1, atOnce: 4 });
  let { places, until } = fill(line);
  expect(places).toHaveLength(8);
  // Nobody knows yet how fast it is.
  expect(until.getTime() - now()).toBe(1_000);
  for (let second = 0; second < 20; second += 1) {
    for (const place of places.splice(0, 4)) place.leave();
    advance(1_000);
    const more = fill(line);
    places.push(...more.places);
    until = more.until;
  }
  // 80 in 20 seconds, and half as many again.
  expect(places.length).toBeGreaterThanOrEqual(100);
  expect(until.getTime() - now()).toBeLessThanOrEqual(12_000);
});

test("nobody is sent away for longer than five minutes", () => {
  const { line, now } = lineAt({ perMs: 1 / (24 * 60 * minute), atOnce: null });
  expect(fill(line).until.getTime() - now()).toBe(5 * minute);
});
