import { expect, test, vi } from "vitest";
import { DatabaseUnavailable } from "./errors.ts";
import { throughOutages } from "./through-outages.ts";

const away = () => Promise.reject(new DatabaseUnavailable(new Error("ECONNREFUSED")));

test("work is repeated with growing pauses of at most five seconds until the database is back", async () => {
  const pauses: number[] = [];
  const result = await throughOutages(
    async () => (pauses.length < 8 ? away() : "stored"),
    new AbortController().signal,
    async (ms) => void pauses.push(ms),
  );
  expect(result).toBe("stored");
  expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test("another failure is nobody's outage", async () => {
  const work = vi.fn(() => Promise.reject(new Error("no such column")));
  await expect(throughOutages(work, new AbortController().signal)).rejects.toThrow("no such column");
  expect(work).toHaveBeenCalledOnce();
});

test("who does not want it any more does not wait for the end of the pause, but has one more try", async () => {
  const unwanted = new AbortController();
  let tries = 0;
  const result = throughOutages(() => {
    tries += 1;
    return away();
  }, unwanted.signal);
  await new Promise(setImmediate);
  unwanted.abort();
  await expect(result).rejects.toBeInstanceOf(DatabaseUnavailable);
  expect(tries).toBe(2);
});
