import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFlusher } from "./flusher.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A flusher whose writes end when the test says so. */
function setup({ maxRows = 3, maxDelayMs = 500 } = {}) {
  const writes: { rows: readonly number[]; end: () => void; fail: (reason: Error) => void }[] = [];
  const flusher = createFlusher<number>({
    maxRows,
    maxDelayMs,
    write: (rows) =>
      new Promise((resolve, reject) => {
        writes.push({ rows, end: resolve, fail: reject });
      }),
  });
  return { flusher, writes, written: () => writes.map(({ rows }) => rows) };
}

/** Lets everything happen that waits for nothing but a turn. */
const settle = () => vi.advanceTimersByTimeAsync(0);

test("rows are written as soon as there are enough, in the order they came", async () => {
  const { flusher, written } = setup();
  for (const row of [1, 2, 3]) await flusher.add(row);
  expect(written()).toEqual([[1, 2, 3]]);
});

test("fewer rows wait for the delay after the first, not after the last", async () => {
  const { flusher, written } = setup();
  await flusher.add(1);
  await vi.advanceTimersByTimeAsync(499);
  await flusher.add(2);
  expect(written()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(written()).toEqual([[1, 2]]);
});

test("one write at a time; what came meanwhile waits for its own delay or for company", async () => {
  const { flusher, writes, written } = setup();
  for (const row of [1, 2, 3, 4]) await flusher.add(row);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(written()).toEqual([[1, 2, 3]]);
  writes[0]?.end();
  await settle();
  expect(written()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(500);
  expect(written()).toEqual([[1, 2, 3], [4]]);
});

test("adding resolves at once until two flushes wait, then only when there is room: memory is bounded", async () => {
  const { flusher, writes, written } = setup();
  for (let row = 1; row <= 8; row += 1) await flusher.add(row);
  let added = false;
  void flusher.add(9).then(() => {
    added = true;
  });
  await settle();
  expect([added, written()]).toEqual([false, [[1, 2, 3]]]);
  writes[0]?.end();
  await settle();
  writes[1]?.end();
  await settle();
  expect(added).toBe(true);
  expect(written()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ]);
});

test("drain writes everything at once, also what is below the size and what a write left", async () => {
  const { flusher, writes, written } = setup();
  for (const row of [1, 2, 3, 4]) await flusher.add(row);
  let drained = false;
  void flusher.drain().then(() => {
    drained = true;
  });
  writes[0]?.end();
  await settle();
  expect([drained, written()]).toEqual([false, [[1, 2, 3], [4]]]);
  writes[1]?.end();
  await settle();
  expect(drained).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("drain of nothing resolves", async () => {
  await setup().flusher.drain();
});

test("after a write was rejected nothing more is written, and everybody is told why", async () => {
  const { flusher, writes, written } = setup({ maxRows: 2 });
  for (const row of [1, 2, 3]) await flusher.add(row);
  const waiting = flusher.drain();
  const refused = expect(waiting).rejects.toThrow("no table");
  writes[0]?.fail(new Error("no table"));
  await refused;
  await expect(flusher.add(4)).rejects.toThrow("no table");
  await expect(flusher.drain()).rejects.toThrow("no table");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(written()).toEqual([[1, 2]]);
});

test("who waits for room is told when the write is rejected", async () => {
  const { flusher, writes } = setup({ maxRows: 1 });
  await flusher.add(1);
  await flusher.add(2);
  const waiting = expect(flusher.add(3)).rejects.toThrow("no table");
  writes[0]?.fail(new Error("no table"));
  await waiting;
});
