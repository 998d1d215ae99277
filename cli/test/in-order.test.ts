import { expect, test } from "vitest";
import { inOrder } from "../src/prepare/in-order.ts";

/** Work that ends when it is told to. */
function gates(count: number) {
  const gate = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const begun: number[] = [];
  return {
    begun,
    items: gate.map((_each, index) => index),
    end: (index: number) => gate[index]?.resolve(),
    async work(index: number) {
      begun.push(index);
      await gate[index]?.promise;
      return index;
    },
  };
}

async function all<Item>(from: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of from) items.push(item);
  return items;
}

test("so many are worked on at a time, and what comes of them keeps the order of the items", async () => {
  const { begun, items, end, work } = gates(5);
  const results = inOrder(items, 2, work);
  const first = results.next();
  await expect.poll(() => begun).toEqual([0, 1]);
  // The second one is done first: the third begins, and the first one's result is waited for.
  end(1);
  await expect.poll(() => begun).toEqual([0, 1, 2]);
  for (const index of items) end(index);
  expect(await first).toEqual({ done: false, value: 0 });
  expect(await all(results)).toEqual([1, 2, 3, 4]);
  expect(begun).toEqual(items);
});

test("while the first one takes its time, 256 others are held for it and no more", async () => {
  const { begun, items, end, work } = gates(1000);
  const results = inOrder(items, 4, work);
  const first = results.next();
  for (const index of items.slice(1)) end(index);
  await expect.poll(() => begun.length).toBe(257);
  end(0);
  await first;
  expect(await all(results)).toHaveLength(999);
});

test("of no items nothing comes", async () => {
  expect(await all(inOrder([], 4, async () => 1))).toEqual([]);
});
