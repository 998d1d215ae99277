import { describe, expect, test } from "vitest";
import { mapConcurrent } from "./map-concurrent.ts";

/** Work that ends when the test says so. */
function gates() {
  const begun: number[] = [];
  const ends = new Map<number, (result: string) => void>();
  let arrived: () => void = () => {};
  return {
    begun,
    work(item: number) {
      begun.push(item);
      arrived();
      return new Promise<string>((resolve) => ends.set(item, resolve));
    },
    end: (item: number) => ends.get(item)?.(`done ${item}`),
    async begunAtLeast(count: number) {
      while (begun.length < count) await new Promise<void>((resolve) => (arrived = resolve));
    },
  };
}

/** Lets everything happen that can happen by itself. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("what comes of them comes in their order, failures among it", async () => {
  const results: unknown[] = [];
  const work = async (item: number, index: number) => {
    if (item === 20) throw new Error("not this one");
    return item + index;
  };
  for await (const result of mapConcurrent([10, 20, 30], work)) results.push(result);
  expect(results).toEqual([
    { ok: true, item: 10, value: 10 },
    { ok: false, item: 20, error: new Error("not this one") },
    { ok: true, item: 30, value: 32 },
  ]);
});

test("no more are worked on at a time than is said", async () => {
  const { begun, work, end, begunAtLeast } = gates();
  const results = mapConcurrent([1, 2, 3, 4], work, { concurrency: 2 });
  const first = results.next();
  await begunAtLeast(2);
  await settle();
  expect(begun).toEqual([1, 2]);
  end(2);
  await begunAtLeast(3);
  await settle();
  expect(begun).toEqual([1, 2, 3]);
  end(1);
  expect(await first).toMatchObject({ value: { item: 1, value: "done 1" } });
});

/** `Array.fromAsync`, which the oldest Node that the client runs on has not. */
async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test("those at work together have no more bytes than is said, and one that is larger is alone", async () => {
  const { begun, work, end, begunAtLeast } = gates();
  const sizes: Record<number, number> = { 1: 60, 2: 50, 3: 500, 4: 10 };
  const options = { concurrency: 4, maxBytes: 100, sizeOf: async (item: number) => sizes[item] ?? 0 };
  const all = allOf(mapConcurrent([1, 2, 3, 4], work, options));
  await begunAtLeast(1);
  await settle();
  expect(begun).toEqual([1]);
  end(1);
  await begunAtLeast(2);
  await settle();
  expect(begun).toEqual([1, 2]);
  end(2);
  await begunAtLeast(3);
  await settle();
  expect(begun).toEqual([1, 2, 3]);
  end(3);
  await begunAtLeast(4);
  end(4);
  expect((await all).map(({ item }) => item)).toEqual([1, 2, 3, 4]);
});

test("a list without end is taken only as far as somebody wants results", async () => {
  let taken = 0;
  async function* endless() {
    for (;;) yield ++taken;
  }
  for await (const result of mapConcurrent(endless(), async (item) => item, { concurrency: 3 })) {
    if (result.item === 5) break;
  }
  expect(taken).toBeLessThanOrEqual(5 + 3 + 1);
});

test("once it is aborted, nothing more is begun, and the signal's reason is thrown", async () => {
  const controller = new AbortController();
  const begun: number[] = [];
  const work = async (item: number) => {
    begun.push(item);
    if (item === 2) controller.abort(new Error("enough"));
  };
  const all = allOf(mapConcurrent([1, 2, 3, 4], work, { concurrency: 1, signal: controller.signal }));
  await expect(all).rejects.toThrow("enough");
  expect(begun).toEqual([1, 2]);
});

describe("what would limit nothing is refused", () => {
  test.each([
    ["concurrency", { concurrency: 0 }],
    ["concurrency", { concurrency: 1.5 }],
    ["maxBytes", { maxBytes: 0 }],
    ["maxBytes", { maxBytes: Number.NaN }],
    ["sizeOf", { sizeOf: () => Number.NaN }],
    ["sizeOf", { sizeOf: () => -1 }],
  ])("%s: %o", async (name, options) => {
    const all = allOf(mapConcurrent([1], async (item) => item, options));
    await expect(all).rejects.toThrow(new RegExp(`^${name}: `));
  });
});
