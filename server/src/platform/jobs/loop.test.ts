import { expect, test } from "vitest";
import { startLoop } from "./loop.ts";

/** A queue in memory, a loop over it, and how often the loop looked. */
function setup({ concurrency, jobs }: { concurrency: number; jobs: string[] }) {
  const asked: number[] = [];
  const started: { readonly job: string; readonly end: () => void }[] = [];
  let looked = Promise.withResolvers<void>();
  const loop = startLoop<string>({
    concurrency,
    async fetch(limit) {
      asked.push(limit);
      looked.resolve();
      looked = Promise.withResolvers();
      return jobs.splice(0, limit);
    },
    run(job) {
      const { promise, resolve } = Promise.withResolvers<void>();
      started.push({ job, end: resolve });
      return promise;
    },
    onError(error) {
      throw error;
    },
  });
  return { loop, asked, started, nextLook: () => looked.promise };
}

test("one look fills all free slots, and a full queue is not looked at", async () => {
  const { loop, asked, started } = setup({ concurrency: 3, jobs: ["a", "b", "c", "d"] });
  await loop.stop();
  expect(asked).toEqual([3]);
  expect(started.map(({ job }) => job)).toEqual(["a", "b", "c"]);
});

test("a slot that gets free takes the next job at once", async () => {
  const { asked, started, nextLook } = setup({ concurrency: 2, jobs: ["a", "b", "c"] });
  await Promise.resolve();
  const look = nextLook();
  started[0]?.end();
  await look;
  await Promise.resolve();
  expect(asked).toEqual([2, 1]);
  expect(started.map(({ job }) => job)).toEqual(["a", "b", "c"]);
});

test("an empty queue is looked at again when it is woken, not when a slot gets free", async () => {
  const { loop, asked, started, nextLook } = setup({ concurrency: 2, jobs: ["a"] });
  await Promise.resolve();
  started[0]?.end();
  await loop.idle();
  expect(asked).toEqual([2]);
  const look = nextLook();
  loop.wake();
  await look;
  expect(asked).toEqual([2, 2]);
});

test("a wake during a look is not lost", async () => {
  const { loop, asked, nextLook } = setup({ concurrency: 1, jobs: [] });
  const look = nextLook();
  loop.wake();
  await look;
  expect(asked).toEqual([1, 1]);
});
