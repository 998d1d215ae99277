import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createBatcher } from "./batcher.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup(answer = async (items: readonly number[]): Promise<readonly string[]> => items.map(String)) {
  const runs: (readonly number[])[] = [];
  const ask = createBatcher<number, string>({
    maxItems: 3,
    maxDelayMs: 5,
    run: (items) => {
      runs.push(items);
      return answer(items);
    },
  });
  return { ask, runs };
}

test("requests of many callers become one run, and each gets its own answer", async () => {
  const { ask, runs } = setup();
  const answers = Promise.all([ask(1), ask(2)]);
  expect(runs).toEqual([]);
  await vi.advanceTimersByTimeAsync(5);
  expect(await answers).toEqual(["1", "2"]);
  expect(runs).toEqual([[1, 2]]);
});

test("a full group does not wait", async () => {
  const { ask, runs } = setup();
  expect(await Promise.all([ask(1), ask(2), ask(3)])).toEqual(["1", "2", "3"]);
  void ask(4);
  expect(runs).toEqual([[1, 2, 3]]);
  await vi.advanceTimersByTimeAsync(4);
  expect(runs).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toEqual([[1, 2, 3], [4]]);
});

test("a run that fails fails for all of its items and for no others", async () => {
  const { ask } = setup(async (items) => {
    if (items.includes(1)) throw new Error("away");
    return items.map(String);
  });
  const first = Promise.allSettled([ask(1), ask(2), ask(3)]);
  const second = ask(4);
  await vi.advanceTimersByTimeAsync(5);
  expect((await first).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(await second).toBe("4");
});
