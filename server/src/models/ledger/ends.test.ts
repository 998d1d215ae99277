import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DatabaseUnavailable } from "../../platform/database/errors.ts";
import { createEnds } from "./ends.ts";
import type { BatchCost, EndedCall } from "./settle.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ended = (id: string, costMicros = 1): EndedCall => ({
  ...{ id, batchId: "batch", endedAt: new Date(0) },
  end: { outcome: "answered", modelUsed: "model", usage: null, costMicros },
});

function setup(store: (ended: readonly EndedCall[]) => Promise<readonly BatchCost[]> = async () => []) {
  const written: string[][] = [];
  const errors: unknown[] = [];
  const ends = createEnds({
    async write(calls) {
      const costs = await store(calls);
      written.push(calls.map(({ id }) => id));
      return costs;
    },
    onWritten() {},
    onError: (error) => void errors.push(error),
  });
  return { ends, written, errors };
}

test("an end waits long enough for the answer it brought to be stored, however full its group", async () => {
  const { ends, written } = setup();
  ends.add(ended("first"));
  await vi.advanceTimersByTimeAsync(249);
  ends.add(ended("second"));
  await vi.advanceTimersByTimeAsync(249);
  expect(written).toEqual([]);
  await vi.advanceTimersByTimeAsync(2);
  expect(written).toEqual([["first", "second"]]);
  ends.add(ended("third"));
  await vi.advanceTimersByTimeAsync(249);
  expect(written).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(251);
  expect(written).toEqual([["first", "second"], ["third"]]);
  // Timers are not counted: files before this one, in the same process, may have left something that begins one.
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toHaveLength(2);
});

test("one that cannot be stored takes no others with it", async () => {
  const { ends, written, errors } = setup(async (calls) => {
    if (calls.some(({ id }) => id === "bad")) throw new Error("unstorable");
    return [];
  });
  for (const id of ["a", "b", "bad", "c", "d"]) ends.add(ended(id));
  await vi.advanceTimersByTimeAsync(500);
  expect(written.flat()).toEqual(["a", "b", "c", "d"]);
  expect(errors).toEqual([new Error("unstorable")]);
  expect(ends.pending("batch")).toMatchObject({ calls: 0 });
});

test("while the database is away ends wait, and are counted meanwhile", async () => {
  let away = true;
  const { ends, written, errors } = setup(async () => {
    if (away) throw new DatabaseUnavailable("away");
    return [];
  });
  ends.add(ended("first", 5));
  await vi.advanceTimersByTimeAsync(2_000);
  ends.add(ended("second", 7));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(ends.pending("batch")).toMatchObject({ calls: 2, costMicros: 12 });
  expect(ends.pending("another")).toMatchObject({ calls: 0, costMicros: 0 });
  await expect(ends.flush()).rejects.toBeInstanceOf(DatabaseUnavailable);
  away = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written.flat().sort()).toEqual(["first", "second"]);
  expect(ends.pending("batch")).toMatchObject({ calls: 0 });
  expect(errors).toEqual([]);
});

test("ends that cannot be stored at all are told of, and hold up no others", async () => {
  const { ends, written, errors } = setup(async ([call]) => {
    if (call?.id === "bad") throw new Error("no such column");
    return [];
  });
  ends.add(ended("bad"));
  await vi.advanceTimersByTimeAsync(1_000);
  ends.add(ended("good"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(errors).toMatchObject([{ message: "no such column" }]);
  expect(written).toEqual([["good"]]);
});

test("what is read while ends are written has either all of them or none", async () => {
  let finish = () => {};
  const { ends } = setup(() => new Promise((resolve) => (finish = () => resolve([]))));
  ends.add(ended("first", 5));
  const writing = ends.flush();
  await vi.advanceTimersByTimeAsync(0);
  let read = false;
  const reading = ends.whileStill(async () => {
    read = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect({ read, pending: ends.pending("batch").costMicros }).toEqual({ read: false, pending: 5 });
  finish();
  await Promise.all([writing, reading]);
  expect({ read, pending: ends.pending("batch").costMicros }).toEqual({ read: true, pending: 0 });
});
