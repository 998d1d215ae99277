import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { repeat } from "./repeat.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const logger = pino({ level: "silent" });

/** Work whose runs end when the test says so. */
function setup() {
  const runs: { end: () => void; fail: () => void }[] = [];
  const repeated = repeat(
    () => new Promise((end, reject) => void runs.push({ end, fail: () => reject(new Error("away")) })),
    100,
    logger,
  );
  const endLast = async () => {
    runs.at(-1)?.end();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { repeated, runs, endLast };
}

test("runs after the pause, and again a pause after its end: never twice at once", async () => {
  const { runs, endLast } = setup();
  expect(runs).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(100);
  expect(runs).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(runs).toHaveLength(1);
  await endLast();
  await vi.advanceTimersByTimeAsync(99);
  expect(runs).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toHaveLength(2);
});

test("a wake runs it now; one that comes during a run makes it run once more", async () => {
  const { repeated, runs, endLast } = setup();
  repeated.wake();
  expect(runs).toHaveLength(1);
  repeated.wake();
  repeated.wake();
  expect(runs).toHaveLength(1);
  await endLast();
  expect(runs).toHaveLength(2);
  await endLast();
  expect(runs).toHaveLength(2);
});

test("what fails is repeated", async () => {
  const { repeated, runs } = setup();
  repeated.wake();
  runs[0]?.fail();
  await vi.advanceTimersByTimeAsync(100);
  expect(runs).toHaveLength(2);
});

test("stop waits for a run that is under way, and nothing runs after it", async () => {
  const { repeated, runs, endLast } = setup();
  repeated.wake();
  let stopped = false;
  void repeated.stop().then(() => {
    stopped = true;
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(stopped).toBe(false);
  await endLast();
  expect(stopped).toBe(true);
  repeated.wake();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(runs).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
