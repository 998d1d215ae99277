import { expect, test } from "vitest";
import { shareReading } from "./share-reading.ts";

/** Readings that end when the test says so, and a clock that the test sets. */
function setup({ patienceMs = 60_000 }: { patienceMs?: number } = {}) {
  const readings: PromiseWithResolvers<number>[] = [];
  const clock = { now: 0 };
  const ask = shareReading<number>({
    read: () => {
      const reading = Promise.withResolvers<number>();
      readings.push(reading);
      return reading.promise;
    },
    now: () => clock.now,
    freshMs: 5_000,
    patienceMs,
  });
  return { ask, readings, clock };
}

test("all who ask at once share one reading", async () => {
  const { ask, readings } = setup();
  const answers = Promise.all([ask(), ask(), ask()]);
  readings[0]?.resolve(7);
  expect(await answers).toEqual([7, 7, 7]);
  expect(readings).toHaveLength(1);
});

test("a reading is told again for a while, and then there is another", async () => {
  const { ask, readings, clock } = setup();
  const first = ask();
  clock.now = 60_000;
  readings[0]?.resolve(1);
  expect(await first).toBe(1);
  clock.now += 4_999;
  expect(await ask()).toBe(1);
  clock.now += 1;
  const second = ask();
  expect(readings).toHaveLength(2);
  readings[1]?.resolve(2);
  expect(await second).toBe(2);
});

test("a reading that failed is null, and is not tried again at once", async () => {
  const { ask, readings, clock } = setup();
  const first = ask();
  readings[0]?.reject(new Error("the database is away"));
  expect(await first).toBeNull();
  expect(await ask()).toBeNull();
  expect(readings).toHaveLength(1);
  clock.now = 5_000;
  const second = ask();
  readings[1]?.resolve(2);
  expect(await second).toBe(2);
});

test("who asks does not wait for a reading that hangs, and nobody begins another beside it", async () => {
  const { ask, readings, clock } = setup({ patienceMs: 1 });
  expect(await ask()).toBeNull();
  clock.now = 60_000;
  expect(await ask()).toBeNull();
  expect(readings).toHaveLength(1);
  readings[0]?.resolve(3);
  expect(await ask()).toBe(3);
});
